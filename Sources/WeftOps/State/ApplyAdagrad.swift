import WeftGraph

/// TensorFlow's `ApplyAdagrad` (Duchi et al., "Adaptive Subgradient Methods", 2011).
///
/// accumulator += gradient², then variable -= gradient * rate / √accumulator.
public struct ApplyAdagrad: ParameterUpdate {
  public static let typeName = "ApplyAdagrad"
  /// Whether the accumulator grows.
  public let updateSlots: Bool
  public init(updateSlots: Bool = true) { self.updateSlots = updateSlots }
  public var attributes: [Attribute] { [Attribute("update_slots", .bool(updateSlots))] }
  public var inputNames: [String] { ["variable", "accumulator", "learning rate", "gradient"] }
  public var updatedCount: Int { 2 }
  public var takesFormulas: Bool { true }
  public var gradientIndex: Int { 3 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    if updateSlots { state[1] += gradient * gradient }
    let inverse = 1 / state[1].squareRoot()
    state[0] -= gradient * parameters[0] * inverse
  }
}

/// TensorFlow's `ApplyAdadelta` (Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012).
///
/// accumulator = rho accumulator + (1 - rho) gradient²;
/// step = √(steps + epsilon) / √(accumulator + epsilon) * gradient;
/// steps = rho steps + (1 - rho) step²; variable -= rate * step.
public struct ApplyAdadelta: ParameterUpdate {
  public static let typeName = "ApplyAdadelta"
  public init() {}
  public var inputNames: [String] {
    ["variable", "accumulator", "accumulated steps", "learning rate", "rho", "epsilon", "gradient"]
  }
  public var updatedCount: Int { 3 }
  public var takesFormulas: Bool { true }
  public var gradientIndex: Int { 6 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    let (rate, rho, epsilon) = (parameters[0], parameters[1], parameters[2])
    let rest = 1 - rho
    let sum = state[1] * rho + gradient * gradient * rest
    let inverse = 1 / (sum + epsilon).squareRoot()
    let step = (state[2] + epsilon).squareRoot() * inverse * gradient
    state[1] = sum
    state[2] = state[2] * rho + step * step * rest
    state[0] -= step * rate
  }
}
