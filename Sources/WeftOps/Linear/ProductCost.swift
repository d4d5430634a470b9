import WeftGraph

extension MatMul {
  /// 2 m n k.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    guard let left = inputs.first, left.count == 2, let result = outputs.first else { return 0 }
    return 2 * elementCount(result) * Double(transposeA ? left[0] : left[1])
  }
}

extension BatchMatMulV2 {
  /// 2 m n k for each matrix.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    guard let left = inputs.first, left.count >= 2, let result = outputs.first else { return 0 }
    return 2 * elementCount(result) * Double(left[left.count - (adjointX ? 2 : 1)])
  }
}

extension MatMulEpilogue {
  /// Those of the product, and the functions of the epilogue for each element.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    guard inputs.count >= 2, let result = outputs.first else { return 0 }
    return Double(expression.operationCount) * elementCount(result)
      + product.floatingPointOperations(inputs: Array(inputs[..<2]), outputs: outputs)
  }
}

extension MatMulDescent {
  /// Those of the product, and one addition for each element of the variable.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    updateCost(product, inputs)
  }
}

extension MatMulAccumulate {
  /// Those of the product, and one addition for each element of the variable.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    updateCost(product, inputs)
  }
}

/// The cost of a product added to the first operand; its factors are the third and fourth.
private func updateCost(_ product: MatMul, _ inputs: [[Int]]) -> Double {
  guard inputs.count == 4 else { return 0 }
  return elementCount(inputs[0])
    + product.floatingPointOperations(inputs: Array(inputs[2...]), outputs: [inputs[0]])
}

extension PointwiseUpdate {
  /// The functions of the formula, for each element of the variable.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    Double(expression.operationCount) * (inputs.first.map(elementCount) ?? 0)
  }
}
