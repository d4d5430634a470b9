import WeftOps

/// From the op types of TensorFlow's graphs to the definitions of operations, and back.
///
/// A row says how an operation is made from a node's attributes, and which attributes of the node are
/// element types of its operands. A custom operation takes part through a row of its own:
///
/// ```swift
/// let catalogue = OperationCatalogue.standard.adding([.plain(Cube())])
/// let graph = try GraphImport(contentsOf: "model.pb", catalogue: catalogue)
/// ```
public struct OperationCatalogue: Sendable {
  /// Where an attribute that names element types comes from when a graph is exported.
  public enum OperandTypes: Sendable {
    /// The type of an input; negative numbers count from the last.
    case input(Int)
    /// The type of an output.
    case output(Int)
    /// The types of all inputs from one on.
    case inputs(from: Int)
    /// One and the same type always.
    case fixed(DType)
  }

  /// One op type.
  public struct Row: Sendable {
    let typeName: String
    let types: [String: OperandTypes]
    let decode: @Sendable (NodeAttributes) throws -> any OpDefinition

    /// An op type by its name in GraphDef.
    ///
    /// - Parameters:
    ///   - types: the attributes that name element types of operands.
    ///   - decode: makes the definition from the attributes; throws ``WeftGraph/OpFailure``.
    public init(
      _ typeName: String, types: [String: OperandTypes] = ["T": .input(0)],
      decode: @escaping @Sendable (NodeAttributes) throws -> any OpDefinition
    ) {
      self.typeName = typeName
      self.types = types
      self.decode = decode
    }

    /// An op type without attributes but element types.
    public static func plain(
      _ definition: any OpDefinition, types: [String: OperandTypes] = ["T": .input(0)]
    ) -> Row {
      Row(definition.typeName, types: types) { _ in definition }
    }

    /// An op type that is another operation here.
    static func renamed(_ typeName: String, _ definition: any OpDefinition) -> Row {
      Row(typeName) { _ in definition }
    }
  }

  private var rows: [String: Row] = [:]

  /// A catalogue of these op types.
  public init(_ rows: [Row]) { for row in rows { self.rows[row.typeName] = row } }

  /// A catalogue with more op types; one that is known already is replaced.
  public func adding(_ rows: [Row]) -> OperationCatalogue {
    var result = self
    for row in rows { result.rows[row.typeName] = row }
    return result
  }

  /// The names of the op types, sorted.
  public var typeNames: [String] { rows.keys.sorted() }

  func row(_ typeName: String) -> Row? { rows[typeName] }

  /// All built-in operations.
  public static let standard: OperationCatalogue = {
    let families: [[Row]] = [
      pointwise, reductions, arrays, indexing, linear, neural, images, random, state, resources,
      control, summaries,
    ]
    return OperationCatalogue(families.flatMap { $0 })
  }()
}
