import WeftOps

/// Plain gradient descent: variable -= rate * gradient.
///
/// ```swift
/// let train = GradientDescent(learningRate: 0.5).minimize(loss)
/// ```
public struct GradientDescent: Optimizer {
  public var name: String { "GradientDescent" }
  /// The step size.
  public var learningRate: any HyperParameter

  /// Gradient descent with a step size.
  public init(learningRate: any HyperParameter) { self.learningRate = learningRate }

  public func update(_ variable: AnyVariable, by gradient: Output, in step: OptimizerStep)
    -> GraphOperation
  {
    let rate = step.parameter(learningRate, "learning_rate", for: variable)
    return step.apply(ApplyGradientDescent(), [variable.reference, rate, gradient], to: variable)
  }
}

/// Gradient descent followed by the proximal step of the penalties l1 |x| + l2 x² / 2: weights that
/// matter little become exactly 0. See ``ApplyProximalGradientDescent`` for the formula.
public struct ProximalGradientDescent: Optimizer {
  public var name: String { "ProximalGradientDescent" }
  /// The step size.
  public var learningRate: any HyperParameter
  /// The strength of the penalty on absolute values.
  public var l1: any HyperParameter
  /// The strength of the penalty on squares.
  public var l2: any HyperParameter

  /// Proximal gradient descent; without penalties it is plain gradient descent.
  public init(
    learningRate: any HyperParameter, l1: any HyperParameter = 0.0, l2: any HyperParameter = 0.0
  ) {
    self.learningRate = learningRate
    self.l1 = l1
    self.l2 = l2
  }

  public func update(_ variable: AnyVariable, by gradient: Output, in step: OptimizerStep)
    -> GraphOperation
  {
    let inputs = [
      variable.reference,
      step.parameter(learningRate, "learning_rate", for: variable),
      step.parameter(l1, "l1_regularization_strength", for: variable),
      step.parameter(l2, "l2_regularization_strength", for: variable),
      gradient,
    ]
    return step.apply(ApplyProximalGradientDescent(), inputs, to: variable)
  }
}

/// Gradient descent with momentum; slot `w/Momentum`. See ``ApplyMomentum`` for the formula.
///
/// ```swift
/// let train = Momentum(learningRate: 0.01, momentum: 0.9).minimize(loss)
/// ```
public struct Momentum: Optimizer {
  public var name: String { "Momentum" }
  /// The step size.
  public var learningRate: any HyperParameter
  /// How much of the last step goes on.
  public var momentum: any HyperParameter
  /// Whether the step looks ahead.
  public var useNesterov: Bool

  /// Gradient descent with momentum.
  public init(
    learningRate: any HyperParameter, momentum: any HyperParameter, useNesterov: Bool = false
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.useNesterov = useNesterov
  }

  public func prepare(_ variables: [AnyVariable], in step: OptimizerStep) {
    for variable in variables { step.slot("momentum", of: variable) }
  }

  public func update(_ variable: AnyVariable, by gradient: Output, in step: OptimizerStep)
    -> GraphOperation
  {
    let inputs = [
      variable.reference, step.slot("momentum", of: variable).reference,
      step.parameter(learningRate, "learning_rate", for: variable), gradient,
      step.parameter(momentum, "momentum", for: variable),
    ]
    return step.apply(ApplyMomentum(useNesterov: useNesterov), inputs, to: variable)
  }
}
