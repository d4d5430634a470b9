import WeftGraph

/// How the pixels of a resized image lie in the original.
public struct ResizeSettings: Hashable, Sendable {
  /// Whether the centres of the corner pixels stay where they are.
  public var alignCorners: Bool
  /// Whether pixels are areas with their centres at a half.
  public var halfPixelCenters: Bool

  /// Settings. Both at once make no sense, which is an error where they are used.
  public init(alignCorners: Bool = false, halfPixelCenters: Bool = false) {
    self.alignCorners = alignCorners
    self.halfPixelCenters = halfPixelCenters
  }

  var attributes: [Attribute] {
    [
      Attribute("align_corners", .bool(alignCorners)),
      Attribute("half_pixel_centers", .bool(halfPixelCenters)),
    ]
  }

  func check() throws(OpFailure) {
    if alignCorners, halfPixelCenters {
      throw OpFailure("align_corners and half_pixel_centers exclude each other")
    }
  }

  /// Where a pixel of the result lies in the original, on one axis. In single precision, as TensorFlow
  /// computes it: which pixels are the neighbours depends on it.
  func scale(input: Int, output: Int) -> Float {
    alignCorners && output > 1
      ? Float(input - 1) / Float(output - 1) : Float(input) / Float(output)
  }
}

/// One axis of a resized image: for each pixel its two neighbours and the weight of the second.
public struct ResizedAxis: Sendable {
  /// The first neighbours.
  public let lower: [Int]
  /// The second neighbours.
  public let upper: [Int]
  /// The weights of the second neighbours.
  public let weight: [Float]

  /// Neighbours for bilinear interpolation.
  public init(bilinear settings: ResizeSettings, input: Int, output: Int) {
    let scale = settings.scale(input: input, output: output)
    var (lower, upper, weight) = ([Int](), [Int](), [Float]())
    for pixel in 0..<output {
      let place =
        settings.halfPixelCenters
        ? (Float(pixel) + 0.5) * scale - 0.5 : Float(pixel) * scale
      let floor = place.rounded(.down)
      lower.append(Swift.max(Int(floor), 0))
      upper.append(Swift.min(Int(place.rounded(.up)), input - 1))
      weight.append(place - floor)
    }
    (self.lower, self.upper, self.weight) = (lower, upper, weight)
  }

  /// The nearest pixels; both neighbours are the same.
  public init(nearest settings: ResizeSettings, input: Int, output: Int) {
    let scale = settings.scale(input: input, output: output)
    let nearest = (0..<output).map { pixel in
      let place = settings.halfPixelCenters ? (Float(pixel) + 0.5) * scale : Float(pixel) * scale
      let whole = place.rounded(settings.alignCorners ? .toNearestOrAwayFromZero : .down)
      return Swift.max(0, Swift.min(Int(whole), input - 1))
    }
    lower = nearest
    upper = nearest
    weight = Array(repeating: 0, count: output)
  }
}

/// An operation between images of two sizes: the number of rows and columns of the result is a vector.
private func resizedShape(_ context: InferenceContext) throws(OpFailure) -> TensorShape {
  try context.require(count: 2)
  try context.require(0, rank: 4)
  try context.require(1, dtypes: [.int32])
  try context.require(1, rank: 1)
  if let length = context.inputs[1].shape[0], length != 2 {
    throw OpFailure("the size must be rows and columns, not \(length) numbers", code: .invalidShape)
  }
  if let sizes = context.integers(1), let bad = sizes.first(where: { $0 < 1 }) {
    throw OpFailure("images cannot be resized to \(bad) pixels", code: .invalidShape)
  }
  let (images, size) = (context.inputs[0].shape, context.shapeValue(1))
  if images[1] == 0 || images[2] == 0 {
    throw OpFailure("images without pixels cannot be resized: \(images)", code: .invalidShape)
  }
  return [images[0], size[0], size[1], images[3]]
}

/// Calls for each pixel of the larger description: position in the resized image, and the four
/// neighbours in the original with their weights.
private func forEachPixel(
  images: [Int], resized: [Int], _ rows: ResizedAxis, _ columns: ResizedAxis,
  _ body: (_ output: Int, _ corners: [(Int, Float)]) -> Void
) {
  let (height, width, channels) = (images[1], images[2], images[3])
  for image in 0..<images[0] {
    for y in 0..<resized[1] {
      let (top, bottom) = (rows.lower[y], rows.upper[y])
      for x in 0..<resized[2] {
        let (left, right) = (columns.lower[x], columns.upper[x])
        let (v, u) = (rows.weight[y], columns.weight[x])
        for channel in 0..<channels {
          func place(_ row: Int, _ column: Int) -> Int {
            ((image * height + row) * width + column) * channels + channel
          }
          let output = ((image * resized[1] + y) * resized[2] + x) * channels + channel
          body(
            output,
            [
              (place(top, left), (1 - v) * (1 - u)), (place(top, right), (1 - v) * u),
              (place(bottom, left), v * (1 - u)), (place(bottom, right), v * u),
            ])
        }
      }
    }
  }
}

/// TensorFlow's `ResizeBilinear`: images of another size, each pixel between its four neighbours.
public struct ResizeBilinear: OpDefinition {
  public static let typeName = "ResizeBilinear"
  public let settings: ResizeSettings
  public init(_ settings: ResizeSettings = ResizeSettings()) { self.settings = settings }
  public var attributes: [Attribute] { settings.attributes }
  public var inputNames: [String] { ["images", "size"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try settings.check()
    let shape = try resizedShape(context)
    guard context.inputs[0].dtype != .bool else {
      throw OpFailure("not defined for bool", code: .invalidType)
    }
    return [TensorType(.float32, shape)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let images = context.operation.inputs[0]
    guard let type = images.type?.dtype, type.isFloating else { return [nil, nil] }
    // The gradient has the images' element type, the result is float32 always.
    return [
      apply(ResizeBilinearGrad(settings), [context.gradient(0), context.input(0)]) as Node<S>, nil,
    ]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (images, shape) = (context.inputs[0], try context.outputShape())
    let values = images.doubles
    var result = [Float](repeating: 0, count: try checkedCount(shape))
    let rows = ResizedAxis(bilinear: settings, input: images.shape[1], output: shape[1])
    let columns = ResizedAxis(bilinear: settings, input: images.shape[2], output: shape[2])
    forEachPixel(images: images.shape, resized: shape, rows, columns) { output, corners in
      result[output] = Float(corners.reduce(0.0) { $0 + values[$1.0] * Double($1.1) })
    }
    return [try context.output(result)]
  }
}

/// TensorFlow's `ResizeBilinearGrad`: the gradients of resized images, spread over the neighbours in the
/// originals.
public struct ResizeBilinearGrad: OpDefinition {
  public static let typeName = "ResizeBilinearGrad"
  public let settings: ResizeSettings
  public init(_ settings: ResizeSettings = ResizeSettings()) { self.settings = settings }
  public var attributes: [Attribute] { settings.attributes }
  public var inputNames: [String] { ["gradients", "images"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try settings.check()
    try context.require(count: 2)
    try context.require(0, dtypes: [.float32])
    try context.require(0, rank: 4)
    try context.require(1, rank: 4)
    return [TensorType(context.inputs[1].dtype, context.inputs[1].shape)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let size = shapeNode(context.operation.inputs[0])
    let rowsAndColumns = gather(size, size.graph.indices([1, 2], name: nil, at: nil))
    return [
      apply(ResizeBilinear(settings), [context.gradient(0), rowsAndColumns]) as Node<S>, nil,
    ]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (slopes, shape) = (context.inputs[0], try context.outputShape())
    let values = slopes.doubles
    var result = [Double](repeating: 0, count: try checkedCount(shape))
    let rows = ResizedAxis(bilinear: settings, input: shape[1], output: slopes.shape[1])
    let columns = ResizedAxis(bilinear: settings, input: shape[2], output: slopes.shape[2])
    forEachPixel(images: shape, resized: slopes.shape, rows, columns) { output, corners in
      for (place, weight) in corners { result[place] += values[output] * Double(weight) }
    }
    return [try context.reals(result)]
  }
}

/// TensorFlow's `ResizeNearestNeighbor`: images of another size, each pixel as its nearest.
public struct ResizeNearestNeighbor: OpDefinition {
  public static let typeName = "ResizeNearestNeighbor"
  public let settings: ResizeSettings
  public init(_ settings: ResizeSettings = ResizeSettings()) { self.settings = settings }
  public var attributes: [Attribute] { settings.attributes }
  public var inputNames: [String] { ["images", "size"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try settings.check()
    let shape = try resizedShape(context)
    return [TensorType(context.inputs[0].dtype, shape)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let size = shapeNode(context.operation.inputs[0])
    let rowsAndColumns = gather(size, size.graph.indices([1, 2], name: nil, at: nil))
    let operands: [any AnyNode] = [context.gradient(0), rowsAndColumns]
    return [apply(ResizeNearestNeighborGrad(settings), operands) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (images, shape) = (context.inputs[0], try context.outputShape())
    var positions = [Int](repeating: 0, count: try checkedCount(shape))
    let rows = ResizedAxis(nearest: settings, input: images.shape[1], output: shape[1])
    let columns = ResizedAxis(nearest: settings, input: images.shape[2], output: shape[2])
    forEachPixel(images: images.shape, resized: shape, rows, columns) { output, corners in
      positions[output] = corners[0].0
    }
    return [try images.picking(positions, shape: shape)]
  }
}

/// TensorFlow's `ResizeNearestNeighborGrad`: the gradients of resized images, summed at the pixels that
/// they were taken from.
public struct ResizeNearestNeighborGrad: OpDefinition {
  public static let typeName = "ResizeNearestNeighborGrad"
  public let settings: ResizeSettings
  public init(_ settings: ResizeSettings = ResizeSettings()) { self.settings = settings }
  public var attributes: [Attribute] { settings.attributes }
  public var inputNames: [String] { ["gradients", "size"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try settings.check()
    let shape = try resizedShape(context)
    try context.require(0, dtypes: [.float32, .float64])
    return [TensorType(context.inputs[0].dtype, shape)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let size = shapeNode(context.operation.inputs[0])
    let rowsAndColumns = gather(size, size.graph.indices([1, 2], name: nil, at: nil))
    let operands: [any AnyNode] = [context.gradient(0), rowsAndColumns]
    return [apply(ResizeNearestNeighbor(settings), operands) as Node<S>, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (slopes, shape) = (context.inputs[0], try context.outputShape())
    let values = slopes.doubles
    var result = [Double](repeating: 0, count: try checkedCount(shape))
    let rows = ResizedAxis(nearest: settings, input: shape[1], output: slopes.shape[1])
    let columns = ResizedAxis(nearest: settings, input: shape[2], output: slopes.shape[2])
    forEachPixel(images: shape, resized: slopes.shape, rows, columns) { output, corners in
      result[corners[0].0] += values[output]
    }
    return [try context.reals(result)]
  }
}

/// Images [batch, rows, columns, channels] of another size, each pixel between its four neighbours.
///
/// ```swift
/// let small = resizeBilinear(images, height: 28, width: 28)
/// ```
/// Gradient: each pixel's to its neighbours, by their weights. Errors: another rank, sizes below 1.
public func resizeBilinear(
  _ images: some NodeConvertible<Float>, height: Int, width: Int,
  _ settings: ResizeSettings = ResizeSettings(), name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<Float> {
  let (x, location) = (images.node, SourceLocation(fileID, line))
  let label = "\(name ?? "ResizeBilinear")/size"
  let size = x.graph.indices([height, width], name: label, at: location)
  return apply(ResizeBilinear(settings), [x, size], name: name, at: location)
}

/// Images [batch, rows, columns, channels] of another size, each pixel as its nearest.
///
/// Gradient: each pixel's to the pixel it is. Errors: another rank, sizes below 1.
public func resizeNearestNeighbor<S: TensorScalar>(
  _ images: some NodeConvertible<S>, height: Int, width: Int,
  _ settings: ResizeSettings = ResizeSettings(), name: String? = nil, fileID: String = #fileID,
  line: Int = #line
) -> Node<S> {
  let (x, location) = (images.node, SourceLocation(fileID, line))
  let label = "\(name ?? "ResizeNearestNeighbor")/size"
  let size = x.graph.indices([height, width], name: label, at: location)
  return apply(ResizeNearestNeighbor(settings), [x, size], name: name, at: location)
}
