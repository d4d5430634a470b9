import Foundation
import WeftTensor

/// The values and gradients that TensorFlow gave for many operations.
///
/// All of it comes from the reference folder beside the package, where there is one, and else from the
/// copy in Tests/Fixtures, which Scripts/make-fixtures.py makes.
public struct Corpus: Sendable {
  /// Where the tensors lie.
  enum Source: Sendable {
    /// One `.npy` file each.
    case files(URL)
    /// One `.npz` file for each operation.
    case archives(URL)
  }

  let source: Source
  /// The operations with their cases.
  public let operations: [Entry]

  /// An operation.
  public struct Entry: Decodable, Hashable, Sendable {
    public let op: String
    public let cases: [Case]
  }

  /// One use of an operation.
  public struct Case: Decodable, Hashable, Sendable {
    public let id: String
    public let attrs: [String: Value]?
    public let inputs: [Item]
    public let outputs: [Item]?
    public let grads: [Gradient]?
    public let tolerance: Tolerance?
    public fileprivate(set) var graph: GraphFile?
  }

  /// The operations without the graphs of their cases, which the fixtures do not have.
  public var operationsWithoutGraphs: [Entry] {
    operations.map { entry in
      let cases = entry.cases.map { item in
        var item = item
        item.graph = nil
        return item
      }
      return Entry(op: entry.op, cases: cases)
    }
  }

  /// The same case as a graph that TensorFlow wrote, with its gradient nodes.
  public struct GraphFile: Decodable, Hashable, Sendable {
    public let file: String
    public let outputs: [String]
    /// A node for each gradient; null where there is none.
    public let grads: [String?]
  }

  /// A tensor: its name, and the file that holds it.
  public struct Item: Decodable, Hashable, Sendable {
    public let name: String?
    public let file: String?
  }

  /// The gradient with respect to an input.
  public struct Gradient: Decodable, Hashable, Sendable {
    public let input: Int
    public let file: String
  }

  /// How far real numbers may lie from TensorFlow's.
  public struct Tolerance: Decodable, Hashable, Sendable {
    public let rtol: Double?
    public let atol: Double?
    public let gradRtol: Double?
    public let gradAtol: Double?

    public init(rtol: Double?, atol: Double?, gradRtol: Double? = nil, gradAtol: Double? = nil) {
      self.rtol = rtol
      self.atol = atol
      self.gradRtol = gradRtol
      self.gradAtol = gradAtol
    }
  }

  /// An attribute.
  public indirect enum Value: Decodable, Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case list([Value])

    public init(from decoder: any Decoder) throws {
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

  private init(_ source: Source, in folder: URL) throws {
    struct Manifest: Decodable { let ops: [Entry] }
    let data = try Data(contentsOf: folder.appending(path: "manifest.json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self.source = source
    operations = try decoder.decode(Manifest.self, from: data).ops
  }

  /// The corpus in the reference folder, or nil where there is none beside the package.
  public static func shared() throws -> Corpus? {
    guard let folder = sharedReference?.appending(path: "ops_public") else { return nil }
    return try Corpus(.files(folder), in: folder)
  }

  /// The corpus in Tests/Fixtures.
  public static func packed() throws -> Corpus {
    let folder = fixture("ops_public")
    return try Corpus(.archives(folder), in: folder)
  }

  /// The reference folder's corpus, else the packed one.
  public static func find() throws -> Corpus {
    if let corpus = try shared() { return corpus }
    return try packed()
  }

  /// The bytes of a case's graph; nil where only tensors are there.
  public func graph(of item: Case, in operation: String) throws -> [UInt8]? {
    guard case .files(let folder) = source, let graph = item.graph else { return nil }
    return Array(try Data(contentsOf: folder.appending(path: "\(operation)/\(graph.file)")))
  }

  /// The cases of an operation.
  public func cases(of operation: String) -> [Case] {
    operations.first { $0.op == operation }?.cases ?? []
  }

  /// The tensors of an operation.
  public func tensors(of operation: String) throws -> CorpusTensors {
    switch source {
    case .files(let folder): CorpusTensors(folder: folder.appending(path: operation), arrays: [:])
    case .archives(let folder):
      CorpusTensors(
        folder: nil,
        arrays: try NPZ.read(contentsOf: folder.appending(path: "\(operation).npz").path))
    }
  }
}

/// The tensors of one operation of the corpus.
public struct CorpusTensors: Sendable {
  let folder: URL?
  let arrays: [String: AnyTensor]

  /// The tensor of that file name.
  public func read(_ file: String) throws -> AnyTensor {
    if let folder { return try AnyTensor(npyContentsOf: folder.appending(path: file).path) }
    let name = file.hasSuffix(".npy") ? String(file.dropLast(4)) : file
    guard let array = arrays[name] else {
      throw TensorError("the fixtures have no array '\(name)': run Scripts/make-fixtures.py")
    }
    return array
  }
}
