/// A vertex of a graph: a definition applied to inputs. Immutable.
public struct GraphOperation: Sendable {
  /// The graph that the operation belongs to.
  public let graph: Graph
  let record: Record

  final class Record: Sendable {
    let id: Int
    let name: String
    let definition: any OpDefinition
    // Records, not handles: a handle holds the graph, which holds the records.
    let inputs: [Port]
    let controlInputs: [Record]
    let outputTypes: [TensorType]
    let knownShapeValue: TensorShape?
    let device: DeviceRequest?
    let origin: Origin
    /// Whether building failed here or at an operation that this one needs.
    let isPoisoned: Bool

    init(
      id: Int, name: String, definition: any OpDefinition, inputs: [Port],
      controlInputs: [Record], outputTypes: [TensorType], knownShapeValue: TensorShape?,
      device: DeviceRequest?, origin: Origin, isPoisoned: Bool
    ) {
      self.id = id
      self.name = name
      self.definition = definition
      self.inputs = inputs
      self.controlInputs = controlInputs
      self.outputTypes = outputTypes
      self.knownShapeValue = knownShapeValue
      self.device = device
      self.origin = origin
      self.isPoisoned = isPoisoned
    }
  }

  struct Port: Sendable {
    let record: Record
    let index: Int
  }

  /// The position in the graph, from 0, in order of creation.
  public var id: Int { record.id }
  /// The unique name, such as `dense/MatMul`.
  public var name: String { record.name }
  /// What the operation is.
  public var definition: any OpDefinition { record.definition }
  /// The type name, such as `MatMul`.
  public var typeName: String { record.definition.typeName }
  /// The inputs.
  public var inputs: [Output] {
    record.inputs.map {
      Output(operation: GraphOperation(graph: graph, record: $0.record), index: $0.index)
    }
  }
  /// Operations that must have run before this one.
  public var controlInputs: [GraphOperation] {
    record.controlInputs.map { GraphOperation(graph: graph, record: $0) }
  }
  /// Tells lists of control inputs apart without reading them: operations made in one
  /// ``Graph/after(_:_:)`` share theirs. Nil where there are none.
  package var controlListID: UInt? {
    record.controlInputs.withUnsafeBufferPointer {
      $0.isEmpty ? nil : UInt(bitPattern: $0.baseAddress)
    }
  }
  /// The types of the outputs; empty after a building error.
  public var outputTypes: [TensorType] { record.outputTypes }
  /// The device that the user asked for.
  public var device: DeviceRequest? { record.device }
  /// Where the operation comes from.
  public var origin: Origin { record.origin }
  /// Whether the operation could not be built.
  public var isPoisoned: Bool { record.isPoisoned }

  /// One of the outputs.
  public func output(_ index: Int) -> Output { Output(operation: self, index: index) }

  /// The outputs.
  public var outputs: [Output] { outputTypes.indices.map { output($0) } }

  /// How error messages call it: `matmul 'dense/MatMul'`.
  public var subject: String { "\(type(of: definition).displayName) '\(name)'" }
}

extension GraphOperation: Hashable {
  public static func == (a: GraphOperation, b: GraphOperation) -> Bool { a.record === b.record }
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(record)) }
}

extension GraphOperation: CustomStringConvertible {
  public var description: String { name }
}

/// A device that the user asked for.
public struct DeviceRequest: Hashable, Sendable {
  /// The name, such as `/gpu:0`.
  public let name: String
  /// Whether another device may serve where this one is not there.
  public let isSoft: Bool
  /// A request.
  public init(_ name: String, soft: Bool) {
    self.name = name
    isSoft = soft
  }
}

/// One result of an operation.
public struct Output: Hashable, Sendable {
  /// The operation.
  public let operation: GraphOperation
  /// Which of its outputs, from 0.
  public let index: Int

  /// An output.
  public init(operation: GraphOperation, index: Int) {
    self.operation = operation
    self.index = index
  }

  /// The graph.
  public var graph: Graph { operation.graph }

  /// The type; nil after a building error.
  public var type: TensorType? {
    operation.outputTypes.indices.contains(index) ? operation.outputTypes[index] : nil
  }

  /// The name as TensorFlow writes it: `dense/MatMul:0`.
  public var name: String { "\(operation.name):\(index)" }
}

extension Output: CustomStringConvertible {
  public var description: String { name }
}
