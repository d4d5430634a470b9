/// A symbolic tensor in a graph: what an operation will give when it runs.
///
/// ```swift
/// let x = graph.placeholder(Float.self, shape: [nil, 784], name: "x")
/// let y = relu(matmul(x, w) + b)  // nodes too
/// ```
public struct Node<Scalar: TensorScalar>: Hashable, Sendable {
  /// The operation's output that the node stands for.
  public let output: Output

  /// The typed view of an output. Its element type must be `Scalar`: every operation checks the
  /// element types of its inputs when it is built.
  public init(output: Output) { self.output = output }

  /// The graph.
  public var graph: Graph { output.graph }
  /// The operation that gives it.
  public var operation: GraphOperation { output.operation }
  /// The shape as far as it is known.
  public var shape: TensorShape { output.type?.shape ?? .unknown }
  /// The name as TensorFlow writes it: `dense/MatMul:0`.
  public var name: String { output.name }
}

/// A node whose element type is known only at run time.
public protocol AnyNode: Sendable {
  /// The operation's output.
  var output: Output { get }
}

extension Node: AnyNode {}

/// Whatever serves as an operand: a ``Node`` or a ``Variable``.
public protocol NodeConvertible<Scalar>: Sendable {
  /// The element type.
  associatedtype Scalar: TensorScalar
  /// The node.
  var node: Node<Scalar> { get }
}

extension Node: NodeConvertible {
  public var node: Node<Scalar> { self }
}

/// A symbolic tensor that keeps its value between runs of a session.
///
/// Operations take it as they take a node. A read in a run sees the value from before that run's
/// updates, unless a control dependency says otherwise.
public struct Variable<Scalar: TensorScalar>: Hashable, Sendable {
  /// The variable without its element type.
  public let erased: AnyVariable

  /// The typed view of a variable.
  public init(erased: AnyVariable) { self.erased = erased }

  /// The value as a node.
  public var node: Node<Scalar> { Node(output: erased.value) }
  /// The name, such as `dense/kernel`.
  public var name: String { erased.name }
  /// The shape.
  public var shape: TensorShape { erased.type.shape }
  /// The graph.
  public var graph: Graph { erased.reference.graph }
  /// The operation that gives it its initial value.
  public var initializer: GraphOperation { erased.initializer }
}

extension Variable: NodeConvertible, AnyNode {
  public var output: Output { erased.value }
}

/// A variable whose element type is known only at run time.
public struct AnyVariable: Hashable, Sendable {
  /// The output of the variable operation: what updates write to.
  public let reference: Output
  /// The output to read: an identity of the reference.
  public let value: Output
  /// The initial value.
  public let initialValue: Output
  /// The operation that assigns the initial value.
  public let initializer: GraphOperation
  /// Whether optimizers train it by default.
  public let isTrainable: Bool

  /// A variable from its parts.
  public init(
    reference: Output, value: Output, initialValue: Output, initializer: GraphOperation,
    isTrainable: Bool
  ) {
    self.reference = reference
    self.value = value
    self.initialValue = initialValue
    self.initializer = initializer
    self.isTrainable = isTrainable
  }

  /// The name, such as `dense/kernel`.
  public var name: String { reference.operation.name }
  /// The element type and shape.
  public var type: TensorType { reference.type ?? TensorType(.float32, .unknown) }
  /// The Swift line that made it.
  public var location: SourceLocation? { reference.operation.origin.location }
}
