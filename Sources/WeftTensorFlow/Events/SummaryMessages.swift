import SwiftProtobuf
import WeftOps

extension SummaryValue {
  /// The value in a message; what this library does not show is kept by the name of its plugin.
  init(_ message: LogValue, plugin: String) {
    switch message.value {
    case .simpleValue(let value): self.init(tag: message.tag, .scalar(value))
    case .histo(let histogram): self.init(tag: message.tag, .histogram(Histogram(histogram)))
    case .image(let image):
      self.init(
        tag: message.tag,
        .image(
          width: Int(image.width), height: Int(image.height), channels: Int(image.colorspace),
          png: Array(image.encodedImageString)))
    case .tensor(let tensor) where plugin == "text":
      self.init(
        tag: message.tag, .text(tensor.stringVal.map { String(decoding: $0, as: UTF8.self) }))
    case .tensor(let tensor) where plugin == "scalars" && !tensor.floatVal.isEmpty:
      self.init(tag: message.tag, .scalar(tensor.floatVal[0]))
    case .tensor, nil:
      let content = message.metadata.pluginData.content
      self.init(
        tag: message.tag,
        plugin == HyperParameters.plugin
          ? .hyperParameters(Array(content)) : .other(plugin: plugin))
    }
  }

  /// Values as the bytes of TensorFlow's Summary message: what its summary operations give.
  public static func serialized(_ values: [SummaryValue]) throws(EventError) -> [UInt8] {
    let message = LogSummary.with { $0.value = values.map(\.message) }
    do { return try message.serializedBytes() } catch {
      throw EventError(.invalidArgument, "the summary cannot be written: \(error)")
    }
  }

  /// The value as a message.
  var message: LogValue {
    var message = LogValue()
    message.tag = tag
    switch content {
    case .scalar(let value): message.simpleValue = value
    case .histogram(let histogram): message.histo = histogram.message
    case .image(let width, let height, let channels, let png):
      message.image = LogImage.with { image in
        image.width = Int32(clamping: width)
        image.height = Int32(clamping: height)
        image.colorspace = Int32(clamping: channels)
        image.encodedImageString = .init(png)
      }
    case .text(let texts):
      message.metadata = Self.metadata("text")
      message.tensor = LogTensorValue.with { tensor in
        tensor.dtype = 7
        tensor.stringVal = texts.map { .init($0.utf8) }
        if texts.count != 1 {
          let size = LogTensorShape.Dimension.with { $0.size = Int64(texts.count) }
          tensor.tensorShape = LogTensorShape.with { $0.dim = [size] }
        } else {
          tensor.tensorShape = LogTensorShape()
        }
      }
    case .hyperParameters(let bytes):
      message.metadata = Self.metadata(HyperParameters.plugin, bytes)
      // TensorBoard takes the data from the metadata; the tensor is empty.
      message.tensor = LogTensorValue.with { tensor in
        tensor.dtype = 1
        tensor.tensorShape = LogTensorShape.with { $0.dim = [LogTensorShape.Dimension()] }
      }
    case .other(let plugin): message.metadata = Self.metadata(plugin)
    }
    return message
  }

  private static func metadata(_ plugin: String, _ content: [UInt8] = []) -> LogMetadata {
    LogMetadata.with { metadata in
      metadata.pluginData = LogMetadata.Plugin.with { data in
        data.pluginName = plugin
        data.content = .init(content)
      }
    }
  }
}

extension Histogram {
  init(_ message: LogHistogram) {
    self.init(
      minimum: message.min, maximum: message.max, count: message.num, sum: message.sum,
      sumOfSquares: message.sumSquares, limits: message.bucketLimit, counts: message.bucket)
  }

  var message: LogHistogram {
    LogHistogram.with { message in
      (message.min, message.max, message.num) = (minimum, maximum, count)
      (message.sum, message.sumSquares) = (sum, sumOfSquares)
      (message.bucketLimit, message.bucket) = (limits, counts)
    }
  }
}
