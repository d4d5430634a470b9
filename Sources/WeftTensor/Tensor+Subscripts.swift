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
    let rows = self[index..<index + 1]
    return Tensor(
      unchecked: AnyTensor(
        dtype: Scalar.dtype, shape: Array(shape.dropFirst()), storage: rows.erased.storage))
  }

  /// The sub-tensors of a range of the first dimension. Traps out of range, as an array does.
  public subscript(rows: Range<Int>) -> Tensor {
    precondition(
      rank > 0 && rows.lowerBound >= 0 && rows.upperBound <= shape[0],
      "rows \(rows) of a tensor of shape \(shape)")
    let rowBytes = shape.dropFirst().reduce(1, *) * MemoryLayout<Scalar>.stride
    let storage = erased.withUnsafeBytes {
      TensorStorage(
        copying: UnsafeRawBufferPointer(
          rebasing: $0[rows.lowerBound * rowBytes..<rows.upperBound * rowBytes]))
    }
    return Tensor(
      unchecked: AnyTensor(
        dtype: Scalar.dtype, shape: [rows.count] + shape.dropFirst(), storage: storage))
  }

  private func offset(of indices: [Int]) -> Int {
    precondition(
      indices.count == rank && zip(indices, shape).allSatisfy { $0 >= 0 && $0 < $1 },
      "element \(indices) of a tensor of shape \(shape)")
    return zip(indices, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }
}
