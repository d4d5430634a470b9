import WeftGraph

/// What a scatter operation does with the rows of a variable that the indices name.
public enum ScatterFunction: Hashable, Sendable {
  case update, add, subtract, multiply, divide, minimum, maximum

  func combined<S: NumericScalar>(_ old: S, _ new: S) throws(OpFailure) -> S {
    switch self {
    case .update: return new
    case .add: return S.wrappingAdd(old, new)
    case .subtract: return S.wrappingSubtract(old, new)
    case .multiply: return S.wrappingMultiply(old, new)
    case .minimum: return old.isNotANumber || old < new ? old : new
    case .maximum: return old.isNotANumber || old > new ? old : new
    case .divide:
      if S.dtype.isFloating { return S(converting: old.asDouble / new.asDouble) }
      guard new != S.zeroValue else { throw OpFailure("integer division by zero") }
      return S(converting: (old.asDouble / new.asDouble).rounded(.towardZero))
    }
  }
}

/// TensorFlow's `ScatterUpdate` and its kin: rows of a variable changed where indices say, one after
/// the other, so that an index may occur several times.
public protocol ScatterDefinition: OpDefinition {
  /// What is done with each row.
  static var function: ScatterFunction { get }
}

extension ScatterDefinition {
  public var effect: Effect { .updates([0]) }
  public var inputNames: [String] { ["variable", "indices", "updates"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType([0, 2])
    try context.require(1, dtypes: [.int32, .int64])
    let (variable, indices, updates) = (context.inputs[0], context.inputs[1], context.inputs[2])
    if Self.function != .update, variable.dtype.numericType == nil {
      throw OpFailure("arithmetic is not defined for \(variable.dtype)", code: .invalidType)
    }
    guard let dimensions = variable.shape.dimensions else { return [variable] }
    guard !dimensions.isEmpty else {
      throw OpFailure("the variable has no rows: its shape is []", code: .invalidShape)
    }
    let wanted = indices.shape.appending(TensorShape(Array(dimensions.dropFirst())))
    guard updates.shape.rank == 0 || updates.shape.isCompatible(with: wanted) else {
      throw OpFailure(
        "updates of shape \(updates.shape) where \(wanted) is needed", code: .invalidShape)
    }
    return [variable]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = context.inputs[0].shape
    let width = shape.dropFirst().reduce(1, *)
    let rows = context.inputs[1].integers
    let count = shape.first ?? 0
    if let bad = rows.first(where: { $0 < 0 || $0 >= count }) {
      throw OpFailure("index \(bad) is outside the \(count) rows of the variable")
    }
    let single = context.inputs[2].shape.isEmpty
    guard single || context.inputs[2].count == rows.count * width else {
      throw OpFailure(
        "updates of shape \(context.inputs[2].shape) do not fit the indices", code: .invalidShape)
    }
    func walk<S: TensorScalar>(
      _ combined: (S, S) throws(OpFailure) -> S
    ) throws(OpFailure) -> [AnyTensor] {
      var scalars = try context.input(0, as: S.self).scalars
      let updates = try context.input(2, as: S.self).scalars
      for (index, row) in rows.enumerated() {
        for column in 0..<width {
          let update = updates[single ? 0 : index * width + column]
          let position = row * width + column
          scalars[position] = try combined(scalars[position], update)
        }
      }
      return [try hostTensor(shape, scalars)]
    }
    func replace<S: TensorScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      try walk { (_: S, new: S) in new }
    }
    func combine<S: NumericScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      try walk { (old: S, new: S) throws(OpFailure) -> S in try Self.function.combined(old, new) }
    }
    if let type = context.inputs[0].dtype.numericType { return try combine(type) }
    return try replace(context.inputs[0].dtype.scalarType)
  }
}

/// TensorFlow's `ScatterUpdate`: rows replaced.
public struct ScatterUpdate: ScatterDefinition {
  public static let typeName = "ScatterUpdate"
  public static let function = ScatterFunction.update
  public init() {}
}

/// TensorFlow's `ScatterAdd`: added to rows.
public struct ScatterAdd: ScatterDefinition {
  public static let typeName = "ScatterAdd"
  public static let function = ScatterFunction.add
  public init() {}
}

/// TensorFlow's `ScatterSub`: subtracted from rows.
public struct ScatterSub: ScatterDefinition {
  public static let typeName = "ScatterSub"
  public static let function = ScatterFunction.subtract
  public init() {}
}

/// TensorFlow's `ScatterMul`: rows multiplied.
public struct ScatterMul: ScatterDefinition {
  public static let typeName = "ScatterMul"
  public static let function = ScatterFunction.multiply
  public init() {}
}

/// TensorFlow's `ScatterDiv`: rows divided.
public struct ScatterDiv: ScatterDefinition {
  public static let typeName = "ScatterDiv"
  public static let function = ScatterFunction.divide
  public init() {}
}

/// TensorFlow's `ScatterMin`: the smaller of rows and updates.
public struct ScatterMin: ScatterDefinition {
  public static let typeName = "ScatterMin"
  public static let function = ScatterFunction.minimum
  public init() {}
}

/// TensorFlow's `ScatterMax`: the larger of rows and updates.
public struct ScatterMax: ScatterDefinition {
  public static let typeName = "ScatterMax"
  public static let function = ScatterFunction.maximum
  public init() {}
}

extension Variable {
  /// An operation that changes the rows that the indices name; other rows stay.
  ///
  /// ```swift
  /// let visit = counts.scatter(.add, indices: words, updates: ones)
  /// ```
  /// Shapes: updates [indices..., row...], or a scalar for all. Errors, when it runs: an index outside.
  @discardableResult
  public func scatter<I: IndexScalar>(
    _ function: ScatterFunction, indices: some NodeConvertible<I>,
    updates: some NodeConvertible<Scalar>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> GraphOperation {
    let definition: any OpDefinition =
      switch function {
      case .update: ScatterUpdate()
      case .add: ScatterAdd()
      case .subtract: ScatterSub()
      case .multiply: ScatterMul()
      case .divide: ScatterDiv()
      case .minimum: ScatterMin()
      case .maximum: ScatterMax()
      }
    return graph.add(
      definition, inputs: [erased.reference, indices.node.output, updates.node.output],
      name: name, at: SourceLocation(fileID, line))
  }
}
