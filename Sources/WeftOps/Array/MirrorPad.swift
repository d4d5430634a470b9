import WeftGraph

/// How a mirror padding treats the edge.
public enum MirrorMode: String, Hashable, Sendable, CaseIterable {
  /// The edge is the mirror: `1 2 3` becomes `3 2 1 2 3 2 1`.
  case reflect = "REFLECT"
  /// The mirror lies behind the edge: `1 2 3` becomes `2 1 1 2 3 3 2`.
  case symmetric = "SYMMETRIC"

  /// The largest padding of an axis.
  func limit(_ size: Int) -> Int { self == .reflect ? size - 1 : size }

  /// The index that is seen at an index of the padded axis.
  func source(_ index: Int, before: Int, size: Int) -> Int {
    let shift = self == .reflect ? 0 : 1
    let place = index - before
    if place < 0 { return -place - shift }
    return place < size ? place : 2 * size - 2 + shift - place
  }
}

/// TensorFlow's `MirrorPad`: the tensor's own elements, mirrored, around it.
public struct MirrorPad: OpDefinition {
  public static let typeName = "MirrorPad"
  /// How the edge is treated.
  public let mode: MirrorMode
  public init(mode: MirrorMode) { self.mode = mode }
  public var attributes: [Attribute] { [Attribute("mode", .string(mode.rawValue))] }
  public var inputNames: [String] { ["input", "paddings"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    let type = try paddedType(context)
    if let dimensions = context.inputs[0].shape.dimensions, let paddings = context.integers(1) {
      for (axis, size) in dimensions.enumerated() {
        let widest = max(paddings[2 * axis], paddings[2 * axis + 1])
        if let size, widest > mode.limit(size) {
          throw OpFailure("a padding of \(widest) is too wide for an axis of size \(size)")
        }
      }
    }
    return [type]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let paddings = int32Node(context.operation.inputs[1])
    return [apply(MirrorPadGrad(mode: mode), [context.gradient(0), paddings]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let pairs = try paddingPairs(context)
    let input = context.inputs[0]
    let (sources, shape) = try mirrorSources(input.shape, pairs, mode)
    return [try input.picking(sources, shape: shape)]
  }
}

/// TensorFlow's `MirrorPadGrad`: what lies over mirrored elements added to the originals.
public struct MirrorPadGrad: OpDefinition {
  public static let typeName = "MirrorPadGrad"
  /// How the edge was treated.
  public let mode: MirrorMode
  public init(mode: MirrorMode) { self.mode = mode }
  public var attributes: [Attribute] { [Attribute("mode", .string(mode.rawValue))] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    let input = context.inputs[0]
    guard let dimensions = input.shape.dimensions, let paddings = context.integers(1),
      paddings.count == 2 * dimensions.count
    else {
      return [TensorType(input.dtype, input.shape.rank.map { .unknown(rank: $0) } ?? .unknown)]
    }
    let shape = dimensions.enumerated().map { axis, size in
      size.map { $0 - paddings[2 * axis] - paddings[2 * axis + 1] }
    }
    if shape.contains(where: { ($0 ?? 0) < 0 }) {
      throw OpFailure("paddings \(paddings) are wider than \(input.shape)", code: .invalidShape)
    }
    return [TensorType(input.dtype, TensorShape(shape))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let paddings = int32Node(context.operation.inputs[1])
    return [apply(MirrorPad(mode: mode), [context.gradient(0), paddings]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let gradient = context.inputs[0]
    let pairs = try paddingPairs(context)
    let shape = zip(gradient.shape, pairs).map { $0 - $1.before - $1.after }
    let count = try checkedCount(shape)
    let (sources, _) = try mirrorSources(shape, pairs, mode)
    var sums = [Double](repeating: 0, count: count)
    for (value, source) in zip(gradient.doubles, sources) { sums[source] += value }
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      try hostTensor(shape, sums.map { S(converting: $0) })
    }
    return [try open(gradient.dtype.scalarType)]
  }
}

/// For each element of a mirror-padded tensor the position of what is seen there.
private func mirrorSources(
  _ shape: [Int], _ pairs: [(before: Int, after: Int)], _ mode: MirrorMode
) throws(OpFailure) -> ([Int], [Int]) {
  let result = zip(shape, pairs).map { $0 + $1.before + $1.after }
  _ = try checkedCount(result)
  let strides = rowMajorStrides(shape)
  var positions = [0]
  for (axis, pair) in pairs.enumerated() {
    let size = shape[axis]
    guard max(pair.before, pair.after) <= max(mode.limit(size), 0) else {
      throw OpFailure(
        "a padding of \(max(pair.before, pair.after)) is too wide for an axis of size \(size)")
    }
    let steps = (0..<result[axis]).map {
      mode.source($0, before: pair.before, size: size) * strides[axis]
    }
    positions = positions.flatMap { base in steps.map { base + $0 } }
  }
  return (positions, result)
}

/// The tensor's own elements, mirrored, put around it.
///
/// ```swift
/// mirrorPad(image, [(0, 0), (2, 2), (2, 2), (0, 0)], mode: .reflect)
/// ```
/// Errors: a padding wider than the axis has elements to mirror. Gradient: added to the originals.
public func mirrorPad<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ paddings: [(before: Int, after: Int)], mode: MirrorMode,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let matrix = x.node.graph.paddings(
    paddings, name: "\(name ?? "MirrorPad")/paddings", at: location)
  return apply(MirrorPad(mode: mode), [x.node, matrix], name: name, at: location)
}
