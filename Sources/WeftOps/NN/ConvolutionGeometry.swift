import WeftGraph

/// A two-dimensional convolution over complete shapes: what it reads, what it gives, and which
/// elements meet in a product.
public struct ConvolutionGeometry: Hashable, Sendable {
  /// The images.
  public let batch: Int
  /// The window on the rows.
  public let rows: WindowAxis
  /// The window on the columns.
  public let columns: WindowAxis
  /// The channels of the images.
  public let channels: Int
  /// The results for each position; in a depthwise convolution for each channel of a position.
  public let filters: Int
  /// Whether each channel has filters of its own.
  public let isDepthwise: Bool
  /// Where the channels lie.
  public let dataFormat: DataFormat

  /// The geometry of images of rank 4 under filters [height, width, channels, filters].
  ///
  /// Throws ``OpFailure`` if they do not fit.
  public init(_ settings: WindowSettings, isDepthwise: Bool, input: [Int], filter: [Int])
    throws(OpFailure)
  {
    guard input.count == 4, filter.count == 4 else {
      throw OpFailure("takes rank 4, not \(input) and \(filter)", code: .invalidShape)
    }
    let format = settings.dataFormat
    let axes = format.spatialAxes
    rows = try settings.rows(input: input[axes.row], window: filter[0])
    columns = try settings.columns(input: input[axes.column], window: filter[1])
    batch = input[0]
    channels = input[format.channelAxis(rank: 4)]
    filters = filter[3]
    self.isDepthwise = isDepthwise
    dataFormat = format
  }

  /// Whether no product is added up.
  public var isEmpty: Bool {
    [batch, channels, filters, rows.input, columns.input, rows.output, columns.output].contains(0)
  }

  /// The channels of the result.
  public var outputChannels: Int { isDepthwise ? channels * filters : filters }

  /// Calls for every product the convolution is made of: result[output] is the sum of
  /// input[input] * filter[filter], all as positions in row-major tensors.
  func forEachProduct(_ body: (_ input: Int, _ filter: Int, _ output: Int) -> Void) {
    let outputs = outputChannels
    for image in 0..<batch {
      for row in 0..<rows.output {
        for column in 0..<columns.output {
          for tapRow in 0..<rows.window {
            guard let y = rows.position(output: row, tap: tapRow) else { continue }
            for tapColumn in 0..<columns.window {
              guard let x = columns.position(output: column, tap: tapColumn) else { continue }
              let tap = tapRow * columns.window + tapColumn
              for channel in 0..<channels {
                let input = dataFormat.position(
                  image, y, x, channel, height: rows.input, width: columns.input,
                  channels: channels)
                for filter in 0..<filters {
                  let result = isDepthwise ? channel * filters + filter : filter
                  let output = dataFormat.position(
                    image, row, column, result, height: rows.output, width: columns.output,
                    channels: outputs)
                  body(input, (tap * channels + channel) * filters + filter, output)
                }
              }
            }
          }
        }
      }
    }
  }
}

extension DataFormat {
  /// The position of an element of an image tensor.
  func position(
    _ image: Int, _ row: Int, _ column: Int, _ channel: Int, height: Int, width: Int,
    channels: Int
  ) -> Int {
    self == .channelsLast
      ? ((image * height + row) * width + column) * channels + channel
      : ((image * channels + channel) * height + row) * width + column
  }
}
