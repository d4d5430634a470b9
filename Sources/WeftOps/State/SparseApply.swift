import WeftGraph

/// TensorFlow's `SparseApplyAdagrad` and its kin: an update of some rows of a variable and of its slots,
/// by the rows of a gradient, one after the other.
///
/// The operands are those of the dense update, with the indices of the rows behind the gradient.
public struct SparseApply<Dense: ParameterUpdate>: OpDefinition {
  public static var typeName: String { "Sparse" + Dense.typeName }
  /// The update of all rows.
  public let dense: Dense
  public init(_ dense: Dense) { self.dense = dense }
  public var attributes: [Attribute] { dense.attributes }
  public var effect: Effect { dense.effect }
  public var inputNames: [String] {
    var names = dense.inputNames
    names.insert("indices", at: indicesIndex)
    return names
  }
  /// The position of the indices among the inputs.
  public var indicesIndex: Int { dense.gradientIndex + 1 }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: inputNames.count)
    try context.require(indicesIndex, dtypes: [.int32, .int64])
    try context.require(indicesIndex, rank: 1)
    try context.requireSameType(context.inputs.indices.filter { $0 != indicesIndex })
    try context.require(0, dtypes: [.float32, .float64])
    let variable = context.inputs[0]
    guard variable.shape.rank != 0 else {
      throw OpFailure("the variable has no rows: its shape is []", code: .invalidShape)
    }
    for (index, input) in context.inputs.enumerated() where index != indicesIndex {
      if index < dense.updatedCount {
        guard variable.shape.isCompatible(with: input.shape) else {
          throw OpFailure(
            "the variable has the shape \(variable.shape), \(inputNames[index]) \(input.shape)",
            code: .invalidShape)
        }
      } else if index == dense.gradientIndex {
        guard let row = variable.shape.dimensions?.dropFirst() else { continue }
        let wanted = context.inputs[indicesIndex].shape.appending(TensorShape(Array(row)))
        guard input.shape.isCompatible(with: wanted) else {
          throw OpFailure(
            "a gradient of shape \(input.shape) where \(wanted) is needed", code: .invalidShape)
        }
      } else if let rank = input.shape.rank, rank != 0 {
        throw OpFailure(
          "\(inputNames[index]) must be a scalar, not of the shape \(input.shape)",
          code: .invalidShape)
      }
    }
    return [variable]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    func open<S: FloatingScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      var columns: [[S]] = []
      var parameters: [S] = []
      for index in context.inputs.indices where index != indicesIndex {
        if index < dense.updatedCount {
          columns.append(try context.input(index, as: S.self).scalars)
        } else if index != dense.gradientIndex {
          parameters.append(try context.input(index, as: S.self).scalar ?? 0)
        }
      }
      let shape = context.inputs[0].shape
      let (rows, width) = (shape.first ?? 0, shape.dropFirst().reduce(1, *))
      let gradient = try context.input(dense.gradientIndex, as: S.self).scalars
      for (place, row) in context.inputs[indicesIndex].integers.enumerated() {
        guard row >= 0, row < rows else {
          throw OpFailure("index \(row) is outside the \(rows) rows of the variable")
        }
        for column in 0..<width {
          let position = row * width + column
          var state = columns.map { $0[position] }
          dense.update(&state, by: gradient[place * width + column], parameters)
          for index in columns.indices { columns[index][position] = state[index] }
        }
      }
      var results: [AnyTensor] = []
      for column in columns { results.append(try hostTensor(shape, column)) }
      return results
    }
    guard let type = context.inputs.first?.dtype.floatingType else {
      throw OpFailure("not defined for this element type", code: .invalidType)
    }
    return try open(type)
  }
}
