import Glibc
import WeftOps

/// A rate that falls by a factor in every period.
///
/// Formula: rate * decayRate^(step / decaySteps); with `staircase`, the quotient is rounded down.
///
/// ```swift
/// let step = graph.globalStep()
/// let rate = exponentialDecay(0.5, step, 1000, 0.9, staircase: true)
/// let train = GradientDescent(learningRate: rate).minimize(loss, globalStep: step)
/// ```
/// - Parameters:
///   - learningRate: the rate at step 0.
///   - step: a counter, such as ``WeftGraph/Graph/globalStep(fileID:line:)``.
///   - decaySteps: the length of a period in steps.
///   - decayRate: the factor.
public func exponentialDecay<I: NumericScalar, S: FloatingScalar>(
  _ learningRate: any HyperParameter, _ step: some NodeConvertible<I>,
  _ decaySteps: any HyperParameter, _ decayRate: any HyperParameter, staircase: Bool = false,
  as _: S.Type = Float.self, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  Schedule.build(
    name ?? "ExponentialDecay", step: step.node, at: SourceLocation(fileID, line)
  ) { schedule in
    let rate = schedule.number(learningRate, "initial_learning_rate")
    let factor = schedule.number(decayRate, "decay_rate")
    return rate * pow(factor, schedule.periods(decaySteps, staircase: staircase))
  }
}

/// A rate that falls as e^(-decayRate * step / decaySteps).
///
/// With `staircase`, the quotient step / decaySteps is rounded down.
public func naturalExpDecay<I: NumericScalar, S: FloatingScalar>(
  _ learningRate: any HyperParameter, _ step: some NodeConvertible<I>,
  _ decaySteps: any HyperParameter, _ decayRate: any HyperParameter, staircase: Bool = false,
  as _: S.Type = Float.self, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  Schedule.build(
    name ?? "NaturalExpDecay", step: step.node, at: SourceLocation(fileID, line)
  ) { schedule in
    let rate = schedule.number(learningRate, "initial_learning_rate")
    let factor = exp(-schedule.number(decayRate, "decay_rate"))
    return rate * pow(factor, schedule.periods(decaySteps, staircase: staircase))
  }
}

/// A rate that falls as 1 / (1 + decayRate * step / decaySteps).
///
/// With `staircase`, the quotient step / decaySteps is rounded down.
public func inverseTimeDecay<I: NumericScalar, S: FloatingScalar>(
  _ learningRate: any HyperParameter, _ step: some NodeConvertible<I>,
  _ decaySteps: any HyperParameter, _ decayRate: any HyperParameter, staircase: Bool = false,
  as _: S.Type = Float.self, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  Schedule.build(
    name ?? "InverseTimeDecay", step: step.node, at: SourceLocation(fileID, line)
  ) { schedule in
    let rate = schedule.number(learningRate, "initial_learning_rate")
    let factor = schedule.number(decayRate, "decay_rate")
    return rate / (S(1) + factor * schedule.periods(decaySteps, staircase: staircase))
  }
}

/// A rate that goes from one value to another in a given number of steps, and stays there.
///
/// Formula: (rate - end) * (1 - step / decaySteps)^power + end. With `cycle`, the period grows to the
/// next multiple of `decaySteps` instead of ending.
public func polynomialDecay<I: NumericScalar, S: FloatingScalar>(
  _ learningRate: any HyperParameter, _ step: some NodeConvertible<I>,
  _ decaySteps: any HyperParameter, endLearningRate: any HyperParameter = 0.0001,
  power: any HyperParameter = 1.0, cycle: Bool = false,
  as _: S.Type = Float.self, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  Schedule.build(
    name ?? "PolynomialDecay", step: step.node, at: SourceLocation(fileID, line)
  ) { schedule in
    let rate = schedule.number(learningRate, "initial_learning_rate")
    let end = schedule.number(endLearningRate, "end_learning_rate")
    var (now, period) = (schedule.step, schedule.number(decaySteps, "decay_steps"))
    if cycle {
      // At step 0 the quotient rounds up to 0: the first period counts all the same.
      period = period * maximum(ceil(now / period), S(1))
    } else {
      now = minimum(now, period)
    }
    let rest = S(1) - now / period
    return (rate - end) * pow(rest, schedule.number(power, "power")) + end
  }
}

/// A rate that falls along half a cosine to a fraction `alpha` of its first value, and stays there
/// (Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017).
///
/// Formula: rate * ((1 - alpha) * (1 + cos(π step / decaySteps)) / 2 + alpha).
public func cosineDecay<I: NumericScalar, S: FloatingScalar>(
  _ learningRate: any HyperParameter, _ step: some NodeConvertible<I>,
  _ decaySteps: any HyperParameter, alpha: any HyperParameter = 0.0,
  as _: S.Type = Float.self, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  Schedule.build(
    name ?? "CosineDecay", step: step.node, at: SourceLocation(fileID, line)
  ) { schedule in
    let rate = schedule.number(learningRate, "initial_learning_rate")
    let period = schedule.number(decaySteps, "decay_steps")
    let alpha = schedule.number(alpha, "alpha")
    let fraction = minimum(schedule.step, period) / period
    let wave = S(0.5) * (S(1) + cos(S.pi * fraction))
    return rate * ((S(1) - alpha) * wave + alpha)
  }
}

/// A rate that is constant between given steps.
///
/// ```swift
/// let rate = piecewiseConstant(step, boundaries: [100, 1000], values: [1.0, 0.5, 0.1])
/// ```
/// - Parameters:
///   - boundaries: the last step of each interval but the last, ascending.
///   - values: the rate of each interval: one more than boundaries.
///
/// Errors: another number of values, boundaries that do not ascend.
public func piecewiseConstant<I: NumericScalar, S: FloatingScalar>(
  _ step: some NodeConvertible<I>, boundaries: [Int], values: [Double], as _: S.Type = Float.self,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let graph = step.node.graph
  let location = SourceLocation(fileID, line)
  let name = name ?? "PiecewiseConstant"
  if values.count != boundaries.count + 1 {
    graph.report(
      GraphError(
        .invalidArgument,
        "\(boundaries.count) boundaries need \(boundaries.count + 1) values, not \(values.count)",
        subject: "piecewiseConstant '\(name)'", location: location))
  }
  if zip(boundaries, boundaries.dropFirst()).contains(where: { $0 >= $1 }) {
    graph.report(
      GraphError(
        .invalidArgument, "the boundaries do not ascend: \(boundaries)",
        subject: "piecewiseConstant '\(name)'", location: location))
  }
  return graph.scope(name) {
    graph.withOrigin(.user(location)) {
      let numbers = values.map {
        graph.constant(Tensor(S(converting: $0)), name: "value", at: location)
      }
      guard var rate = numbers.last else {
        return graph.constant(Tensor(S(0)), name: "value", at: location)
      }
      for (boundary, value) in zip(boundaries, numbers).reversed() {
        let last = graph.constant(
          Tensor(I(converting: Double(boundary))), name: "boundary", at: location)
        rate = select(lessEqual(step, last), value, rate)
      }
      return rate
    }
  }
}
