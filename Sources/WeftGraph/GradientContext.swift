/// What an operation's gradient rule sees: the operation, and the gradients of its outputs.
///
/// `S` is the element type of the outputs that carry gradients.
public struct GradientContext<S: FloatingScalar> {
  /// The operation that is differentiated.
  public let operation: GraphOperation
  private let outputGradients: [Output?]

  /// A context: one gradient for each output, nil where nothing flows back.
  public init(operation: GraphOperation, outputGradients: [Output?]) {
    self.operation = operation
    self.outputGradients = outputGradients
  }

  /// An input with the element type of the gradient.
  public func input(_ index: Int) -> Node<S> { Node(output: operation.inputs[index]) }

  /// An input of another element type.
  public func input<T: TensorScalar>(_ index: Int, as _: T.Type) -> Node<T> {
    Node(output: operation.inputs[index])
  }

  /// An output of the operation.
  public func output(_ index: Int) -> Node<S> { Node(output: operation.output(index)) }

  /// The gradient with respect to an output, or nil where nothing flows back.
  public func gradientIfAny(_ index: Int) -> Node<S>? {
    outputGradients[index].map { Node(output: $0) }
  }

  /// The gradient with respect to an output that is known to have one: always so for operations
  /// with one output.
  public func gradient(_ index: Int) -> Node<S> {
    Node(output: outputGradients[index] ?? operation.output(index))
  }

  /// The number of outputs.
  public var outputCount: Int { outputGradients.count }
}
