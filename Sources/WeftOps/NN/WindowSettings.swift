import WeftGraph

/// Two sizes along the height and the width of images; a single number stands for both.
///
/// ```swift
/// maxPool2D(x, window: 2, strides: 2)
/// conv2D(x, filter, strides: Extent2D(2, 1))
/// ```
public struct Extent2D: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// Along the rows.
  public let height: Int
  /// Along the columns.
  public let width: Int

  /// A size for each direction.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// One size for both directions.
  public init(integerLiteral value: Int) { self.init(value, value) }

  /// `5x3`.
  public var description: String { "\(height)x\(width)" }
}

/// What a window finds beyond the edge of an image.
public enum Padding: Hashable, Sendable, CustomStringConvertible {
  /// As many zeros as give ⌈size / stride⌉ results, the odd one behind.
  case same
  /// Nothing: the window stays inside.
  case valid
  /// So many zeros on each side.
  case explicit(top: Int, bottom: Int, left: Int, right: Int)

  /// The attribute's value in GraphDef.
  public var attributeName: String {
    switch self {
    case .same: "SAME"
    case .valid: "VALID"
    case .explicit: "EXPLICIT"
    }
  }

  /// `SAME`, `VALID`, or the four numbers.
  public var description: String {
    guard case .explicit(let top, let bottom, let left, let right) = self else {
      return attributeName
    }
    return "[\(top), \(bottom)] x [\(left), \(right)]"
  }
}

/// How a window moves over images: the attributes that convolutions and pooling share.
public struct WindowSettings: Hashable, Sendable {
  /// How far the window moves from one result to the next.
  public var strides: Extent2D
  /// How far apart the elements lie that the window sees.
  public var dilations: Extent2D
  /// What it finds beyond the edge.
  public var padding: Padding
  /// Where the channels lie.
  public var dataFormat: DataFormat

  /// Settings; by default the window moves by 1 and sees neighbours.
  public init(
    strides: Extent2D = 1, dilations: Extent2D = 1, padding: Padding = .same,
    dataFormat: DataFormat = .channelsLast
  ) {
    self.strides = strides
    self.dilations = dilations
    self.padding = padding
    self.dataFormat = dataFormat
  }

  /// Settings from attributes as GraphDef has them: a number for each axis of the data format, and
  /// explicit paddings in pairs.
  ///
  /// Throws ``OpFailure`` for an unknown word, another count, or a window that also moves over the
  /// batch or the channels.
  public init(
    strides: [Int], dilations: [Int] = [1, 1, 1, 1], padding: String,
    explicitPaddings: [Int] = [], dataFormat: String = "NHWC"
  ) throws(OpFailure) {
    guard let format = DataFormat(rawValue: dataFormat) else {
      throw OpFailure("data_format is \"\(dataFormat)\", not \"NHWC\" or \"NCHW\"")
    }
    self.dataFormat = format
    self.strides = try format.extent(strides, "strides")
    self.dilations = try format.extent(dilations, "dilations")
    switch padding {
    case "SAME": self.padding = .same
    case "VALID": self.padding = .valid
    case "EXPLICIT":
      let axes = format.spatialAxes
      let outside = explicitPaddings.indices.filter { $0 / 2 != axes.row && $0 / 2 != axes.column }
      guard explicitPaddings.count == 8, outside.allSatisfy({ explicitPaddings[$0] == 0 }) else {
        throw OpFailure(
          "explicit_paddings are \(explicitPaddings): there must be 8, for height and width alone")
      }
      self.padding = .explicit(
        top: explicitPaddings[2 * axes.row], bottom: explicitPaddings[2 * axes.row + 1],
        left: explicitPaddings[2 * axes.column], right: explicitPaddings[2 * axes.column + 1])
    default:
      throw OpFailure("padding is \"\(padding)\", not \"SAME\", \"VALID\" or \"EXPLICIT\"")
    }
  }

  /// The attributes in GraphDef, without the dilations.
  var attributes: [Attribute] {
    var result = [
      Attribute("strides", .ints(dataFormat.list(strides))),
      Attribute("padding", .string(padding.attributeName)),
      Attribute("data_format", .string(dataFormat.rawValue)),
    ]
    if case .explicit(let top, let bottom, let left, let right) = padding {
      let pairs =
        dataFormat == .channelsLast
        ? [0, 0, top, bottom, left, right, 0, 0] : [0, 0, 0, 0, top, bottom, left, right]
      result.append(Attribute("explicit_paddings", .ints(pairs)))
    }
    return result
  }

  /// The attribute of the dilations.
  var dilationAttribute: Attribute { Attribute("dilations", .ints(dataFormat.list(dilations))) }
}

extension DataFormat {
  /// The axes of the rows and the columns of an image.
  var spatialAxes: (row: Int, column: Int) { self == .channelsLast ? (1, 2) : (2, 3) }

  /// A number for each axis, 1 for the batch and the channels.
  func list(_ extent: Extent2D) -> [Int] {
    self == .channelsLast
      ? [1, extent.height, extent.width, 1] : [1, 1, extent.height, extent.width]
  }

  /// The two numbers of a list that has one for each axis.
  func extent(_ list: [Int], _ name: String) throws(OpFailure) -> Extent2D {
    guard list.count == 4 else {
      throw OpFailure("\(name) are \(list): there must be 4 numbers, one for each axis")
    }
    guard list[0] == 1, list[channelAxis(rank: 4)] == 1 else {
      throw OpFailure(
        "\(name) are \(list): those of the batch and the channels must be 1", code: .unsupported)
    }
    let axes = spatialAxes
    return Extent2D(list[axes.row], list[axes.column])
  }

  /// The shape of images with these dimensions.
  func imageShape<D>(_ batch: D, _ height: D, _ width: D, _ channels: D) -> [D] {
    self == .channelsLast ? [batch, height, width, channels] : [batch, channels, height, width]
  }
}
