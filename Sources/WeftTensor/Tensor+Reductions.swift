extension Tensor where Scalar: NumericScalar {
  /// The sum of all elements; 0 of none. Floating-point numbers are summed in `Double`, integers
  /// wrap.
  public func sum() -> Scalar {
    withUnsafeScalars { scalars in
      Self.sum(scalars.count) { scalars[$0] }
    }
  }

  /// The mean of all elements; NaN of none.
  public func mean() -> Double {
    withUnsafeScalars { $0.reduce(0) { $0 + $1.asDouble } / Double($0.count) }
  }

  /// The largest element, NaN if there is one, nil of none.
  public func max() -> Scalar? {
    withUnsafeScalars { scalars in
      scalars.isEmpty ? nil : scalars[Self.extreme(scalars.count, { scalars[$0] }, >)]
    }
  }

  /// The smallest element, NaN if there is one, nil of none.
  public func min() -> Scalar? {
    withUnsafeScalars { scalars in
      scalars.isEmpty ? nil : scalars[Self.extreme(scalars.count, { scalars[$0] }, <)]
    }
  }

  /// The sums along a dimension, which disappears: `[[1, 2], [3, 4]].sum(axis: 0)` is `[4, 6]`.
  ///
  /// A negative axis counts from the end. Throws ``TensorError`` if there is no such dimension.
  public func sum(axis: Int) throws(TensorError) -> Tensor {
    try reduced(axis: axis, Self.sum)
  }

  /// The means along a dimension, which disappears; rounded as ``TensorScalar/init(converting:)``.
  ///
  /// A negative axis counts from the end. Throws ``TensorError`` if there is no such dimension.
  public func mean(axis: Int) throws(TensorError) -> Tensor {
    try reduced(axis: axis) { count, element in
      var total = 0.0
      for i in 0..<count { total += element(i).asDouble }
      return Scalar(converting: total / Double(count))
    }
  }

  /// The largest elements along a dimension, which disappears; NaN where there is one.
  ///
  /// A negative axis counts from the end. Throws ``TensorError`` if there is no such dimension or it
  /// is empty.
  public func max(axis: Int) throws(TensorError) -> Tensor {
    try requireElements(axis)
    return try reduced(axis: axis) { count, element in element(Self.extreme(count, element, >)) }
  }

  /// The smallest elements along a dimension, which disappears; NaN where there is one.
  ///
  /// A negative axis counts from the end. Throws ``TensorError`` if there is no such dimension or it
  /// is empty.
  public func min(axis: Int) throws(TensorError) -> Tensor {
    try requireElements(axis)
    return try reduced(axis: axis) { count, element in element(Self.extreme(count, element, <)) }
  }

  /// The index of the largest element along a dimension, by default in each row.
  ///
  /// The first among equals; the first NaN where there is one. A negative axis counts from the end.
  ///
  /// ```swift
  /// let scores: Tensor<Float> = [[0.1, 0.9], [0.7, 0.3]]
  /// try scores.argMax().scalars  // [1, 0]
  /// ```
  /// Throws ``TensorError`` if there is no such dimension or it is empty.
  public func argMax(axis: Int = -1) throws(TensorError) -> Tensor<Int64> {
    try requireElements(axis)
    return try reduced(axis: axis) { count, element in Int64(Self.extreme(count, element, >)) }
  }

  private static func sum(_ count: Int, _ element: (Int) -> Scalar) -> Scalar {
    if Scalar.dtype.isFloating {
      var total = 0.0
      for i in 0..<count { total += element(i).asDouble }
      return Scalar(converting: total)
    }
    var total = Scalar.zeroValue
    for i in 0..<count { total = Scalar.wrappingAdd(total, element(i)) }
    return total
  }

  private static func extreme(
    _ count: Int, _ element: (Int) -> Scalar, _ beats: (Scalar, Scalar) -> Bool
  ) -> Int {
    var best = 0
    for i in 0..<count {
      if element(i).isNotANumber { return i }
      if beats(element(i), element(best)) { best = i }
    }
    return best
  }

  private func requireElements(_ axis: Int) throws(TensorError) {
    let axis = try resolved(axis)
    guard shape[axis] > 0 else {
      throw TensorError("dimension \(axis) of shape \(shape) is empty: it has no extreme")
    }
  }

  private func reduced<Result: TensorScalar>(
    axis: Int, _ reduce: (Int, (Int) -> Scalar) -> Result
  ) throws(TensorError) -> Tensor<Result> {
    let axis = try resolved(axis)
    var result = Tensor<Result>(
      unchecked: try AnyTensor(
        uninitialized: Result.dtype, shape: Array(shape[..<axis] + shape[(axis + 1)...])))
    let length = shape[axis]
    let inner = checkedProduct(Array(shape[(axis + 1)...])) ?? 0
    withUnsafeScalars { x in
      result.withUnsafeMutableScalars { y in
        for position in y.indices {
          let base = position / inner * inner * length + position % inner
          y[position] = reduce(length) { x[base + $0 * inner] }
        }
      }
    }
    return result
  }
}

extension Tensor {
  /// A dimension counted from the start.
  func resolved(_ axis: Int) throws(TensorError) -> Int { try erased.resolved(axis) }
}

extension AnyTensor {
  /// A dimension counted from the start.
  func resolved(_ axis: Int) throws(TensorError) -> Int {
    let index = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(index) else {
      throw TensorError("a tensor of shape \(shape) has no dimension \(axis)")
    }
    return index
  }
}
