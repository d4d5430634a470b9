import WeftGraph

/// Where a scan along one axis starts, in which direction it goes, and whether an element counts in
/// its own result.
protocol ScanDefinition: OpDefinition {
  var exclusive: Bool { get }
  var reverse: Bool { get }
}

extension ScanDefinition {
  public var attributes: [Attribute] {
    [Attribute("exclusive", .bool(exclusive)), Attribute("reverse", .bool(reverse))]
  }
  public var inputNames: [String] { ["tensor", "axis"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.float32, .float64, .int32, .int64])
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(1, rank: 0)
    if let axis = context.integers(1)?.first, let rank = context.inputs[0].shape.rank {
      _ = try resolveAxis(axis, rank: rank)
    }
    return [context.inputs[0]]
  }

  /// Real numbers in `Double`, integers wrapping.
  func scan(
    _ context: EvaluationContext, from start: Int, _ combine: ScanFunction
  ) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let axis = try resolveAxis(context.inputs[1].integers.first ?? 0, rank: input.shape.count)
    let lines = axisLines(input.shape, axis, reverse: reverse)
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let values = try context.input(0, as: S.self).scalars
      var result = values
      for line in lines {
        var real = Double(start)
        var whole = S(exactly: start) ?? S.zeroValue
        for position in line {
          let before: S = S.dtype.isFloating ? S(converting: real) : whole
          real = combine.real(real, values[position].asDouble)
          whole = S.dtype.isFloating ? whole : combine.whole(whole, values[position])
          let after: S = S.dtype.isFloating ? S(converting: real) : whole
          result[position] = exclusive ? before : after
        }
      }
      return try context.output(result)
    }
    guard let type = input.dtype.numericType else {
      throw OpFailure("not defined for \(input.dtype)", code: .invalidType)
    }
    return [try open(type)]
  }
}

/// What a scan does with the value so far and the next element.
enum ScanFunction {
  case sum, product
  func real(_ a: Double, _ b: Double) -> Double { self == .sum ? a + b : a * b }
  func whole<S: NumericScalar>(_ a: S, _ b: S) -> S {
    self == .sum ? .wrappingAdd(a, b) : .wrappingMultiply(a, b)
  }
}

/// The positions of the elements along each line parallel to an axis.
func axisLines(_ shape: [Int], _ axis: Int, reverse: Bool = false) -> [[Int]] {
  let inner = shape[(axis + 1)...].reduce(1, *)
  let outer = shape[..<axis].reduce(1, *)
  let extent = shape[axis]
  var lines: [[Int]] = []
  for block in 0..<outer {
    for offset in 0..<inner {
      let line = (0..<extent).map { (block * extent + $0) * inner + offset }
      lines.append(reverse ? line.reversed() : line)
    }
  }
  return lines
}

/// TensorFlow's `Cumsum`.
public struct Cumsum: ScanDefinition {
  public static let typeName = "Cumsum"
  public let exclusive: Bool
  public let reverse: Bool
  public init(exclusive: Bool = false, reverse: Bool = false) {
    self.exclusive = exclusive
    self.reverse = reverse
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let axis = context.input(1, as: Int32.self)
    let back = Cumsum(exclusive: exclusive, reverse: !reverse)
    return [apply(back, [context.gradient(0), axis]) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    try scan(context, from: 0, .sum)
  }
}

/// TensorFlow's `Cumprod`.
public struct Cumprod: ScanDefinition {
  public static let typeName = "Cumprod"
  public let exclusive: Bool
  public let reverse: Bool
  public init(exclusive: Bool = false, reverse: Bool = false) {
    self.exclusive = exclusive
    self.reverse = reverse
  }

  /// With L the exclusive product and E the linear scan in the other direction: L E(x, g) where an
  /// element does not count in its own result, L (g + E(x, x g)) where it does. There is no
  /// division, so it holds where elements are 0.
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (g, x) = (context.gradient(0), context.input(0))
    let axis = context.input(1, as: Int32.self)
    let before: Node<S> = apply(Cumprod(exclusive: true, reverse: reverse), [x, axis])
    let back = LinearScan(reverse: !reverse)
    if exclusive {
      let after: Node<S> = apply(back, [x, g, axis])
      return [before * after, nil]
    }
    let after: Node<S> = apply(back, [x, x * g, axis])
    return [before * (g + after), nil]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    try scan(context, from: 1, .product)
  }
}

/// The running sum along an axis: yᵢ = Σ xⱼ over j ≤ i.
///
/// ```swift
/// let starts = cumsum(lengths, axis: 0, exclusive: true)
/// ```
/// - Parameters:
///   - exclusive: leaves the element itself out: the first result is 0.
///   - reverse: begins at the end.
///
/// Gradient: the running sum in the other direction.
public func cumsum<S: NumericScalar>(
  _ x: some NodeConvertible<S>, axis: Int = 0, exclusive: Bool = false, reverse: Bool = false,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  axisOperation(
    Cumsum(exclusive: exclusive, reverse: reverse), x.node, axis, "axis", name,
    SourceLocation(fileID, line))
}

/// The running product along an axis: yᵢ = Π xⱼ over j ≤ i. Parameters as for `cumsum`; the first
/// result of an exclusive product is 1.
///
/// Gradient: exact where elements are 0 too.
public func cumprod<S: NumericScalar>(
  _ x: some NodeConvertible<S>, axis: Int = 0, exclusive: Bool = false, reverse: Bool = false,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  axisOperation(
    Cumprod(exclusive: exclusive, reverse: reverse), x.node, axis, "axis", name,
    SourceLocation(fileID, line))
}

/// Adds an operation whose second operand is one axis.
func axisOperation<S: TensorScalar, Result: TensorScalar>(
  _ definition: any OpDefinition, _ x: Node<S>, _ axis: Int, _ label: String, _ name: String?,
  _ location: SourceLocation
) -> Node<Result> {
  let axisNode = x.graph.constant(
    Tensor(Int32(clamping: axis)), name: "\(name ?? definition.typeName)/\(label)", at: location)
  return apply(definition, [x, axisNode], name: name, at: location)
}
