import Glibc
import WeftGraph

/// TensorFlow's `ApplyFtrl`: follow the regularised leader (McMahan et al., "Ad Click Prediction: a
/// View from the Trenches", 2013).
///
/// sum = accumulator + gradient²;
/// linear += gradient - (sumᵖ - accumulatorᵖ) / rate * variable with p = -(learning rate power);
/// variable = |linear| > l1 ? (sign(linear) l1 - linear) / (sumᵖ / rate + 2 l2) : 0.
public struct ApplyFtrl: ParameterUpdate {
  public static let typeName = "ApplyFtrl"
  public init() {}
  public var inputNames: [String] {
    [
      "variable", "accumulator", "linear", "gradient", "learning rate", "l1", "l2",
      "learning rate power",
    ]
  }
  public var updatedCount: Int { 3 }
  public var takesFormulas: Bool { true }
  public var gradientIndex: Int { 3 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    followLeader(
      &state, gradient, rate: parameters[0], l1: parameters[1], l2: parameters[2], shrinkage: 0,
      power: parameters[3])
  }
}

/// TensorFlow's `ApplyFtrlV2`: ``ApplyFtrl`` with a further penalty that only shrinks: the gradient
/// becomes gradient + 2 * shrinkage * variable.
public struct ApplyFtrlV2: ParameterUpdate {
  public static let typeName = "ApplyFtrlV2"
  public init() {}
  public var inputNames: [String] {
    [
      "variable", "accumulator", "linear", "gradient", "learning rate", "l1", "l2", "l2 shrinkage",
      "learning rate power",
    ]
  }
  public var updatedCount: Int { 3 }
  public var takesFormulas: Bool { true }
  public var gradientIndex: Int { 3 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    followLeader(
      &state, gradient, rate: parameters[0], l1: parameters[1], l2: parameters[2],
      shrinkage: parameters[3], power: parameters[4])
  }
}

private func followLeader<S: FloatingScalar>(
  _ state: inout [S], _ gradient: S, rate: S, l1: S, l2: S, shrinkage: S, power: S
) {
  func powered(_ x: S) -> S {
    power == -0.5 ? x.squareRoot() : S(converting: pow(x.asDouble, -power.asDouble))
  }
  let shrunk = gradient + 2 * shrinkage * state[0]
  let sum = state[1] + gradient * gradient
  let newPower = powered(sum)
  let linear = state[2] + (shrunk - (newPower - powered(state[1])) / rate * state[0])
  let quadratic = newPower / rate + 2 * l2
  state[1] = sum
  state[2] = linear
  state[0] = linear.magnitude > l1 ? (l1 * signum(linear) - linear) / quadratic : 0
}
