/// What an operation's shape rule sees: the types of its inputs and the values of those that are
/// known already.
public struct InferenceContext: Sendable {
  /// The types of the inputs.
  public let inputs: [TensorType]
  private let constants: [AnyTensor?]
  private let shapes: [TensorShape?]

  /// A context. `constants` and `shapes` hold what is known of the inputs' values.
  public init(inputs: [TensorType], constants: [AnyTensor?] = [], shapes: [TensorShape?] = []) {
    self.inputs = inputs
    self.constants = constants
    self.shapes = shapes
  }

  /// The value of an input if it is a constant.
  public func constant(_ index: Int) -> AnyTensor? {
    constants.indices.contains(index) ? constants[index] : nil
  }

  /// The value of an integer input if it is a constant: axes, sizes, paddings.
  public func integers(_ index: Int) -> [Int]? {
    guard let value = constant(index), value.dtype.isInteger else { return nil }
    return value.integers
  }

  /// The value of a one-dimensional integer input as a shape, as far as it is known.
  ///
  /// An element of -1 counts as unknown. Where nothing is known, the rank may still follow from the
  /// input's own length.
  public func shapeValue(_ index: Int) -> TensorShape {
    if let known = integers(index), known.count <= TensorShape.largestRank {
      return TensorShape(known.map { $0 < 0 ? nil : $0 })
    }
    if shapes.indices.contains(index), let shape = shapes[index] { return shape }
    guard inputs.indices.contains(index), let length = inputs[index].shape[0] else {
      return .unknown
    }
    return .unknown(rank: length)
  }

  /// Throws unless there are that many inputs.
  public func require(count: Int) throws(OpFailure) {
    if inputs.count != count {
      throw OpFailure("takes \(count) inputs, was given \(inputs.count)")
    }
  }

  /// Throws unless the inputs at these positions (by default all) have one element type.
  public func requireSameType(_ indices: [Int]? = nil) throws(OpFailure) {
    let positions = indices ?? Array(inputs.indices)
    guard let first = positions.first else { return }
    for index in positions where inputs[index].dtype != inputs[first].dtype {
      throw OpFailure(
        "element types differ: \(inputs[first].dtype) and \(inputs[index].dtype)",
        code: .invalidType)
    }
  }

  /// Throws unless the input's element type is one of these.
  public func require(_ index: Int, dtypes: [DType]) throws(OpFailure) {
    if !dtypes.contains(inputs[index].dtype) {
      throw OpFailure(
        "takes \(dtypes.map(\.description).joined(separator: " or ")), not \(inputs[index].dtype)",
        code: .invalidType)
    }
  }

  /// Throws unless the input's rank is this or unknown.
  public func require(_ index: Int, rank: Int) throws(OpFailure) {
    if let actual = inputs[index].shape.rank, actual != rank {
      throw OpFailure(
        "takes rank \(rank), not the shape \(inputs[index].shape)", code: .invalidShape)
    }
  }
}

extension AnyTensor {
  /// The elements as Swift integers; real numbers are truncated.
  public var integers: [Int] {
    func open<Scalar: TensorScalar>(_: Scalar.Type) -> [Int] {
      guard let typed = typed(Scalar.self) else { return [] }
      return typed.withUnsafeScalars { scalars in
        scalars.map { value in
          if let value = value as? Int64 { return Int(value) }
          return Int(Int64(converting: value.asDouble))
        }
      }
    }
    return open(dtype.scalarType)
  }

  /// A vector of indices of the given integer type.
  public init(indices: [Int], as dtype: DType = .int32) {
    if dtype == .int64 {
      self.init(Tensor<Int64>(indices.map { Int64($0) }))
    } else {
      self.init(Tensor<Int32>(indices.map { Int32(clamping: $0) }))
    }
  }
}

/// An axis counted from 0, from one that may count from the end.
///
/// Throws ``OpFailure`` if it lies outside the rank.
public func resolveAxis(_ axis: Int, rank: Int) throws(OpFailure) -> Int {
  let resolved = axis < 0 ? axis + rank : axis
  guard resolved >= 0, resolved < rank else {
    throw OpFailure("axis \(axis) is outside rank \(rank)", code: .invalidShape)
  }
  return resolved
}
