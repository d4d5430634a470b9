import WeftData
import WeftOps

/// Something to be shown by TensorBoard: a number, a distribution, an image or a text under a tag.
///
/// ```swift
/// try writer.add([.scalar("loss", 0.25), .histogram("weights", weights.erased)], step: 100)
/// ```
public struct SummaryValue: Hashable, Sendable {
  /// The name under which it is shown; a part before `/` groups.
  public let tag: String
  /// What is shown.
  public let content: Content

  /// What is shown.
  public enum Content: Hashable, Sendable {
    /// A number.
    case scalar(Float)
    /// The distribution of numbers.
    case histogram(Histogram)
    /// An image as the bytes of a PNG file.
    case image(width: Int, height: Int, channels: Int, png: [UInt8])
    /// Text in Markdown.
    case text([String])
    /// Settings or results of the HParams page, as the plugin stores them.
    case hyperParameters([UInt8])
    /// Something that is not read here, by the name of its plugin.
    case other(plugin: String)
  }

  /// A value.
  public init(tag: String, _ content: Content) {
    self.tag = tag
    self.content = content
  }

  /// A number.
  public static func scalar(_ tag: String, _ value: Float) -> SummaryValue {
    SummaryValue(tag: tag, .scalar(value))
  }

  /// The distribution of a tensor's elements; those that are NaN are left out.
  public static func histogram(_ tag: String, _ values: AnyTensor) -> SummaryValue {
    SummaryValue(tag: tag, .histogram(Histogram(values.doubles)))
  }

  /// A text in Markdown.
  public static func text(_ tag: String, _ text: String) -> SummaryValue {
    SummaryValue(tag: tag, .text([text]))
  }

  /// Images, one value each: `tag/image/0`, `tag/image/1`, ...; `tag/image` where one is asked for.
  ///
  /// Bytes are shown as they are. Real numbers are scaled image by image, as TensorFlow does: 0 is
  /// black and the largest number white; where there are negative ones, 0 is the middle grey. A pixel
  /// that is not finite is red, or white in grey images.
  ///
  /// - Parameters:
  ///   - images: `[count, height, width, channels]` with 1 or 3 channels, of `uint8` or `float32`.
  ///   - maxOutputs: how many of them are shown at most.
  ///
  /// Throws ``EventError`` for another shape or type.
  public static func images(_ tag: String, _ images: AnyTensor, maxOutputs: Int = 3)
    throws(EventError) -> [SummaryValue]
  {
    let shape = images.shape
    guard shape.count == 4, shape[3] == 1 || shape[3] == 3 else {
      throw EventError(
        .invalidArgument,
        "images '\(tag)' have the shape [count, height, width, 1 or 3]; these have \(shape)")
    }
    let count = min(shape[0], max(0, maxOutputs))
    let pixels = try ImagePixels(images, tag)
    var result: [SummaryValue] = []
    for index in 0..<count {
      let picture: Tensor<UInt8>
      do {
        picture = try Tensor(
          shape: shape[3] == 1 ? [shape[1], shape[2]] : Array(shape[1...]),
          scalars: pixels.image(index))
        let png = try PNG.encode(picture)
        result.append(
          SummaryValue(
            tag: maxOutputs == 1 ? "\(tag)/image" : "\(tag)/image/\(index)",
            .image(width: shape[2], height: shape[1], channels: shape[3], png: png)))
      } catch { throw EventError(.invalidArgument, "images '\(tag)': \(error)") }
    }
    return result
  }
}

/// The pixels of images, scaled to bytes.
private struct ImagePixels {
  private let tensor: AnyTensor
  private let size: Int

  init(_ tensor: AnyTensor, _ tag: String) throws(EventError) {
    guard tensor.dtype == .uint8 || tensor.dtype == .float32 else {
      throw EventError(
        .invalidArgument, "images '\(tag)' are of uint8 or float32; these are of \(tensor.dtype)")
    }
    self.tensor = tensor
    size = tensor.shape.dropFirst().reduce(1, *)
  }

  func image(_ index: Int) -> [UInt8] {
    let range = index * size..<(index + 1) * size
    if let bytes = tensor.typed(UInt8.self) {
      return bytes.withUnsafeScalars { Array($0[range]) }
    }
    guard let floats = tensor.typed(Float.self)?.withUnsafeScalars({ Array($0[range]) }) else {
      return []
    }
    let channels = tensor.shape[3]
    let pixels = stride(from: 0, to: floats.count, by: channels).map {
      floats[$0..<$0 + channels]
    }
    let finite = pixels.filter { $0.allSatisfy(\.isFinite) }.joined()
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
    let largest = max(abs(low), abs(high))
    let hasSign = low < 0
    // So small numbers are noise about 0.
    let scale: Float = largest < 1e-6 ? 0 : (hasSign ? 127 : 255) / largest
    let offset: Float = hasSign ? 128 : 0
    return pixels.flatMap { pixel -> [UInt8] in
      guard pixel.allSatisfy(\.isFinite) else {
        return [255] + [UInt8](repeating: 0, count: channels - 1)
      }
      return pixel.map { UInt8(min(255, max(0, $0 * scale + offset))) }
    }
  }
}
