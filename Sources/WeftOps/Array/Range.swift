import WeftGraph

/// TensorFlow's `Range`: numbers from a start up to, not including, a limit, by a step.
public struct RangeDefinition: OpDefinition {
  public static let typeName = "Range"
  public init() {}
  public var inputNames: [String] { ["start", "limit", "delta"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType()
    try context.require(0, dtypes: [.float32, .float64, .int32, .int64])
    for index in 0..<3 { try context.require(index, rank: 0) }
    let numbers = (0..<3).compactMap { context.constant($0) }
    let count = numbers.count == 3 ? try Self.count(numbers) : nil
    return [TensorType(context.inputs[0].dtype, [count])]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil, nil, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let count = try Self.count(context.inputs)
    _ = try checkedCount([count])
    guard let type = context.inputs[0].dtype.numericType else { throw OpFailure("needs numbers") }
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      guard var value = try context.input(0, as: S.self).scalar,
        let step = try context.input(2, as: S.self).scalar
      else { throw OpFailure("start, limit and delta must be single numbers") }
      var values: [S] = []
      for _ in 0..<count {
        values.append(value)
        value = S.wrappingAdd(value, step)
      }
      return try hostTensor([count], values)
    }
    return [try open(type)]
  }
  private static func count(_ inputs: [AnyTensor]) throws(OpFailure) -> Int {
    guard inputs.allSatisfy({ $0.count == 1 }) else {
      throw OpFailure("start, limit and delta must be single numbers", code: .invalidShape)
    }
    let numbers = inputs.map { $0.doubles[0] }
    let (start, limit, step) = (numbers[0], numbers[1], numbers[2])
    guard step != 0, start == limit || (start < limit) == (step > 0) else {
      throw OpFailure("a step of \(step) does not lead from \(start) to \(limit)")
    }
    let count = ((limit - start) / step).rounded(.up)
    guard count.isFinite, count < 1e12 else {
      throw OpFailure("the range from \(start) to \(limit) by \(step) is too long")
    }
    return Int(count)
  }
}

/// TensorFlow's `LinSpace`: evenly spaced numbers from a first to a last.
public struct LinSpace: OpDefinition {
  public static let typeName = "LinSpace"
  public init() {}
  public var inputNames: [String] { ["start", "stop", "num"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType([0, 1])
    try context.require(0, dtypes: [.float32, .float64])
    try context.require(2, dtypes: [.int32, .int64])
    for index in 0..<3 { try context.require(index, rank: 0) }
    if let count = context.integer(2), count <= 0 {
      throw OpFailure("cannot space \(count) numbers")
    }
    return [TensorType(context.inputs[0].dtype, [context.integer(2)])]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil, nil, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let count = try context.inputs[2].singleInteger("the count")
    guard count > 0 else { throw OpFailure("cannot space \(count) numbers") }
    _ = try checkedCount([count])
    let (start, stop) = (context.inputs[0].doubles[0], context.inputs[1].doubles[0])
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let step = count > 1 ? (stop - start) / Double(count - 1) : 0
      return try hostTensor(
        [count],
        (0..<count).map { index in
          S(converting: index > 0 && index == count - 1 ? stop : start + step * Double(index))
        })
    }
    return [try open(context.inputs[0].dtype.scalarType)]
  }
}

extension Graph {
  /// The numbers from a start up to, not including, a limit, by a step.
  ///
  /// ```swift
  /// let rows = graph.range(from: 0, to: 10, by: 2) as Node<Int32>
  /// ```
  /// Errors: a step that does not lead from the start to the limit.
  public func range<S: NumericScalar>(
    from start: S = S.zeroValue, to limit: S, by step: S = S(converting: 1), name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    let location = SourceLocation(fileID, line)
    let label = name ?? "range"
    let first = constant(Tensor(start), name: "\(label)/start", at: location)
    let last = constant(Tensor(limit), name: "\(label)/limit", at: location)
    let delta = constant(Tensor(step), name: "\(label)/delta", at: location)
    return apply(RangeDefinition(), [first, last, delta], name: label, at: location)
  }

  /// Evenly spaced numbers from a first to a last, both included.
  public func linspace<S: FloatingScalar>(
    from start: S, to stop: S, count: Int, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> Node<S> {
    let location = SourceLocation(fileID, line)
    let label = name ?? "LinSpace"
    let first = constant(Tensor(start), name: "\(label)/start", at: location)
    let last = constant(Tensor(stop), name: "\(label)/stop", at: location)
    let number = index(count, name: "\(label)/num", at: location)
    let inputs: [any AnyNode] = [first, last, number]
    return apply(LinSpace(), inputs, name: name, at: location)
  }
}

/// The numbers from a start up to, not including, a limit computed in the graph, by a step.
public func range<S: NumericScalar>(
  from start: Node<S>, to limit: Node<S>, by step: Node<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(
    RangeDefinition(), [start, limit, step], name: name ?? "range",
    at: SourceLocation(fileID, line))
}
