import WeftGraph

/// TensorFlow's `TensorArrayConcatV3`: all elements one after the other along their first axis, and
/// the length of each.
public struct TensorArrayConcatV3: ListDefinition {
  public static let typeName = "TensorArrayConcatV3"
  public let dtype: DType
  /// The shape of the elements without the first axis, as far as it is known.
  public let elementShape: TensorShape
  public init(dtype: DType, elementShape: TensorShape = .unknown) {
    self.dtype = dtype
    self.elementShape = elementShape
  }
  public var effect: Effect { .resource }
  public var inputNames: [String] { ["array", "flow"] }
  public var attributes: [Attribute] {
    [
      Attribute("dtype", .type(dtype)),
      Attribute("element_shape_except0", .shape(elementShape)),
    ]
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.int64])
    let list = context.list(0)
    let lengths = TensorType(.int64, TensorShape([list?.size]))
    guard let dimensions = list?.shape?.dimensions, !dimensions.isEmpty else {
      let known = elementShape.dimensions.map { TensorShape([nil] + $0) }
      return [TensorType(dtype, known ?? .unknown), lengths]
    }
    var total: Int?
    if let size = list?.size, let length = dimensions[0] {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      total = overflow ? nil : product
    }
    return [TensorType(dtype, TensorShape([total] + dimensions.dropFirst())), lengths]
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] { [nil, nil] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    guard let slope = context.gradientIfAny(0) else { return [nil, nil] }
    let inputs = context.operation.inputs
    let gradient = gradientList(of: inputs[0], flow: inputs[1])
    let lengths = context.operation.output(1)
    let flow = inputs[0].graph.innermost.add(
      TensorArraySplitV3(), inputs: [gradient.list, slope.output, lengths, gradient.flow], at: nil)
    return [nil, Node<Float>(output: flow.output(0))]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let list = try context.list(0)
    var parts: [AnyTensor] = []
    for place in 0..<list.count {
      let part = try readTensor(list, place, dtype)
      guard !part.shape.isEmpty else {
        throw OpFailure("single numbers cannot be put one after the other", code: .invalidShape)
      }
      if let first = parts.first, first.shape.dropFirst() != part.shape.dropFirst() {
        throw OpFailure(
          "elements of the shapes \(first.shape) and \(part.shape) do not fit", code: .invalidShape)
      }
      parts.append(part)
    }
    let lengths = AnyTensor(indices: parts.map { $0.shape[0] }, as: .int64)
    guard !parts.isEmpty else {
      return [try zeroTensor(dtype, [0] + (elementShape.complete ?? [])), lengths]
    }
    return [try concatenated(parts, axis: 0), lengths]
  }
}

/// TensorFlow's `TensorArraySplitV3`: puts pieces of given lengths along the first axis at the places
/// 0, 1, ...
public struct TensorArraySplitV3: ListDefinition {
  public static let typeName = "TensorArraySplitV3"
  public init() {}
  public var effect: Effect { .resource }
  public var inputNames: [String] { ["array", "value", "lengths", "flow"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 4)
    try context.require(0, dtypes: [.int64])
    try context.require(2, rank: 1)
    return [TensorType(.float32, .scalar)]
  }
  public func trace(_ context: InferenceContext) -> [ListTrace?] {
    let lengths = context.integers(2) ?? []
    let length = lengths.first.flatMap { first in
      lengths.allSatisfy { $0 == first } ? first : nil
    }
    if let dimensions = context.inputs[1].shape.dimensions, !dimensions.isEmpty {
      context.list(0)?.record(TensorShape([length] + dimensions.dropFirst()))
    }
    return [nil]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    guard inputs[1].carriesGradient, let type = inputs[1].type else {
      return [nil, nil, nil, context.gradient(0)]
    }
    let gradient = gradientList(of: inputs[0], flow: context.gradient(0).output)
    let element = type.shape.dimensions.map { TensorShape(Array($0.dropFirst())) } ?? .unknown
    let slope = inputs[0].graph.innermost.add(
      TensorArrayConcatV3(dtype: type.dtype, elementShape: element),
      inputs: [gradient.list, gradient.flow], at: nil)
    return [nil, Node<S>(output: slope.output(0)), nil, context.gradient(0)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let list = try context.list(0)
    let value = context.inputs[1]
    let lengths = context.inputs[2].integers
    guard let rows = value.shape.first, lengths.allSatisfy({ $0 >= 0 && $0 <= rows }),
      lengths.count <= RunList.sizeLimit, lengths.reduce(0, +) == rows
    else {
      throw OpFailure(
        "the lengths \(lengths.prefix(8)) do not add up to a value of shape \(value.shape)",
        code: .invalidShape)
    }
    let rest = Array(value.shape.dropFirst())
    let size = rows == 0 ? 0 : value.byteCount / rows
    var start = 0
    for (place, length) in lengths.enumerated() {
      try list.write(
        value.sharedStorage.pointer + start * size, value.dtype, byteCount: length * size,
        shape: [length] + rest, at: place)
      start += length
    }
    return [flowTensor]
  }
}
