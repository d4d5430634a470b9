import WeftOps

/// Steps divided by the root of a running mean of squared gradients. See ``ApplyRMSProp`` and
/// ``ApplyCenteredRMSProp`` for the formulas.
///
/// Slots: `w/RMSProp` (the mean square, 1 at first) and `w/RMSProp_1` (the moment); centered, the mean
/// gradient comes between the two.
public struct RMSProp: Optimizer {
  public var name: String { "RMSProp" }
  /// The step size.
  public var learningRate: any HyperParameter
  /// The decay of the running means.
  public var decay: any HyperParameter
  /// How much of the last step goes on.
  public var momentum: any HyperParameter
  /// Keeps the root away from 0.
  public var epsilon: any HyperParameter
  /// Whether the variance takes the place of the mean square.
  public var centered: Bool

  /// RMSProp.
  public init(
    learningRate: any HyperParameter, decay: any HyperParameter = 0.9,
    momentum: any HyperParameter = 0.0, epsilon: any HyperParameter = 1e-10, centered: Bool = false
  ) {
    self.learningRate = learningRate
    self.decay = decay
    self.momentum = momentum
    self.epsilon = epsilon
    self.centered = centered
  }

  public func prepare(_ variables: [AnyVariable], in step: OptimizerStep) {
    for variable in variables {
      step.slot("rms", of: variable, initial: 1)
      if centered { step.slot("mg", of: variable) }
      step.slot("momentum", of: variable)
    }
  }

  public func update(_ variable: AnyVariable, by gradient: Output, in step: OptimizerStep)
    -> GraphOperation
  {
    var inputs = [variable.reference]
    if centered { inputs.append(step.slot("mg", of: variable).reference) }
    inputs += [
      step.slot("rms", of: variable, initial: 1).reference,
      step.slot("momentum", of: variable).reference,
      step.parameter(learningRate, "learning_rate", for: variable),
      step.parameter(decay, "decay", for: variable),
      step.parameter(momentum, "momentum", for: variable),
      step.parameter(epsilon, "epsilon", for: variable), gradient,
    ]
    let definition: any OpDefinition = centered ? ApplyCenteredRMSProp() : ApplyRMSProp()
    return step.apply(definition, inputs, to: variable)
  }
}
