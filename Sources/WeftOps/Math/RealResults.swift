import WeftGraph

extension EvaluationContext {
  /// Numbers computed in `Double` as an output, rounded to its element type.
  func reals(_ values: [Double], index: Int = 0) throws(OpFailure) -> AnyTensor {
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      try output(values.map { S(converting: $0) }, index: index)
    }
    return try open(outputTypes[index].dtype.scalarType)
  }
}
