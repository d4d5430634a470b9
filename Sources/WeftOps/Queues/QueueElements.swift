import WeftGraph

extension QueueStorage {
  /// Throws unless tensors of these shapes are elements of the queue.
  func check(_ components: [AnyTensor], of shapes: [[Int]]) throws(OpFailure) {
    try check(types: components.map(\.dtype))
    for (index, shape) in shapes.enumerated() {
      let wanted = settings.shape(index)
      guard wanted.isCompatible(with: TensorShape(shape)) else {
        throw OpFailure(
          "component \(index) of \(name) has the shape \(wanted), was given \(TensorShape(shape))",
          code: .invalidShape)
      }
    }
  }

  /// Throws unless these are the element types of the components.
  func check(types: [DType]) throws(OpFailure) {
    guard types == settings.types else {
      let (wanted, given) = (settings.types, types)
      throw OpFailure(
        "\(name) has components of \(wanted.map(\.description).joined(separator: ", ")), not of "
          + given.map(\.description).joined(separator: ", "), code: .invalidType)
    }
  }

  /// Elements as the rows of tensors, padded with zeros to the largest where they differ in shape.
  func stacked(_ elements: [[AnyTensor]]) throws(OpFailure) -> [AnyTensor] {
    var results: [AnyTensor] = []
    for (index, dtype) in settings.types.enumerated() {
      let parts = elements.map { $0[index] }
      // Of no element nothing but the known dimensions is known.
      let known = (settings.shape(index).dimensions ?? []).map { $0 ?? 0 }
      var shape = parts.first?.shape ?? known
      for part in parts {
        guard part.shape.count == shape.count else {
          throw OpFailure("elements of \(name) have different ranks", code: .invalidShape)
        }
        shape = zip(shape, part.shape).map { max($0, $1) }
      }
      var result: AnyTensor
      do { result = try AnyTensor(uninitialized: dtype, shape: [parts.count] + shape) } catch {
        throw OpFailure(error.message, code: .outOfMemory)
      }
      let width = parts.isEmpty ? 0 : result.byteCount / parts.count
      result.withUnsafeMutableBytes { target in
        for (row, part) in parts.enumerated() where width > 0 {
          let place = UnsafeMutableRawBufferPointer(
            rebasing: target[row * width..<(row + 1) * width])
          part.copy(into: place, of: shape)
        }
      }
      results.append(result)
    }
    return results
  }
}

extension AnyTensor {
  /// One row of the first axis, which must be there, with memory of its own.
  func copiedRow(_ row: Int) throws(OpFailure) -> AnyTensor {
    var result: AnyTensor
    do { result = try AnyTensor(uninitialized: dtype, shape: Array(shape.dropFirst())) } catch {
      throw OpFailure(error.message, code: .outOfMemory)
    }
    let width = result.byteCount
    result.withUnsafeMutableBytes { target in
      withUnsafeBytes {
        target.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[row * width..<(row + 1) * width]))
      }
    }
    return result
  }

  /// Copies the elements to the beginning of each axis of a larger shape; the rest is zeros.
  fileprivate func copy(into target: UnsafeMutableRawBufferPointer, of larger: [Int]) {
    withUnsafeBytes { source in
      if shape == larger {
        target.copyMemory(from: source)
        return
      }
      target.initializeMemory(as: UInt8.self, repeating: 0)
      guard count > 0 else { return }
      let length = (shape.last ?? 1) * dtype.byteCount
      var strides = [Int](repeating: dtype.byteCount, count: larger.count)
      for axis in larger.indices.dropLast().reversed() {
        strides[axis] = strides[axis + 1] * larger[axis + 1]
      }
      let places = stridedPositions(Array(shape.dropLast()), strides: Array(strides.dropLast()))
      for (row, place) in places.enumerated() {
        UnsafeMutableRawBufferPointer(rebasing: target[place..<place + length]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[row * length..<(row + 1) * length]))
      }
    }
  }
}
