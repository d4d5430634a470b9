extension Tensor: CustomStringConvertible {
  /// The elements as `str(array)` of NumPy 2.3 and later writes them.
  ///
  /// Columns are aligned, floating-point numbers have at most eight digits after the point, lines
  /// end before column 75, and of more than 1,000 elements only the first and last three along each
  /// dimension appear.
  ///
  /// ```swift
  /// let weights: Tensor<Float> = [[1, 2.5], [-3, 4]]
  /// print(weights)  // [[ 1.   2.5]
  ///                 //  [-3.   4. ]]
  /// ```
  public var description: String {
    withUnsafeScalars { scalars in
      if shape.isEmpty { return ElementFormat.scalarText(scalars[0]) }
      if scalars.isEmpty { return "[]" }
      return ArrayLayout(shape: shape, scalars: scalars).text
    }
  }
}

extension Tensor: CustomDebugStringConvertible {
  /// The shape, the element type and the elements.
  public var debugDescription: String { erased.debugDescription }
}

extension AnyTensor: CustomStringConvertible {
  /// The elements as NumPy's `str(array)` writes them; see ``Tensor/description``.
  public var description: String {
    func open<Scalar: TensorScalar>(_: Scalar.Type) -> String {
      Tensor<Scalar>(unchecked: self).description
    }
    return open(dtype.scalarType)
  }
}

extension AnyTensor: CustomDebugStringConvertible {
  /// The shape, the element type and the elements.
  public var debugDescription: String { "Tensor(shape: \(shape), dtype: \(dtype))\n\(description)" }
}

/// The brackets, line breaks and omissions of a printed array.
private struct ArrayLayout<Scalar: TensorScalar> {
  static var lineWidth: Int { 75 }
  static var threshold: Int { 1000 }
  static var edgeItems: Int { 3 }

  let shape: [Int]
  let strides: [Int]
  let scalars: UnsafeBufferPointer<Scalar>
  let isSummary: Bool
  let format: ElementFormat<Scalar>

  init(shape: [Int], scalars: UnsafeBufferPointer<Scalar>) {
    self.shape = shape
    self.scalars = scalars
    strides = rowMajorStrides(shape)
    isSummary = scalars.count > Self.threshold
    var offsets = [0]
    for (axis, size) in shape.enumerated() {
      let indices = Self.visible(size, isSummary).compactMap { $0 }
      let stride = strides[axis]
      offsets = offsets.flatMap { offset in indices.map { offset + $0 * stride } }
    }
    format = ElementFormat(offsets.map { scalars[$0] })
  }

  /// The indices to print along a dimension; nil stands for the omitted ones.
  private static func visible(_ size: Int, _ isSummary: Bool) -> [Int?] {
    guard isSummary, size > 2 * edgeItems else { return Array(0..<size) }
    return (0..<edgeItems).map { $0 } + [nil] + (size - edgeItems..<size).map { $0 }
  }

  var text: String { text(axis: 0, offset: 0) }

  private func text(axis: Int, offset: Int) -> String {
    let indices = Self.visible(shape[axis], isSummary)
    let isLast = axis == shape.count - 1
    // One column for each bracket that is open or yet to be closed.
    return "["
      + (isLast
        ? row(indices, indent: axis + 1, width: Self.lineWidth - axis - 1, offset: offset)
        : blocks(indices, axis: axis, offset: offset)) + "]"
  }

  private func blocks(_ indices: [Int?], axis: Int, offset: Int) -> String {
    let separator =
      String(repeating: "\n", count: shape.count - axis - 1)
      + String(repeating: " ", count: axis + 1)
    return indices.map { index in
      index.map { text(axis: axis + 1, offset: offset + $0 * strides[axis]) } ?? "..."
    }.joined(separator: separator)
  }

  private func row(_ indices: [Int?], indent: Int, width: Int, offset: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = margin
    for (position, index) in indices.enumerated() {
      let word = index.map { format(scalars[offset + $0]) } ?? "..."
      if line.utf8.count + word.utf8.count > width, line.utf8.count > indent {
        while line.last == " " { line.removeLast() }
        lines.append(line)
        line = margin
      }
      line += word
      if position < indices.count - 1 { line += " " }
    }
    lines.append(line)
    return lines.joined(separator: "\n").dropFirst(indent).description
  }
}
