import WeftGraph

/// Which of the three tensors of a convolution an operation computes from the other two.
public enum ConvolutionRole: Hashable, Sendable {
  /// The convolution itself, from images and filters.
  case output
  /// The gradient of the images, from their shape, the filters and the gradient of the result.
  case input
  /// The gradient of the filters, from the images, the filters' shape and the gradient of the result.
  case filter
}

/// What a convolution and its two gradients have in common. Each is linear in both operands, so that
/// the gradients of any of them are made of the other two.
public protocol ConvolutionDefinition: OpDefinition {
  /// Which tensor it computes.
  static var role: ConvolutionRole { get }
  /// Whether each channel has filters of its own.
  static var isDepthwise: Bool { get }
  /// How the window moves.
  var settings: WindowSettings { get }
}

extension ConvolutionDefinition {
  public var attributes: [Attribute] { settings.attributes + [settings.dilationAttribute] }

  public var inputNames: [String] {
    switch Self.role {
    case .output: ["input", "filter"]
    case .input: ["input_sizes", "filter", "out_backprop"]
    case .filter: ["input", "filter_sizes", "out_backprop"]
    }
  }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: Self.role == .output ? 2 : 3)
    let reals = context.inputs.indices.filter { $0 != (Self.sizesIndex ?? -1) }
    try context.requireSameType(reals)
    try context.require(reals[0], dtypes: [.float32, .float64])
    if let sizes = Self.sizesIndex { try context.require(sizes, dtypes: [.int32, .int64]) }
    let input = Self.role == .input ? try context.requestedShape(0) : context.inputs[0].shape
    let filter = Self.role == .filter ? try context.requestedShape(1) : context.inputs[1].shape
    let output = try result(input, filter)
    let dtype = context.inputs[reals[0]].dtype
    if Self.role == .output { return [TensorType(dtype, output)] }
    let slope = context.inputs[2].shape
    guard let merged = output.merged(with: slope) else {
      throw OpFailure(
        "the gradient \(slope) is not of the shape \(output) that the input \(input) under the "
          + "filter \(filter) gives", code: .invalidShape)
    }
    if Self.role == .filter {
      return [TensorType(dtype, filter.merged(with: .unknown(rank: 4)) ?? filter)]
    }
    var dimensions = input.dimensions ?? [Int?](repeating: nil, count: 4)
    dimensions[0] = dimensions[0] ?? merged[0]
    return [TensorType(dtype, TensorShape(dimensions))]
  }

  private static var sizesIndex: Int? {
    switch role {
    case .output: nil
    case .input: 0
    case .filter: 1
    }
  }

  /// The shape of the convolution's result, as far as it is known.
  private func result(_ input: TensorShape, _ filter: TensorShape) throws(OpFailure) -> TensorShape
  {
    try settings.check()
    for (shape, name) in [(input, "an input"), (filter, "a filter")] {
      if let rank = shape.rank, rank != 4 {
        throw OpFailure("takes \(name) of rank 4, not of shape \(shape)", code: .invalidShape)
      }
    }
    let format = settings.dataFormat
    let channels = input[format.channelAxis(rank: 4)]
    if let channels, let taken = filter[2], channels != taken {
      throw OpFailure(
        "the filter \(filter) takes \(taken) channels, the input \(input) has \(channels) "
          + "(\(format.rawValue))", code: .invalidShape)
    }
    var (height, width): (Int?, Int?)
    let axes = format.spatialAxes
    do throws(OpFailure) {
      if let size = input[axes.row], let window = filter[0] {
        height = try settings.rows(input: size, window: window).output
      }
      if let size = input[axes.column], let window = filter[1] {
        width = try settings.columns(input: size, window: window).output
      }
    } catch {
      throw OpFailure(
        "\(error.message): input \(input), filter \(filter), padding \(settings.padding)",
        code: error.code)
    }
    var outputs = filter[3]
    if Self.isDepthwise {
      let known = channels ?? filter[2]
      outputs = nil
      if let known, let each = filter[3] { outputs = checkedProduct([known, each]) }
    }
    return TensorShape(format.imageShape(input[0], height, width, outputs))
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    let operands = context.operation.inputs
    func made(_ role: ConvolutionRole, _ inputs: [any AnyNode]) -> Node<S> {
      apply(convolutionDefinition(role, isDepthwise: Self.isDepthwise, settings), inputs)
    }
    switch Self.role {
    case .output:
      let (x, filter) = (context.input(0), context.input(1))
      return [
        made(.input, [shapeNode(operands[0]), filter, g]),
        made(.filter, [x, shapeNode(operands[1]), g]),
      ]
    case .input:
      let (filter, slope) = (context.input(1), context.input(2))
      return [
        nil, made(.filter, [g, shapeNode(operands[1]), slope]), made(.output, [g, filter]),
      ]
    case .filter:
      let (x, slope) = (context.input(0), context.input(2))
      return [made(.input, [shapeNode(operands[0]), g, slope]), nil, made(.output, [x, g])]
    }
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.outputShape()
    let geometry = try ConvolutionGeometry(
      settings, isDepthwise: Self.isDepthwise,
      input: Self.role == .input ? shape : context.inputs[0].shape,
      filter: Self.role == .filter ? shape : context.inputs[1].shape)
    var sums = [Double](repeating: 0, count: shape.reduce(1, *))
    let first = context.inputs[Self.role == .input ? 1 : 0].doubles
    let second = context.inputs[Self.role == .output ? 1 : 2].doubles
    switch Self.role {
    case .output: geometry.forEachProduct { sums[$2] += first[$0] * second[$1] }
    case .input: geometry.forEachProduct { sums[$0] += first[$1] * second[$2] }
    case .filter: geometry.forEachProduct { sums[$1] += first[$0] * second[$2] }
    }
    return [try context.reals(sums)]
  }
}

/// The definition that computes one of a convolution's tensors.
func convolutionDefinition(
  _ role: ConvolutionRole, isDepthwise: Bool, _ settings: WindowSettings
) -> any OpDefinition {
  switch (role, isDepthwise) {
  case (.output, false): Conv2D(settings)
  case (.input, false): Conv2DBackpropInput(settings)
  case (.filter, false): Conv2DBackpropFilter(settings)
  case (.output, true): DepthwiseConv2dNative(settings)
  case (.input, true): DepthwiseConv2dNativeBackpropInput(settings)
  case (.filter, true): DepthwiseConv2dNativeBackpropFilter(settings)
  }
}
