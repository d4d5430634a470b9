import SwiftProtobuf
import WeftOps

/// One record of an event file: what happened, when and at which step.
public struct Event: Hashable, Sendable {
  /// Seconds since 1970.
  public let time: Double
  /// The step of the training.
  public let step: Int
  /// What happened.
  public let content: Content

  /// What happened.
  public enum Content: Hashable, Sendable {
    /// The file begins: `brain.Event:2`.
    case version(String)
    /// Values to be shown.
    case values([SummaryValue])
    /// A graph, as the bytes of a GraphDef.
    case graph([UInt8])
    /// Times and memory of a run, as the bytes of a RunMetadata, under a tag.
    case runMetadata(tag: String, [UInt8])
    /// A training began or goes on: what earlier files say of this step and later ones is void.
    case sessionStart
    /// Something that is not read here.
    case other
  }

  /// An event.
  public init(time: Double, step: Int, _ content: Content) {
    self.time = time
    self.step = step
    self.content = content
  }

  /// The event in the bytes of a record.
  ///
  /// - Parameter plugins: the plugins of the tags so far: a file may name them at their first use only.
  ///
  /// Throws ``EventError`` if they are not an event.
  init(_ bytes: ArraySlice<UInt8>, plugins: inout [String: String]) throws(EventError) {
    guard let message = try? LogEvent(serializedBytes: Array(bytes)) else {
      throw EventError(.damaged, "a record of \(bytes.count) bytes is not an event")
    }
    time = message.wallTime
    step = Int(message.step)
    switch message.what {
    case .fileVersion(let text): content = .version(text)
    case .graphDef(let bytes): content = .graph(Array(bytes))
    case .summary(let summary):
      var values: [SummaryValue] = []
      for value in summary.value {
        let named = value.metadata.pluginData.pluginName
        if !named.isEmpty { plugins[value.tag] = named }
        values.append(SummaryValue(value, plugin: plugins[value.tag] ?? ""))
      }
      content = .values(values)
    case .taggedRunMetadata(let run): content = .runMetadata(tag: run.tag, Array(run.runMetadata))
    case .sessionLog(let log): content = log.status == .start ? .sessionStart : .other
    case .metaGraphDef, nil: content = .other
    }
  }

  /// The bytes of the event's record.
  func serialized() throws(EventError) -> [UInt8] {
    var message = LogEvent()
    message.wallTime = time
    message.step = Int64(step)
    switch content {
    case .version(let text): message.fileVersion = text
    case .graph(let bytes): message.graphDef = .init(bytes)
    case .values(let values): message.summary = LogSummary.with { $0.value = values.map(\.message) }
    case .runMetadata(let tag, let bytes):
      message.taggedRunMetadata = LogTaggedRunMetadata.with {
        $0.tag = tag
        $0.runMetadata = .init(bytes)
      }
    case .sessionStart: message.sessionLog = LogSessionLog.with { $0.status = .start }
    case .other: throw EventError(.invalidArgument, "an event that was not read cannot be written")
    }
    do { return try message.serializedBytes() } catch {
      throw EventError(.invalidArgument, "the event cannot be written: \(error)")
    }
  }
}
