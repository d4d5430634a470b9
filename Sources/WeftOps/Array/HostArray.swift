import WeftGraph

/// A host tensor from its elements in row-major order, with failure as operations report it.
func hostTensor<S: TensorScalar>(_ shape: [Int], _ scalars: [S]) throws(OpFailure) -> AnyTensor {
  do { return AnyTensor(try Tensor(shape: shape, scalars: scalars)) } catch {
    throw OpFailure(error.message, code: .evaluationFailed)
  }
}

/// The number of elements of a shape computed from data.
///
/// Throws ``OpFailure`` for a negative dimension and for more than a machine holds.
func checkedCount(_ shape: [Int]) throws(OpFailure) -> Int {
  guard shape.allSatisfy({ $0 >= 0 }), let count = checkedProduct(shape) else {
    throw OpFailure("no tensor can have the shape \(shape)", code: .invalidShape)
  }
  // Lists of positions take eight bytes an element.
  guard count <= TensorStorage.byteLimit / 8 else {
    throw OpFailure("a tensor of shape \(shape) does not fit in memory", code: .outOfMemory)
  }
  return count
}

/// The sum of sizes, or the largest number where it is not representable.
func saturatingSum(_ sizes: Int...) -> Int {
  var total = 0
  for size in sizes {
    let (sum, overflow) = total.addingReportingOverflow(size)
    if overflow { return .max }
    total = sum
  }
  return total
}

/// For each element of a shape in row-major order, a position: the offset plus the sum of each index
/// times its stride.
func stridedPositions(_ shape: [Int], strides: [Int], offset: Int = 0) -> [Int] {
  var positions = [offset]
  for (extent, stride) in zip(shape, strides) {
    positions = positions.flatMap { base in (0..<extent).map { base + $0 * stride } }
  }
  return positions
}

extension AnyTensor {
  /// A tensor of elements taken from these positions; -1 takes a zero.
  func picking(_ positions: [Int], shape: [Int]) throws(OpFailure) -> AnyTensor {
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      guard let tensor = typed(S.self) else { throw OpFailure("element types differ") }
      let picked = tensor.withUnsafeScalars { scalars in
        positions.map { $0 < 0 ? S.zeroValue : scalars[$0] }
      }
      return try hostTensor(shape, picked)
    }
    return try open(dtype.scalarType)
  }

  /// The same bytes under another shape.
  func viewed(_ shape: [Int]) throws(OpFailure) -> AnyTensor {
    do { return try reshaped(shape) } catch {
      throw OpFailure(error.message, code: .invalidShape)
    }
  }

  /// The only integer of a tensor that has one.
  func singleInteger(_ what: String) throws(OpFailure) -> Int {
    guard count == 1, let value = integers.first else {
      throw OpFailure("\(what) must be a single number, not of shape \(shape)", code: .invalidShape)
    }
    return value
  }
}

extension InferenceContext {
  /// The shape that an input asks for: an integer vector without negative elements.
  func requestedShape(_ index: Int) throws(OpFailure) -> TensorShape {
    try require(index, dtypes: [.int32, .int64])
    try require(index, rank: 1)
    if let wanted = integers(index), let bad = wanted.first(where: { $0 < 0 }) {
      throw OpFailure("a dimension cannot be \(bad): \(wanted)", code: .invalidShape)
    }
    return shapeValue(index)
  }

  /// The value of a single integer input if it is a constant.
  func integer(_ index: Int) -> Int? {
    guard let values = integers(index), values.count == 1 else { return nil }
    return values[0]
  }
}

extension Graph {
  /// An integer vector fixed now, as axes, shapes and sizes are given to operations.
  func indices(_ values: [Int], name: String?, at location: SourceLocation?) -> Node<Int32> {
    constant(Tensor(values.map { Int32(clamping: $0) }), name: name, at: location)
  }

  /// A single integer fixed now.
  func index(_ value: Int, name: String?, at location: SourceLocation?) -> Node<Int32> {
    constant(Tensor(Int32(clamping: value)), name: name, at: location)
  }
}

/// An integer output as int32, cast where it is of another type.
func int32Node(_ output: Output) -> Node<Int32> {
  if output.type?.dtype == .int64 {
    return Node(output: output.graph.add(Cast(to: .int32), inputs: [output], at: nil).output(0))
  }
  return Node(output: output)
}
