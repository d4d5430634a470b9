/// The shape that two shapes stretch to by NumPy's rule, or nil if they do not fit.
///
/// Shapes are aligned at their last dimensions; dimensions must be equal, or one of them 1.
///
/// ```swift
/// broadcastShape([2, 1, 4], [3, 1])  // [2, 3, 4]
/// broadcastShape([2, 3], [2])        // nil
/// ```
func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int]? {
  var result: [Int] = []
  for position in stride(from: max(a.count, b.count), to: 0, by: -1) {
    let x = position <= a.count ? a[a.count - position] : 1
    let y = position <= b.count ? b[b.count - position] : 1
    guard x == y || x == 1 || y == 1 else { return nil }
    result.append(x == 1 ? y : x)
  }
  return result
}

/// Row-major strides of a shape stretched to a larger one: 0 along stretched dimensions.
func broadcastStrides(_ shape: [Int], to target: [Int]) -> [Int] {
  let strides = rowMajorStrides(shape)
  return target.indices.map { axis in
    let own = axis - (target.count - shape.count)
    return own < 0 || shape[own] == 1 ? 0 : strides[own]
  }
}

/// Calls the body for each row (run along the last dimension) of a shape with the offsets that
/// each of some stride lists gives to its first element.
func forEachRow(of shape: [Int], strides: [[Int]], _ body: ([Int]) -> Void) {
  guard !shape.contains(0) else { return }
  let outer = shape.dropLast()
  var index = [Int](repeating: 0, count: outer.count)
  var offsets = [Int](repeating: 0, count: strides.count)
  while true {
    body(offsets)
    var axis = outer.count - 1
    while axis >= 0 {
      index[axis] += 1
      for operand in strides.indices { offsets[operand] += strides[operand][axis] }
      if index[axis] < outer[axis] { break }
      for operand in strides.indices { offsets[operand] -= strides[operand][axis] * outer[axis] }
      index[axis] = 0
      axis -= 1
    }
    if axis < 0 { return }
  }
}

extension Tensor {
  /// Combines two tensors element by element; their shapes are stretched as NumPy does.
  ///
  /// ```swift
  /// let larger = try a.combined(with: b) { max($0, $1) }
  /// ```
  /// Throws ``TensorError`` if the shapes do not fit.
  public func combined<Other: TensorScalar, Result: TensorScalar>(
    with other: Tensor<Other>, _ operation: (Scalar, Other) -> Result
  ) throws(TensorError) -> Tensor<Result> {
    guard let shape = broadcastShape(self.shape, other.shape) else {
      throw TensorError("the shapes \(self.shape) and \(other.shape) cannot be combined")
    }
    var result = Tensor<Result>(
      unchecked: try AnyTensor(uninitialized: Result.dtype, shape: shape))
    let left = broadcastStrides(self.shape, to: shape)
    let right = broadcastStrides(other.shape, to: shape)
    let (leftStep, rightStep) = (left.last ?? 0, right.last ?? 0)
    let length = shape.last ?? 1
    withUnsafeScalars { x in
      other.withUnsafeScalars { y in
        result.withUnsafeMutableScalars { z in
          forEachRow(of: shape, strides: [left, right, rowMajorStrides(shape)]) { offsets in
            for i in 0..<length {
              z[offsets[2] + i] = operation(
                x[offsets[0] + i * leftStep], y[offsets[1] + i * rightStep])
            }
          }
        }
      }
    }
    return result
  }

  /// The tensor stretched to a shape as NumPy does.
  ///
  /// Throws ``TensorError`` if the shape does not fit.
  public func broadcast(to shape: [Int]) throws(TensorError) -> Tensor {
    guard broadcastShape(self.shape, shape) == shape else {
      throw TensorError("a tensor of shape \(self.shape) cannot be stretched to \(shape)")
    }
    return try combined(with: Tensor.zeros(shape)) { value, _ in value }
  }
}
