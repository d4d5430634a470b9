import WeftOps

/// Steps from running means of the gradient and its square, corrected for their start at 0. See
/// ``ApplyAdam`` for the formula.
///
/// Slots: `w/Adam` (the mean of gradients), `w/Adam_1` (that of squares), and for all variables
/// together `beta1_power` and `beta2_power`.
///
/// ```swift
/// let train = Adam(learningRate: 0.001).minimize(loss)
/// ```
public struct Adam: Optimizer {
  public var name: String { "Adam" }
  /// The step size.
  public var learningRate: any HyperParameter
  /// The decay of the mean of gradients.
  public var beta1: any HyperParameter
  /// The decay of the mean of squared gradients.
  public var beta2: any HyperParameter
  /// Keeps the root away from 0.
  public var epsilon: any HyperParameter
  /// Whether the step looks ahead.
  public var useNesterov: Bool

  /// Adam.
  public init(
    learningRate: any HyperParameter = 0.001, beta1: any HyperParameter = 0.9,
    beta2: any HyperParameter = 0.999, epsilon: any HyperParameter = 1e-8,
    useNesterov: Bool = false
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.useNesterov = useNesterov
  }

  public func prepare(_ variables: [AnyVariable], in step: OptimizerStep) {
    step.scalarVariable("beta1_power", initial: beta1)
    step.scalarVariable("beta2_power", initial: beta2)
    for variable in variables {
      step.slot("m", of: variable)
      step.slot("v", of: variable)
    }
  }

  public func update(_ variable: AnyVariable, by gradient: Output, in step: OptimizerStep)
    -> GraphOperation
  {
    let power1 = step.scalarVariable("beta1_power", initial: beta1)
    let power2 = step.scalarVariable("beta2_power", initial: beta2)
    let inputs = [
      variable.reference, step.slot("m", of: variable).reference,
      step.slot("v", of: variable).reference,
      step.value(of: power1, for: variable), step.value(of: power2, for: variable),
      step.parameter(learningRate, "learning_rate", for: variable),
      step.parameter(beta1, "beta1", for: variable),
      step.parameter(beta2, "beta2", for: variable),
      step.parameter(epsilon, "epsilon", for: variable), gradient,
    ]
    return step.apply(ApplyAdam(useNesterov: useNesterov), inputs, to: variable)
  }

  public func finish(_ updates: [GraphOperation], in step: OptimizerStep) -> [GraphOperation] {
    // The updates read the powers of this step: the next ones come after them.
    return step.graph.after(updates) {
      [("beta1", beta1), ("beta2", beta2)].compactMap { name, decay in
        guard let power = step.scalarVariable(named: "\(name)_power") else { return nil }
        return step.multiply(power, by: step.parameter(decay, name, for: power))
      }
    }
  }
}
