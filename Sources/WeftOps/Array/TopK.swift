import WeftGraph

/// TensorFlow's `TopKV2`: the largest elements along the last axis and their places.
public struct TopKV2: OpDefinition {
  public static let typeName = "TopKV2"
  public static let displayName = "topK"
  /// Whether they come in falling order.
  public let sorted: Bool
  public init(sorted: Bool) { self.sorted = sorted }
  public var attributes: [Attribute] { [Attribute("sorted", .bool(sorted))] }
  public var inputNames: [String] { ["input", "k"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.float32, .float64, .int32, .int64, .uint8])
    try context.require(1, dtypes: [.int32])
    try context.require(1, rank: 0)
    let input = context.inputs[0]
    guard var dimensions = input.shape.dimensions else {
      return [TensorType(input.dtype, .unknown), TensorType(.int32, .unknown)]
    }
    guard let width = dimensions.popLast() else {
      throw OpFailure("needs an axis, not a scalar", code: .invalidShape)
    }
    if let k = context.integer(1), k < 0 || k > width ?? k {
      throw OpFailure("cannot take the largest \(k) of \(input.shape)", code: .invalidShape)
    }
    let shape = TensorShape(dimensions + [context.integer(1)])
    return [TensorType(input.dtype, shape), TensorType(.int32, shape)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    guard let g = context.gradientIfAny(0) else { return [nil, nil] }
    // Places counted over the whole tensor: rows of the last axis follow each other.
    let input = context.operation.inputs[0]
    let graph = context.operation.graph
    let shape = shapeNode(input)
    let places = context.operation.output(1)
    let width = shape[-1]
    let k = shapeNode(places)[-1]
    let rowShape: Node<Int32> = apply(
      Pack(count: 2, axis: 0), [graph.index(-1, name: "Const", at: nil), k])
    let rows: Node<Int32> = apply(Reshape(), [Node<Int32>(output: places), rowShape])
    let count: Node<Int32> = apply(Size(dtype: .int32), [Node<S>(output: input)])
    let zero = graph.index(0, name: "Const", at: nil)
    let starts: Node<Int32> = apply(RangeDefinition(), [zero, count, width])
    let column: Node<Int32> = apply(
      ExpandDims(), [starts, graph.index(1, name: "Const", at: nil)])
    let positions = flattened(rows + column)
    let sums: Node<S> = apply(UnsortedSegmentSum(), [flattened(g), positions, count])
    return [apply(Reshape(), [sums, shape]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let k = try context.inputs[1].singleInteger("k")
    guard let width = input.shape.last, k >= 0, k <= width else {
      throw OpFailure("cannot take the largest \(k) of \(input.shape)", code: .invalidShape)
    }
    guard let type = input.dtype.numericType else { throw OpFailure("needs numbers") }
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      let scalars = try context.input(0, as: S.self).scalars
      let rows = input.shape.dropLast().reduce(1, *)
      var places: [Int] = []
      for row in 0..<rows {
        let start = row * width
        // Of equal elements the first comes first.
        let order = (0..<width).sorted { a, b in
          let (x, y) = (scalars[start + a], scalars[start + b])
          // NaN counts as larger than every number, so that there is an order.
          if x.isNotANumber != y.isNotANumber { return x.isNotANumber }
          return x == y || x.isNotANumber ? a < b : x > y
        }
        places += order.prefix(k).map { start + $0 }
      }
      let shape = Array(input.shape.dropLast()) + [k]
      return [
        try hostTensor(shape, places.map { scalars[$0] }),
        try hostTensor(shape, places.map { Int32(clamping: $0 % width) }),
      ]
    }
    return try open(type)
  }
}

/// The `k` largest elements along the last axis, the largest first, and their places; of equal
/// elements the first.
///
/// ```swift
/// let (values, places) = topK(scores, 5)
/// ```
/// Errors: `k` larger than the axis. Gradient: put back in place, zeros elsewhere.
public func topK<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ k: Int, sorted: Bool = true, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> (values: Node<S>, indices: Node<Int32>) {
  let location = SourceLocation(fileID, line)
  let count = x.node.graph.index(k, name: "\(name ?? "TopKV2")/k", at: location)
  let operation = applyOperation(
    TopKV2(sorted: sorted), [x.node, count], name: name, at: location)
  return (Node(output: operation.output(0)), Node(output: operation.output(1)))
}
