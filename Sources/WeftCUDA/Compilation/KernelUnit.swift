import CWeftCUDA
import WeftDevice

/// A piece of CUDA C with the kernels of one operation: a file of `Kernels` with its macros set, or
/// text that was generated.
///
/// The names of its kernels end in its tag, a hash of all of it, so that units of any kinds can be
/// compiled together, and equal units are compiled once.
public struct KernelUnit: Hashable, Sendable {
  /// The file's or the generator's name.
  public let name: String
  /// The macros that are set before the text, such as `T` for the element type.
  public let macros: [String: String]
  let text: String
  /// Sixteen hexadecimal digits that tell the unit from others.
  public let tag: String

  /// The unit of a file of `Sources/CWeftCUDA/Kernels`.
  ///
  /// ```swift
  /// KernelUnit(file: "softmax", ["T": "float"])
  /// ```
  public init(file: String, _ macros: [String: String] = [:]) throws(OpFailure) {
    guard let text = Self.files[file] else {
      throw OpFailure("there is no CUDA source '\(file)'", code: .invalidState)
    }
    self.init(name: file, text: text, macros: macros)
  }

  /// A unit of generated text, whose kernels are declared as in the files.
  public init(name: String, text: String, macros: [String: String] = [:]) {
    self.name = name
    self.macros = macros
    self.text = text
    var hash = StableHash()
    hash.add(name)
    for (macro, value) in macros.sorted(by: { $0.key < $1.key }) { hash.add("\(macro)=\(value)") }
    hash.add(text)
    tag = hash.digits
  }

  /// The name of a kernel that the unit calls by this name: `KERNEL(256) ENTRY(name)(...)`.
  public func entry(_ kernel: String) -> String { "\(kernel)_\(tag)" }

  /// The text as it is compiled, in a namespace of its own, all its macros taken back at the end.
  var assembled: String {
    let names = macros.keys.sorted()
    var lines = names.map { "#define \($0) \(macros[$0] ?? "")" }
    lines += ["#define ENTRY(name) name##_\(tag)", "namespace unit_\(tag) {"]
    lines += ["#line 1 \"\(name).cu\"", text, "}"]
    let taken = Set(definedMacros + ["ENTRY"])
    return (lines + taken.sorted().map { "#undef \($0)" }).joined(separator: "\n")
  }

  /// A program of several units: what the compiler is given.
  static func program(_ units: [KernelUnit]) -> String {
    ([files["prelude"] ?? ""] + units.map(\.assembled)).joined(separator: "\n")
  }

  /// The embedded sources by name.
  static let files: [String: String] = {
    var count = 0
    guard let sources = weft_cuda_sources(&count) else { return [:] }
    var result: [String: String] = [:]
    for index in 0..<count {
      result[String(cString: sources[index].name)] = String(cString: sources[index].text)
    }
    return result
  }()
}

/// FNV-1a in 64 bits: the same in every process, unlike `Hasher`.
struct StableHash {
  private var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(UInt8(0))
  }

  private mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
  }

  /// The hash as sixteen hexadecimal digits.
  var digits: String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
