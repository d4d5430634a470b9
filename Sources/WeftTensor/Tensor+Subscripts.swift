extension Tensor {
  /// One element, by one index for each dimension. Traps out of range, as an array does.
  public subscript(element indices: Int...) -> Scalar {
    get { withUnsafeScalars { $0[offset(of: indices)] } }
    set {
      let position = offset(of: indices)
      withUnsafeMutableScalars { $0[position] = newValue }
    }
  }

  /// One element of a matrix. Traps out of range, as an array does.
  public subscript(row: Int, column: Int) -> Scalar {
    get { withUnsafeScalars { $0[offset(of: [row, column])] } }
    set {
      let position = offset(of: [row, column])
      withUnsafeMutableScalars { $0[position] = newValue }
    }
  }

  /// The sub-tensor at an index of the first dimension. Traps out of range, as an array does.
  public subscript(index: Int) -> Tensor {
    get {
      precondition(rank > 0 && index >= 0 && index < shape[0], "row \(index) of shape \(shape)")
      let rows = self[index..<index + 1]
      return Tensor(
        unchecked: AnyTensor(
          dtype: Scalar.dtype, shape: Array(shape.dropFirst()), storage: rows.erased.storage))
    }
    set {
      precondition(rank > 0 && index >= 0 && index < shape[0], "row \(index) of shape \(shape)")
      precondition(
        newValue.shape == Array(shape.dropFirst()),
        "a tensor of shape \(newValue.shape) as a row of a tensor of shape \(shape)")
      let length = newValue.count
      newValue.withUnsafeScalars { source in
        withUnsafeMutableScalars { target in
          for i in 0..<length { target[index * length + i] = source[i] }
        }
      }
    }
  }

  /// The sub-tensors of a range of the first dimension. Traps out of range, as an array does.
  ///
  /// A large part shares the tensor's memory until one of both is changed: a minibatch of a data set
  /// is fed without a copy.
  public subscript(rows: Range<Int>) -> Tensor {
    get {
      precondition(
        rank > 0 && rows.lowerBound >= 0 && rows.upperBound <= shape[0],
        "rows \(rows) of a tensor of shape \(shape)")
      let storage = erased.rowStorage(rows)
      return Tensor(
        unchecked: AnyTensor(
          dtype: Scalar.dtype, shape: [rows.count] + shape.dropFirst(), storage: storage))
    }
    set { replace(resolve([rows]), with: newValue) }
  }

  /// The part within a range for each of the first dimensions.
  ///
  /// ```swift
  /// image[4..<24, 4..<24]  // the middle
  /// table[0..., ..<2]      // the first two columns
  /// ```
  /// Traps out of range, as an array does; ``slice(_:)`` throws instead. An assigned part must have
  /// the same shape.
  public subscript(ranges: any RangeExpression<Int>...) -> Tensor {
    get {
      let resolved = resolve(ranges)
      do {
        return try slice(resolved)
      } catch {
        preconditionFailure(error.message)
      }
    }
    set {
      replace(resolve(ranges), with: newValue)
    }
  }

  private func resolve(_ ranges: [any RangeExpression<Int>]) -> [Range<Int>] {
    precondition(ranges.count <= rank, "\(ranges.count) ranges of a tensor of shape \(shape)")
    return zip(ranges, shape).map { range, size in
      let resolved = range.relative(to: 0..<size)
      precondition(
        resolved.lowerBound >= 0 && resolved.upperBound <= size,
        "range \(resolved) of a tensor of shape \(shape)")
      return resolved
    }
  }

  private mutating func replace(_ ranges: [Range<Int>], with newValue: Tensor) {
    let part = ranges.map(\.count) + shape.dropFirst(ranges.count)
    precondition(
      part == newValue.shape,
      "a tensor of shape \(newValue.shape) cannot replace a part of shape \(part)")
    let strides = rowMajorStrides(shape)
    let first = zip(ranges, strides).reduce(0) { $0 + $1.0.lowerBound * $1.1 }
    let length = part.last ?? 1
    newValue.withUnsafeScalars { source in
      withUnsafeMutableScalars { target in
        forEachRow(of: part, strides: [strides, rowMajorStrides(part)]) { offsets in
          for i in 0..<length { target[first + offsets[0] + i] = source[offsets[1] + i] }
        }
      }
    }
  }

  /// The part within a range for each of the first dimensions.
  ///
  /// Throws ``TensorError`` if there are too many ranges or one is out of bounds.
  public func slice(_ ranges: [Range<Int>]) throws(TensorError) -> Tensor {
    guard ranges.count <= rank,
      zip(ranges, shape).allSatisfy({ $0.lowerBound >= 0 && $0.upperBound <= $1 })
    else { throw TensorError("a tensor of shape \(shape) has no part \(ranges)") }
    let strides = rowMajorStrides(shape)
    let first = zip(ranges, strides).reduce(0) { $0 + $1.0.lowerBound * $1.1 }
    let part = ranges.map(\.count) + shape.dropFirst(ranges.count)
    return Tensor(unchecked: try erased.gathered(shape: part, strides: strides, from: first))
  }

  private func offset(of indices: [Int]) -> Int {
    precondition(
      indices.count == rank && zip(indices, shape).allSatisfy { $0 >= 0 && $0 < $1 },
      "element \(indices) of a tensor of shape \(shape)")
    return zip(indices, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }
}
