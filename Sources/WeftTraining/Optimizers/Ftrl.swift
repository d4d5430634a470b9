import WeftOps

/// Follow the regularised leader: online learning with weights that are exactly 0 where they matter
/// little. See ``ApplyFtrl`` for the formula.
///
/// Slots: `w/Ftrl` (the sum of squared gradients) and `w/Ftrl_1` (the linear term).
public struct Ftrl: Optimizer {
  public var name: String { "Ftrl" }
  /// The step size.
  public var learningRate: any HyperParameter
  /// The power of the sum of squares in the step size: 0 or less.
  public var learningRatePower: any HyperParameter
  /// What the sums of squares start with.
  public var initialAccumulator: Double
  /// The strength of the penalty on absolute values.
  public var l1: any HyperParameter
  /// The strength of the penalty on squares.
  public var l2: any HyperParameter
  /// The strength of a penalty on squares that does not move the point where the gradient is taken;
  /// nil for none.
  public var l2Shrinkage: (any HyperParameter)?

  /// Follow the regularised leader.
  public init(
    learningRate: any HyperParameter, learningRatePower: any HyperParameter = -0.5,
    initialAccumulator: Double = 0.1, l1: any HyperParameter = 0.0, l2: any HyperParameter = 0.0,
    l2Shrinkage: (any HyperParameter)? = nil
  ) {
    self.learningRate = learningRate
    self.learningRatePower = learningRatePower
    self.initialAccumulator = initialAccumulator
    self.l1 = l1
    self.l2 = l2
    self.l2Shrinkage = l2Shrinkage
  }

  public func prepare(_ variables: [AnyVariable], in step: OptimizerStep) {
    for variable in variables {
      step.slot("accum", of: variable, initial: initialAccumulator)
      step.slot("linear", of: variable)
    }
  }

  public func update(_ variable: AnyVariable, by gradient: Output, in step: OptimizerStep)
    -> GraphOperation
  {
    var inputs = [
      variable.reference,
      step.slot("accum", of: variable, initial: initialAccumulator).reference,
      step.slot("linear", of: variable).reference, gradient,
      step.parameter(learningRate, "learning_rate", for: variable),
      step.parameter(l1, "l1_regularization_strength", for: variable),
      step.parameter(l2, "l2_regularization_strength", for: variable),
    ]
    if let l2Shrinkage {
      inputs.append(
        step.parameter(l2Shrinkage, "l2_shrinkage_regularization_strength", for: variable))
    }
    inputs.append(step.parameter(learningRatePower, "learning_rate_power", for: variable))
    let definition: any OpDefinition = l2Shrinkage == nil ? ApplyFtrl() : ApplyFtrlV2()
    return step.apply(definition, inputs, to: variable)
  }
}
