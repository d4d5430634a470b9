import WeftGraph

/// TensorFlow's `ApplyGradientDescent`: variable -= alpha * delta.
public struct ApplyGradientDescent: ParameterUpdate {
  public static let typeName = "ApplyGradientDescent"
  public init() {}
  public var inputNames: [String] { ["variable", "alpha", "delta"] }
  public var updatedCount: Int { 1 }
  public var takesFormulas: Bool { true }
  public var gradientIndex: Int { 2 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    state[0] -= gradient * parameters[0]
  }
}

/// TensorFlow's `ApplyProximalGradientDescent`: a step of gradient descent, then the proximal step of
/// the penalties l1 |x| and l2 x² / 2 (Duchi and Singer, "Efficient Learning using Forward-Backward
/// Splitting", 2009).
///
/// p = variable - gradient * alpha, and variable = sign(p) max(|p| - alpha l1, 0) / (1 + alpha l2).
public struct ApplyProximalGradientDescent: ParameterUpdate {
  public static let typeName = "ApplyProximalGradientDescent"
  public init() {}
  public var inputNames: [String] { ["variable", "alpha", "l1", "l2", "delta"] }
  public var updatedCount: Int { 1 }
  public var takesFormulas: Bool { true }
  public var gradientIndex: Int { 4 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    let (rate, l1, l2) = (parameters[0], parameters[1], parameters[2])
    let p = state[0] - gradient * rate
    let divisor = 1 + l2 * rate
    guard l1 > 0 else {
      state[0] = p / divisor
      return
    }
    let rest = p.magnitude - rate * l1
    state[0] = signum(p) * (rest < 0 ? 0 : rest) / divisor
  }
}
