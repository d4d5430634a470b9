import WeftOps

/// A rule by which variables follow the gradients of a loss.
///
/// ```swift
/// let train = Adam(learningRate: 0.001).minimize(loss)
/// for batch in training.batches(of: 128) {
///   try session.run(train, feeding: [x: batch.images, labels: batch.labels])
/// }
/// ```
/// The optimizer itself holds numbers only. Each call of ``minimize(_:variables:globalStep:name:fileID:line:)``
/// adds operations to the loss's graph, and with them slots of its own: variables such as
/// `w/Momentum` that keep what the rule remembers.
///
/// A rule of one's own says how one variable is updated; the rest is here:
///
/// ```swift
/// struct SignDescent: Optimizer {
///   var name: String { "SignDescent" }
///   func update(_ variable: AnyVariable, by gradient: Output, in step: OptimizerStep)
///     -> GraphOperation
///   {
///     let rate = step.parameter(0.01, "learning_rate", for: variable)
///     return step.apply(ApplySign(), [variable.reference, rate, gradient], to: variable)
///   }
/// }
/// ```
public protocol Optimizer: Sendable {
  /// The name of the training operation, and of slots.
  var name: String { get }

  /// Makes slots and other variables, before any update.
  func prepare(_ variables: [AnyVariable], in step: OptimizerStep)

  /// The operation that updates one variable.
  func update(_ variable: AnyVariable, by gradient: Output, in step: OptimizerStep)
    -> GraphOperation

  /// Further operations that belong to the step, after the updates.
  func finish(_ updates: [GraphOperation], in step: OptimizerStep) -> [GraphOperation]
}

extension Optimizer {
  public func prepare(_ variables: [AnyVariable], in step: OptimizerStep) {}
  public func finish(_ updates: [GraphOperation], in step: OptimizerStep) -> [GraphOperation] { [] }
}

/// A variable with or without its element type: what optimizers are told to train.
public protocol VariableConvertible: Sendable {
  /// The variable without its element type.
  var erased: AnyVariable { get }
}

extension Variable: VariableConvertible {}

extension AnyVariable: VariableConvertible {
  public var erased: AnyVariable { self }
}

/// A variable and the gradient of a loss with respect to it.
public struct VariableGradient: Hashable, Sendable {
  /// The gradient; nil where the loss does not depend on the variable.
  public var gradient: Output?
  /// The variable.
  public let variable: AnyVariable

  /// A pair.
  public init(gradient: Output?, variable: AnyVariable) {
    self.gradient = gradient
    self.variable = variable
  }

  /// A pair from typed parts.
  public init<S: FloatingScalar>(_ gradient: Node<S>?, _ variable: Variable<S>) {
    self.init(gradient: gradient?.output, variable: variable.erased)
  }
}

extension [VariableGradient] {
  /// The pairs with the gradients of one element type transformed together: clipped, scaled, noised.
  ///
  /// ```swift
  /// let pairs = optimizer.computeGradients(loss)
  /// let clipped = pairs.mapGradients { (g: [Node<Float>]) in clipByGlobalNorm(g, 5).clipped }
  /// let train = optimizer.applyGradients(clipped)
  /// ```
  /// The body returns a node for each that it was given; where it returns nil, or none, the gradient
  /// stays as it was.
  public func mapGradients<S: FloatingScalar>(_ transform: ([Node<S>]) throws -> [Node<S>?])
    rethrows
    -> [VariableGradient]
  {
    let chosen = indices.filter { self[$0].gradient?.type?.dtype == S.dtype }
    let changed = try transform(chosen.compactMap { self[$0].gradient.map { Node(output: $0) } })
    var result = self
    for (index, node) in zip(chosen, changed) {
      if let node { result[index].gradient = node.output }
    }
    return result
  }
}
