import WeftGraph

/// TensorFlow's `ApplyAdaMax` (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015,
/// section 7.1).
///
/// m += (gradient - m)(1 - beta1); v = max(beta2 v, |gradient|);
/// variable -= rate / (1 - beta1ᵗ) * m / (v + epsilon).
public struct ApplyAdaMax: ParameterUpdate {
  public static let typeName = "ApplyAdaMax"
  public init() {}
  public var inputNames: [String] {
    [
      "variable", "m", "v", "beta1 power", "learning rate", "beta1", "beta2", "epsilon", "gradient",
    ]
  }
  public var updatedCount: Int { 3 }
  public var gradientIndex: Int { 8 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    let (power, rate, beta1) = (parameters[0], parameters[1], parameters[2])
    let (beta2, epsilon) = (parameters[3], parameters[4])
    state[1] += (gradient - state[1]) * (1 - beta1)
    let decayed = beta2 * state[2]
    let size = gradient < 0 ? -gradient : gradient
    state[2] = decayed > size ? decayed : size
    state[0] -= rate / (1 - power) * (state[1] / (state[2] + epsilon))
  }
}

/// TensorFlow's `ApplyAdagradV2`: Adagrad with a number added to the root.
///
/// accumulator += gradient², then variable -= gradient * rate / (√accumulator + epsilon).
public struct ApplyAdagradV2: ParameterUpdate {
  public static let typeName = "ApplyAdagradV2"
  /// Whether the accumulator grows.
  public let updateSlots: Bool
  public init(updateSlots: Bool = true) { self.updateSlots = updateSlots }
  public var attributes: [Attribute] { [Attribute("update_slots", .bool(updateSlots))] }
  public var inputNames: [String] {
    ["variable", "accumulator", "learning rate", "epsilon", "gradient"]
  }
  public var updatedCount: Int { 2 }
  public var gradientIndex: Int { 4 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    if updateSlots { state[1] += gradient * gradient }
    state[0] -= gradient * parameters[0] / (state[1].squareRoot() + parameters[1])
  }
}

/// TensorFlow's `ApplyAddSign` (Bello et al., "Neural Optimizer Search with Reinforcement Learning", 2017).
///
/// m = beta m + (1 - beta) gradient; variable -= rate (alpha + decay sign(gradient) sign(m)) gradient.
public struct ApplyAddSign: ParameterUpdate {
  public static let typeName = "ApplyAddSign"
  public init() {}
  public var inputNames: [String] {
    ["variable", "m", "learning rate", "alpha", "sign decay", "beta", "gradient"]
  }
  public var updatedCount: Int { 2 }
  public var gradientIndex: Int { 6 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    let (rate, alpha, decay, beta) = (parameters[0], parameters[1], parameters[2], parameters[3])
    state[1] = state[1] * beta + gradient * (1 - beta)
    let agreement = signum(gradient) * signum(state[1])
    state[0] -= rate * (alpha + decay * agreement) * gradient
  }
}

/// TensorFlow's `ApplyProximalAdagrad`: Adagrad with penalties of first and second order.
///
/// accumulator += gradient²; r = rate / √accumulator; p = variable - r gradient;
/// variable = sign(p) max(|p| - r l1, 0) / (1 + r l2).
public struct ApplyProximalAdagrad: ParameterUpdate {
  public static let typeName = "ApplyProximalAdagrad"
  public init() {}
  public var inputNames: [String] {
    ["variable", "accumulator", "learning rate", "l1", "l2", "gradient"]
  }
  public var updatedCount: Int { 2 }
  public var gradientIndex: Int { 5 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    let (l1, l2) = (parameters[1], parameters[2])
    state[1] += gradient * gradient
    let rate = parameters[0] / state[1].squareRoot()
    var moved = state[0] - gradient * rate
    if l1 > 0 {
      let size = (moved < 0 ? -moved : moved) - rate * l1
      moved = size > 0 ? signum(moved) * size : 0
    }
    state[0] = moved / (1 + l2 * rate)
  }
}
