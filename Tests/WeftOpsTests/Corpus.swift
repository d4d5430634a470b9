import Foundation
import WeftOps

/// The values and gradients that TensorFlow gave for many operations, kept beside the package.
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
    let inputs: [Input]
    let outputs: [File]?
    let grads: [Gradient]?
    let tolerance: Tolerance?
  }

  struct Input: Decodable {
    let name: String
    let file: String
  }

  struct File: Decodable {
    let file: String?
  }

  struct Gradient: Decodable {
    let input: Int
    let file: String
  }

  struct Tolerance: Decodable {
    let rtol: Double?
    let atol: Double?
    let gradRtol: Double?
    let gradAtol: Double?
  }

  /// An attribute.
  indirect enum Value: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case list([Value])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let value = try? container.decode(Bool.self) {
        self = .bool(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let value = try? container.decode(String.self) {
        self = .string(value)
      } else {
        self = .list(try container.decode([Value].self))
      }
    }
  }

  /// The corpus, or nil where the folder is not there.
  static func find() throws -> Corpus? {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let shared =
      ProcessInfo.processInfo.environment["WEFT_SHARED"].map { URL(filePath: $0) }
      ?? package.deletingLastPathComponent().appending(path: "shared")
    let folder = shared.appending(path: "reference/ops_public")
    guard let data = try? Data(contentsOf: folder.appending(path: "manifest.json")) else {
      return nil
    }
    struct Manifest: Decodable { let ops: [Entry] }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return Corpus(folder: folder, operations: try decoder.decode(Manifest.self, from: data).ops)
  }
}
