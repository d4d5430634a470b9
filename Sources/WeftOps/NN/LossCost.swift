import WeftGraph

extension L2Loss {
  /// A square and an addition for each element.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    2 * (inputs.first.map(elementCount) ?? 0)
  }
}

extension Softmax {
  /// The largest, a difference, an exponential, a sum and a quotient for each element.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    5 * (inputs.first.map(elementCount) ?? 0)
  }
}

extension LogSoftmax {
  /// The largest, two differences, an exponential and a sum for each element.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    5 * (inputs.first.map(elementCount) ?? 0)
  }
}

extension SoftmaxCrossEntropyWithLogits {
  /// A softmax, a product and a sum for the loss, a difference for the gradient, for each element.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    8 * (inputs.first.map(elementCount) ?? 0)
  }
}
