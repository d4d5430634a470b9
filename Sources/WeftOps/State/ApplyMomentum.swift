import WeftGraph

/// TensorFlow's `ApplyMomentum`.
///
/// accumulator = accumulator * momentum + gradient, then variable -= accumulator * rate; with
/// Nesterov's correction variable -= gradient * rate + accumulator * momentum * rate.
public struct ApplyMomentum: ParameterUpdate {
  public static let typeName = "ApplyMomentum"
  /// Whether the step looks ahead (Sutskever et al., "On the importance of initialization and
  /// momentum in deep learning", 2013).
  public let useNesterov: Bool
  public init(useNesterov: Bool = false) { self.useNesterov = useNesterov }
  public var attributes: [Attribute] { [Attribute("use_nesterov", .bool(useNesterov))] }
  public var inputNames: [String] {
    ["variable", "accumulator", "learning rate", "gradient", "momentum"]
  }
  public var updatedCount: Int { 2 }
  public var takesFormulas: Bool { true }
  public var gradientIndex: Int { 3 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    let (rate, momentum) = (parameters[0], parameters[1])
    let sum = state[1] * momentum + gradient
    state[1] = sum
    if useNesterov {
      let ahead = sum * momentum * rate
      state[0] -= gradient * rate + ahead
    } else {
      state[0] -= sum * rate
    }
  }
}
