import WeftGraph

extension Conv2DEpilogue {
  /// Those of the convolution, and the functions of the epilogue for each element.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    Double(expression.operationCount) * elementCount(outputs[0])
      + convolution.floatingPointOperations(inputs: Array(inputs[..<2]), outputs: outputs)
  }
}

extension ConvolutionDefinition {
  /// A multiplication and an addition for each element of the result under each element of its filter;
  /// the gradients take as many.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    let (filter, result) =
      switch Self.role {
      case .output: (inputs[1], outputs[0])
      case .input: (inputs[1], inputs[2])
      case .filter: (outputs[0], inputs[2])
      }
    let channels = Self.isDepthwise ? 1 : Double(filter[2])
    return 2 * elementCount(result) * Double(filter[0]) * Double(filter[1]) * channels
  }
}
