import WeftSession

/// One use of an operation with all that is needed to check it: operands, what is built over them,
/// what comes out or may differ, and whether it has a gradient.
///
/// ```swift
/// let matrices = OpCase(
///   MatMul(), [.fed(.random([3, 5])), .fed(.random([5, 7], seed: 2))], tolerance: .ulps(4))
/// let problem = conformanceMismatch(matrices, on: CPUDevice())
/// ```
public struct OpCase: Sendable, CustomStringConvertible {
  /// How an operand comes to the operation.
  public enum Operand: Sendable {
    /// By a placeholder: known when the operation runs.
    case fed(AnyTensor)
    /// As a constant: known when the graph is built, as axes and sizes are.
    case constant(AnyTensor)
    /// As a variable that holds this value, to be updated; compared after the run too.
    case variable(AnyTensor)

    /// The value.
    public var tensor: AnyTensor {
      switch self {
      case .fed(let tensor), .constant(let tensor), .variable(let tensor): tensor
      }
    }
  }

  /// Whether the case's outputs are differentiable in its operands.
  public enum Gradient: Sendable, Hashable {
    /// The gradient is compared with differences, for all fed operands of real numbers.
    case checked
    /// As ``checked``, but not for the operands at these positions, for this reason.
    case checkedExcept([Int], because: String)
    /// The operation has no gradient, for this reason; that it has none is checked.
    case none(String)
    /// Another case checks it, for this reason not this one.
    case skipped(String)
  }

  /// What a case builds.
  public struct Built: Sendable {
    /// The outputs to compare.
    public let outputs: [Output]
    /// Operations without outputs that must run.
    public let targets: [GraphOperation]
    /// What a case builds.
    public init(outputs: [Output], targets: [GraphOperation] = []) {
      self.outputs = outputs
      self.targets = targets
    }
  }

  /// The name.
  public var name: String
  /// The operands.
  public var operands: [Operand]
  /// The expected outputs, where the reference device alone shall not decide.
  public var expected: [AnyTensor]?
  /// How far outputs may lie from the reference device's, and from ``expected``.
  public var tolerance: Tolerance
  /// Whether the outputs are differentiable.
  public var gradient: Gradient
  /// The error that the run must end in, if it must.
  public var failure: GraphError.Code?
  let body: @Sendable (CaseOperands) -> Built

  /// A case around a definition, applied to the operands in order.
  public init<D: OpDefinition>(
    _ definition: D, _ operands: [Operand], name: String? = nil, expected: [AnyTensor]? = nil,
    tolerance: Tolerance = .exact, gradient: Gradient = .checked, failure: GraphError.Code? = nil
  ) {
    let label =
      name ?? operands.map { "\($0.tensor.dtype)\($0.tensor.shape)" }.joined(separator: " ")
    self.init(
      "\(D.typeName) \(label)", operands, expected: expected, tolerance: tolerance,
      gradient: gradient, failure: failure
    ) { operands in
      let operation = operands.graph.add(definition, inputs: operands.outputs, at: nil)
      return Built(outputs: operation.outputs, targets: [operation])
    }
  }

  /// A case around any nodes built from the operands.
  ///
  /// ```swift
  /// OpCase("cube", [.fed(.ramp([7]))]) { operands in [cube(operands.node(0, as: Float.self))] }
  /// ```
  public init(
    _ name: String, _ operands: [Operand], expected: [AnyTensor]? = nil,
    tolerance: Tolerance = .exact, gradient: Gradient = .checked,
    failure: GraphError.Code? = nil, nodes: @escaping @Sendable (CaseOperands) -> [any AnyNode]
  ) {
    self.init(
      name, operands, expected: expected, tolerance: tolerance, gradient: gradient,
      failure: failure
    ) { Built(outputs: nodes($0).map { $0.output }) }
  }

  /// A case around any operations built from the operands.
  public init(
    _ name: String, _ operands: [Operand], expected: [AnyTensor]? = nil,
    tolerance: Tolerance = .exact, gradient: Gradient = .checked,
    failure: GraphError.Code? = nil, body: @escaping @Sendable (CaseOperands) -> Built
  ) {
    self.name = name
    self.operands = operands
    self.expected = expected
    self.tolerance = tolerance
    self.gradient = gradient
    self.failure = failure
    self.body = body
  }

  public var description: String { name }

  /// The type names of the operations that the case builds, its operands' own aside.
  public var typeNames: Set<String> {
    let built = CaseGraph(self)
    return Set(built.graph.operations.dropFirst(built.operandCount).map(\.typeName))
  }

  /// The case with its `float32` operands as `float64`.
  func inDoublePrecision() -> OpCase {
    func converted(_ tensor: AnyTensor) -> AnyTensor {
      tensor.dtype == .float32 ? tensor.converted(to: .float64) : tensor
    }
    var result = self
    result.operands = operands.map {
      switch $0 {
      case .fed(let tensor): .fed(converted(tensor))
      case .constant(let tensor): .constant(converted(tensor))
      case .variable(let tensor): .variable(converted(tensor))
      }
    }
    return result
  }
}

/// The operands of a case as outputs in the graph.
public struct CaseOperands: Sendable {
  /// The graph.
  public let graph: Graph
  /// The operands in order; a variable's is its reference.
  public let outputs: [Output]
  /// The variables among them, in order.
  public let variables: [AnyVariable]

  /// An operand as a node of an element type.
  public func node<S: TensorScalar>(_ index: Int, as _: S.Type = S.self) -> Node<S> {
    Node(output: outputs[index])
  }
}
