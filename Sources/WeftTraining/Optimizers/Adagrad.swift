import WeftOps

/// Steps divided by the root of the sum of all squared gradients; slot `w/Adagrad`. See
/// ``ApplyAdagrad`` for the formula.
public struct Adagrad: Optimizer {
  public var name: String { "Adagrad" }
  /// The step size.
  public var learningRate: any HyperParameter
  /// What the sums start with; it must be positive.
  public var initialAccumulator: Double

  /// Adagrad.
  public init(learningRate: any HyperParameter, initialAccumulator: Double = 0.1) {
    self.learningRate = learningRate
    self.initialAccumulator = initialAccumulator
  }

  public func prepare(_ variables: [AnyVariable], in step: OptimizerStep) {
    for variable in variables {
      step.slot("accumulator", of: variable, initial: initialAccumulator)
    }
  }

  public func update(_ variable: AnyVariable, by gradient: Output, in step: OptimizerStep)
    -> GraphOperation
  {
    let sums = step.slot("accumulator", of: variable, initial: initialAccumulator)
    let rate = step.parameter(learningRate, "learning_rate", for: variable)
    let inputs = [variable.reference, sums.reference, rate, gradient]
    return step.apply(ApplyAdagrad(), inputs, to: variable)
  }
}

/// Steps in the unit of the variable, from running means of squared gradients and squared steps; slots
/// `w/Adadelta` and `w/Adadelta_1`. See ``ApplyAdadelta`` for the formula.
public struct Adadelta: Optimizer {
  public var name: String { "Adadelta" }
  /// The step size; the paper's rule is 1.
  public var learningRate: any HyperParameter
  /// The decay of the running means.
  public var rho: any HyperParameter
  /// Keeps roots away from 0.
  public var epsilon: any HyperParameter

  /// Adadelta.
  public init(
    learningRate: any HyperParameter = 0.001, rho: any HyperParameter = 0.95,
    epsilon: any HyperParameter = 1e-8
  ) {
    self.learningRate = learningRate
    self.rho = rho
    self.epsilon = epsilon
  }

  public func prepare(_ variables: [AnyVariable], in step: OptimizerStep) {
    for variable in variables {
      step.slot("accum", of: variable)
      step.slot("accum_update", of: variable)
    }
  }

  public func update(_ variable: AnyVariable, by gradient: Output, in step: OptimizerStep)
    -> GraphOperation
  {
    let inputs = [
      variable.reference, step.slot("accum", of: variable).reference,
      step.slot("accum_update", of: variable).reference,
      step.parameter(learningRate, "lr", for: variable),
      step.parameter(rho, "rho", for: variable),
      step.parameter(epsilon, "epsilon", for: variable), gradient,
    ]
    return step.apply(ApplyAdadelta(), inputs, to: variable)
  }
}
