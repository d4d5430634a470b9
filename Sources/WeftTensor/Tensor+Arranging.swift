extension AnyTensor {
  /// The tensor with its dimensions in another order; reversed if none is given.
  ///
  /// Dimension `i` of the result is dimension `order[i]` of the tensor. Throws ``TensorError`` if
  /// the order does not name each dimension once.
  public func transposed(_ order: [Int]? = nil) throws(TensorError) -> AnyTensor {
    let order = order ?? Array(shape.indices.reversed())
    guard order.sorted() == Array(shape.indices) else {
      throw TensorError("\(order) is not an order of the dimensions of shape \(shape)")
    }
    let strides = rowMajorStrides(shape)
    return try gathered(shape: order.map { shape[$0] }, strides: order.map { strides[$0] }, from: 0)
  }

  /// A copy of the elements at the given strides from a first one; the caller vouches for them.
  func gathered(shape: [Int], strides: [Int], from first: Int) throws(TensorError) -> AnyTensor {
    var result = try AnyTensor(uninitialized: dtype, shape: shape)
    withUnsafeBytes { source in
      result.withUnsafeMutableBytes { target in
        func copy<Bits: FixedWidthInteger>(_: Bits.Type) {
          let from = source.assumingMemoryBound(to: Bits.self)
          let to = target.assumingMemoryBound(to: Bits.self)
          let (length, step) = (shape.last ?? 1, strides.last ?? 1)
          var position = 0
          forEachRow(of: shape, strides: [strides]) { offsets in
            let base = first + offsets[0]
            for i in 0..<length { to[position + i] = from[base + i * step] }
            position += length
          }
        }
        switch dtype.byteCount {
        case 1: copy(UInt8.self)
        case 2: copy(UInt16.self)
        case 4: copy(UInt32.self)
        default: copy(UInt64.self)
        }
      }
    }
    return result
  }

  /// Tensors one after the other along a dimension.
  ///
  /// Throws ``TensorError`` if there are none, or if they differ in type or in another dimension.
  public static func concatenation(
    of tensors: [AnyTensor], axis: Int = 0
  ) throws(TensorError) -> AnyTensor {
    guard let first = tensors.first else { throw TensorError("no tensors to concatenate") }
    let axis = try first.resolved(axis)
    var shape = first.shape
    shape[axis] = 0
    for tensor in tensors {
      guard tensor.dtype == first.dtype else {
        throw TensorError(
          "tensors of types \(first.dtype) and \(tensor.dtype) cannot be concatenated")
      }
      var other = tensor.shape
      if axis < other.count { other[axis] = first.shape[axis] }
      guard other == first.shape else {
        throw TensorError(
          "tensors of shapes \(first.shape) and \(tensor.shape) cannot be concatenated along "
            + "dimension \(axis)")
      }
      let (sum, overflow) = shape[axis].addingReportingOverflow(tensor.shape[axis])
      guard !overflow else { throw TensorError("the concatenation is too large") }
      shape[axis] = sum
    }
    var result = try AnyTensor(uninitialized: first.dtype, shape: shape)
    let outer = checkedProduct(Array(shape[..<axis])) ?? 0
    let rowBytes = outer == 0 ? 0 : result.byteCount / outer
    var start = 0
    result.withUnsafeMutableBytes { target in
      for tensor in tensors where tensor.byteCount > 0 {
        let length = tensor.byteCount / outer
        tensor.withUnsafeBytes { source in
          for row in 0..<outer {
            UnsafeMutableRawBufferPointer(rebasing: target[(row * rowBytes + start)...])
              .copyMemory(from: .init(rebasing: source[row * length..<(row + 1) * length]))
          }
        }
        start += length
      }
    }
    return result
  }
}

extension Tensor {
  /// The tensor with its dimensions in another order; reversed if none is given.
  ///
  /// Dimension `i` of the result is dimension `order[i]` of the tensor. Throws ``TensorError`` if
  /// the order does not name each dimension once.
  public func transposed(_ order: [Int]? = nil) throws(TensorError) -> Tensor {
    Tensor(unchecked: try erased.transposed(order))
  }

  /// Tensors one after the other along a dimension.
  ///
  /// Throws ``TensorError`` if there are none, or if they differ in another dimension.
  public static func concatenation(of tensors: [Tensor], axis: Int = 0) throws(TensorError)
    -> Tensor
  {
    Tensor(unchecked: try AnyTensor.concatenation(of: tensors.map(\.erased), axis: axis))
  }
}
