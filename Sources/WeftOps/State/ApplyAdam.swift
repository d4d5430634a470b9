import WeftGraph

/// TensorFlow's `ApplyAdam` (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015; its
/// "epsilon hat" form).
///
/// alpha = rate √(1 - beta2ᵗ) / (1 - beta1ᵗ); m += (gradient - m)(1 - beta1);
/// v += (gradient² - v)(1 - beta2); variable -= alpha m / (√v + epsilon).
public struct ApplyAdam: ParameterUpdate {
  public static let typeName = "ApplyAdam"
  /// Whether the step looks ahead: m is replaced by (1 - beta1) gradient + beta1 m (Dozat,
  /// "Incorporating Nesterov Momentum into Adam", 2016).
  public let useNesterov: Bool
  public init(useNesterov: Bool = false) { self.useNesterov = useNesterov }
  public var attributes: [Attribute] { [Attribute("use_nesterov", .bool(useNesterov))] }
  public var inputNames: [String] {
    [
      "variable", "m", "v", "beta1 power", "beta2 power", "learning rate", "beta1", "beta2",
      "epsilon", "gradient",
    ]
  }
  public var updatedCount: Int { 3 }
  public var takesFormulas: Bool { true }
  public var gradientIndex: Int { 9 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    let (power1, power2, rate) = (parameters[0], parameters[1], parameters[2])
    let (beta1, beta2, epsilon) = (parameters[3], parameters[4], parameters[5])
    let alpha = rate * (1 - power2).squareRoot() / (1 - power1)
    // In the element type: 1 - 0.999 in float32 is not the float32 nearest to 0.001.
    let (rest1, rest2) = (1 - beta1, 1 - beta2)
    let m = state[1] + (gradient - state[1]) * rest1
    let v = state[2] + (gradient * gradient - state[2]) * rest2
    state[1] = m
    state[2] = v
    let direction = useNesterov ? gradient * rest1 + beta1 * m : m
    state[0] -= (direction * alpha) / (v.squareRoot() + epsilon)
  }
}
