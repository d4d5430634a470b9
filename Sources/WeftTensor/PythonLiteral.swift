/// Reads the little of Python's notation that `.npy` headers use: one dictionary of strings,
/// truth values and tuples of whole numbers.
struct PythonLiteral {
  enum Value: Equatable {
    case text(String)
    case truth(Bool)
    case numbers([Int])
    /// A list, which describes records.
    case list
  }

  private var rest: Slice<UnsafeRawBufferPointer>

  init(_ text: Slice<UnsafeRawBufferPointer>) { rest = text }

  private static let damaged = TensorError("the .npy header is not a Python dictionary as expected")

  mutating func dictionary() throws(TensorError) -> [String: Value] {
    var fields: [String: Value] = [:]
    try expect("{")
    while !take("}") {
      guard case .text(let key) = try value(), fields[key] == nil else { throw Self.damaged }
      try expect(":")
      let value = try value()
      fields[key] = value
      // A record's fields follow; nothing beyond them matters, since records are refused.
      if value == .list { return ["descr": .list, "fortran_order": .list, "shape": .list] }
      guard take(",") || rest.first == UInt8(ascii: "}") else { throw Self.damaged }
    }
    skipSpaces()
    guard rest.isEmpty else { throw Self.damaged }
    return fields
  }

  private mutating func value() throws(TensorError) -> Value {
    skipSpaces()
    switch rest.first {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "("): return .numbers(try tuple())
    case UInt8(ascii: "["): return .list
    default:
      if takeWord("True") { return .truth(true) }
      if takeWord("False") { return .truth(false) }
      throw Self.damaged
    }
  }

  private mutating func text() throws(TensorError) -> String {
    guard let quote = rest.popFirst(), let end = rest.firstIndex(of: quote) else {
      throw Self.damaged
    }
    let result = String(decoding: rest[..<end], as: UTF8.self)
    rest = rest[(end + 1)...]
    return result
  }

  private mutating func tuple() throws(TensorError) -> [Int] {
    try expect("(")
    var numbers: [Int] = []
    while !take(")") {
      numbers.append(try number())
      if !take(",") {
        // `(3)` is a number in Python, `(3,)` a tuple.
        guard numbers.count > 1 else { throw Self.damaged }
        try expect(")")
        break
      }
    }
    return numbers
  }

  private mutating func number() throws(TensorError) -> Int {
    skipSpaces()
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
      throw digits.isEmpty
        ? Self.damaged : TensorError("the .npy header has a dimension that is too large")
    }
    rest = rest[digits.endIndex...]
    _ = takeWord("L")  // Python 2
    return number
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(TensorError) {
    guard take(character) else { throw Self.damaged }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    skipSpaces()
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard rest.starts(with: word.utf8) else { return false }
    rest = rest.dropFirst(word.utf8.count)
    skipSpaces()
    return true
  }

  private mutating func skipSpaces() {
    rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
  }
}
