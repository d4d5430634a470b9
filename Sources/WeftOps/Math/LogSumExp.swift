import WeftGraph

/// The logarithm of the sum of exponentials over some axes, by default all: m + log Σ exp(x - m), with
/// m the largest x, so that it does not overflow.
///
/// Gradient: the softmax over the axes.
public func logSumExp<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, axes: [Int]? = nil, keepDims: Bool = false, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let x = x.node
  return composite(name ?? "ReduceLogSumExp", x.graph, SourceLocation(fileID, line)) {
    let largest = max(x, axes: axes, keepDims: true)
    let zero = x.number(0, "zeros")
    let shift = stopGradient(select(isFinite(largest), largest, zero))
    let total = log(sum(exp(x - shift), axes: axes, keepDims: keepDims))
    return total + (keepDims ? shift : reshape(shift, shape(total)))
  }
}
