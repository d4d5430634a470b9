import WeftGraph

/// A window that gathers the elements of each channel of images: the attributes of pooling.
public struct PoolingSettings: Hashable, Sendable {
  /// The size of the window.
  public var window: Extent2D
  /// How it moves.
  public var settings: WindowSettings

  /// Settings; the window's elements are neighbours.
  public init(window: Extent2D, _ settings: WindowSettings) {
    self.window = window
    self.settings = settings
  }

  /// Settings from attributes as GraphDef has them: a number for each axis of the data format.
  ///
  /// Throws ``OpFailure`` for an unknown word, another count, or a window over the batch or the
  /// channels.
  public init(
    ksize: [Int], strides: [Int], padding: String, explicitPaddings: [Int] = [],
    dataFormat: String = "NHWC"
  ) throws(OpFailure) {
    settings = try WindowSettings(
      strides: strides, padding: padding, explicitPaddings: explicitPaddings,
      dataFormat: dataFormat)
    window = try settings.dataFormat.extent(ksize, "ksize")
  }

  var attributes: [Attribute] {
    [Attribute("ksize", .ints(settings.dataFormat.list(window)))] + settings.attributes
  }

  /// The shape that images are pooled to, as far as it is known.
  func result(_ input: TensorShape) throws(OpFailure) -> TensorShape {
    try settings.check()
    guard settings.dilations == 1, min(window.height, window.width) >= 1 else {
      throw OpFailure("the window is \(window): it must be 1 or more")
    }
    if case .explicit(let top, let bottom, let left, let right) = settings.padding,
      Swift.max(top, bottom) >= window.height || Swift.max(left, right) >= window.width
    {
      throw OpFailure("paddings \(settings.padding) must be smaller than the window \(window)")
    }
    guard let rank = input.rank else { return .unknown(rank: 4) }
    if rank != 4 {
      throw OpFailure("takes images of rank 4, not the shape \(input)", code: .invalidShape)
    }
    let format = settings.dataFormat
    let axes = format.spatialAxes
    do throws(OpFailure) {
      var (height, width): (Int?, Int?)
      if let size = input[axes.row] {
        height = try settings.rows(input: size, window: window.height).output
      }
      if let size = input[axes.column] {
        width = try settings.columns(input: size, window: window.width).output
      }
      return TensorShape(
        format.imageShape(input[0], height, width, input[format.channelAxis(rank: 4)]))
    } catch {
      throw OpFailure(
        "\(error.message): input \(input), padding \(settings.padding)", code: error.code)
    }
  }
}

/// Pooling over complete shapes: which elements each result sees.
public struct PoolingGeometry: Hashable, Sendable {
  /// The images.
  public let batch: Int
  /// The window on the rows.
  public let rows: WindowAxis
  /// The window on the columns.
  public let columns: WindowAxis
  /// The channels.
  public let channels: Int
  /// Where they lie.
  public let dataFormat: DataFormat

  /// The geometry of images of rank 4.
  ///
  /// Throws ``OpFailure`` if the window does not fit.
  public init(_ pooling: PoolingSettings, input: [Int]) throws(OpFailure) {
    guard input.count == 4 else {
      throw OpFailure("takes images of rank 4, not the shape \(input)", code: .invalidShape)
    }
    dataFormat = pooling.settings.dataFormat
    let axes = dataFormat.spatialAxes
    batch = input[0]
    channels = input[dataFormat.channelAxis(rank: 4)]
    rows = try pooling.settings.rows(input: input[axes.row], window: pooling.window.height)
    columns = try pooling.settings.columns(input: input[axes.column], window: pooling.window.width)
  }

  /// The elements of the images.
  public var inputCount: Int { batch * rows.input * columns.input * channels }
  /// The elements of the result.
  public var outputCount: Int { batch * rows.output * columns.output * channels }

  /// Calls for every result with the elements that its window sees, row by row: positions in
  /// row-major tensors.
  func forEachWindow(_ body: (_ output: Int, _ inputs: [Int]) -> Void) {
    for image in 0..<batch {
      for row in 0..<rows.output {
        let ys = (0..<rows.window).compactMap { rows.position(output: row, tap: $0) }
        for column in 0..<columns.output {
          let xs = (0..<columns.window).compactMap { columns.position(output: column, tap: $0) }
          for channel in 0..<channels {
            let output = dataFormat.position(
              image, row, column, channel, height: rows.output, width: columns.output,
              channels: channels)
            let inputs = ys.flatMap { y in
              xs.map { x in
                dataFormat.position(
                  image, y, x, channel, height: rows.input, width: columns.input,
                  channels: channels)
              }
            }
            body(output, inputs)
          }
        }
      }
    }
  }
}
