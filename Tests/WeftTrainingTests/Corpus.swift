import Foundation
import Testing
import Weft

/// What TensorFlow gave for training operations and schedules, kept beside the package.
struct Corpus {
  let folder: URL
  let operations: [Entry]

  struct Entry: Decodable {
    let op: String
    let cases: [Case]
  }

  struct Case: Decodable {
    let id: String
    let attrs: [String: Value]?
    let inputs: [Item]
    let outputs: [Item]?
    let tolerance: Tolerance?

    func double(_ name: String) -> Double {
      if case .number(let value)? = attrs?[name] { value } else { .nan }
    }
    func doubles(_ name: String) -> [Double] {
      if case .list(let values)? = attrs?[name] { values } else { [] }
    }
    func bool(_ name: String) -> Bool { attrs?[name] == .bool(true) }
    func has(_ name: String) -> Bool { (attrs?[name] ?? .null) != .null }
  }

  struct Item: Decodable {
    let name: String?
    let file: String?
  }

  struct Tolerance: Decodable {
    let rtol: Double?
    let atol: Double?
  }

  enum Value: Decodable, Equatable {
    case number(Double), bool(Bool), list([Double]), null, other

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let value = try? container.decode(Bool.self) {
        self = .bool(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let values = try? container.decode([Double].self) {
        self = .list(values)
      } else {
        self = .other
      }
    }
  }

  /// The corpus, or nil where the folder is not there.
  static let found: Corpus? = {
    var package = URL(filePath: #filePath)
    for _ in 0..<3 { package.deleteLastPathComponent() }
    let shared =
      ProcessInfo.processInfo.environment["WEFT_SHARED"].map { URL(filePath: $0) }
      ?? package.deletingLastPathComponent().appending(path: "shared")
    let folder = shared.appending(path: "reference/ops_public")
    struct Manifest: Decodable { let ops: [Entry] }
    guard let data = try? Data(contentsOf: folder.appending(path: "manifest.json")),
      let manifest = try? JSONDecoder().decode(Manifest.self, from: data)
    else { return nil }
    return Corpus(folder: folder, operations: manifest.ops)
  }()

  func cases(of operation: String) -> [Case] {
    operations.first { $0.op == operation }?.cases ?? []
  }

  func read(_ item: Item, of operation: String) throws -> AnyTensor {
    let file = try #require(item.file)
    return try AnyTensor(npyContentsOf: folder.appending(path: "\(operation)/\(file)").path)
  }
}

/// Checks that numbers agree within the tolerance of a case.
func expectClose(
  _ got: [Double], _ want: [Double], _ tolerance: Corpus.Tolerance?, _ what: String,
  at location: Testing.SourceLocation = #_sourceLocation
) {
  #expect(got.count == want.count, "\(what)", sourceLocation: location)
  for (index, (a, b)) in zip(got, want).enumerated() {
    let bound = (tolerance?.atol ?? 1e-6) + (tolerance?.rtol ?? 1e-5) * abs(b)
    #expect(
      a == b || (a.isNaN && b.isNaN) || abs(a - b) <= bound,
      "\(what): element \(index) is \(a) instead of \(b)", sourceLocation: location)
  }
}
