import WeftGraph

/// TensorFlow's `ApplyRMSProp` (Tieleman and Hinton, lecture 6.5 of "Neural Networks for Machine
/// Learning", 2012).
///
/// square += (gradient² - square)(1 - rho);
/// moment = momentum * moment + rate * gradient / √(square + epsilon); variable -= moment.
public struct ApplyRMSProp: ParameterUpdate {
  public static let typeName = "ApplyRMSProp"
  public init() {}
  public var inputNames: [String] {
    [
      "variable", "mean square", "moment", "learning rate", "rho", "momentum", "epsilon",
      "gradient",
    ]
  }
  public var updatedCount: Int { 3 }
  public var takesFormulas: Bool { true }
  public var gradientIndex: Int { 7 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    let (rate, rho) = (parameters[0], parameters[1])
    let (momentum, epsilon) = (parameters[2], parameters[3])
    let square = state[1] + (gradient * gradient - state[1]) * (1 - rho)
    let moment = state[2] * momentum + (gradient * rate) / (square + epsilon).squareRoot()
    state[1] = square
    state[2] = moment
    state[0] -= moment
  }
}

/// TensorFlow's `ApplyCenteredRMSProp`: ``ApplyRMSProp`` with an estimate of the gradient's variance
/// in place of its mean square (Graves, "Generating Sequences With Recurrent Neural Networks", 2013).
///
/// mean += (gradient - mean)(1 - rho), and the root is that of square - mean² + epsilon.
public struct ApplyCenteredRMSProp: ParameterUpdate {
  public static let typeName = "ApplyCenteredRMSProp"
  public init() {}
  public var inputNames: [String] {
    [
      "variable", "mean gradient", "mean square", "moment", "learning rate", "rho", "momentum",
      "epsilon", "gradient",
    ]
  }
  public var updatedCount: Int { 4 }
  public var takesFormulas: Bool { true }
  public var gradientIndex: Int { 8 }

  public func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S]) {
    let (rate, rho) = (parameters[0], parameters[1])
    let (momentum, epsilon) = (parameters[2], parameters[3])
    let square = state[2] + (gradient * gradient - state[2]) * (1 - rho)
    let mean = state[1] + (gradient - state[1]) * (1 - rho)
    let variance = (square - mean * mean) + epsilon
    let moment = state[3] * momentum + (gradient * rate) / variance.squareRoot()
    state[1] = mean
    state[2] = square
    state[3] = moment
    state[0] -= moment
  }
}
