extension Tensor: ExpressibleByArrayLiteral {
  /// A tensor from nested literals, `[[1, 2], [3, 4]]`.
  ///
  /// All rows must have one shape; a ragged literal is a mistake in the source text and stops the
  /// program, as an index out of range of an array does.
  public init(arrayLiteral elements: Tensor...) {
    let rowShape = elements.first?.shape ?? []
    precondition(
      elements.allSatisfy { $0.shape == rowShape },
      "the rows of a tensor literal differ in shape: \(elements.map(\.shape))")
    let rowBytes = (elements.first?.erased.byteCount ?? 0)
    let storage = TensorStorage(byteCount: rowBytes * elements.count)
    for (row, element) in elements.enumerated() {
      element.erased.withUnsafeBytes { bytes in
        if let base = bytes.baseAddress, bytes.count > 0 {
          (storage.pointer + row * rowBytes).copyMemory(from: base, byteCount: bytes.count)
        }
      }
    }
    self.init(
      unchecked: AnyTensor(
        dtype: Scalar.dtype, shape: elements.isEmpty ? [0] : [elements.count] + rowShape,
        storage: storage))
  }
}

extension Tensor: ExpressibleByIntegerLiteral where Scalar: NumericScalar {
  public init(integerLiteral value: Int) { self.init(Scalar(converting: Double(value))) }
}

extension Tensor: ExpressibleByFloatLiteral where Scalar: FloatingScalar {
  public init(floatLiteral value: Double) { self.init(Scalar(converting: value)) }
}

extension Tensor: ExpressibleByBooleanLiteral where Scalar == Bool {
  public init(booleanLiteral value: Bool) { self.init(value) }
}
