import Weft
import WeftTensorFlow

/// What event files say: their tags with the steps and last values.
func eventInspection(_ paths: [String], listsEvents: Bool) throws -> Inspection {
  var tags = EventTags()
  var lines: [[String]] = []
  var damage: [String] = []
  for path in paths {
    var reader = try EventReader(contentsOf: path)
    let (events, error) = reader.remaining()
    for event in events {
      tags.add(event)
      if listsEvents { lines.append(["\(event.step)", description(of: event.content)]) }
    }
    // A file whose writer is at work ends in the middle of a record.
    if let error { damage.append(error.message) }
  }
  let count = paths.count == 1 ? "'\(paths[0])'" : "\(paths.count) files beside '\(paths[0])'"
  return Inspection(
    title: "log \(count)",
    tables: [
      Table(heading: "tag", rows: tags.rows, numbers: [2]),
      Table(heading: "event", rows: lines, numbers: [0]),
      Table(heading: "damaged file", rows: damage.map { [$0] }),
    ],
    total: "\(tags.eventCount) events, steps \(tags.steps), \(tags.restarts) session starts")
}

/// The tags of a log, in the order in which they came.
private struct EventTags {
  private struct Entry {
    var kind: String
    var count = 0
    var first = 0
    var last = 0
    var value = ""
  }

  private var entries: [String: Entry] = [:]
  private var order: [String] = []
  private var range: ClosedRange<Int>?
  private(set) var eventCount = 0
  private(set) var restarts = 0

  var steps: String { range.map { "\($0.lowerBound) to \($0.upperBound)" } ?? "none" }

  var rows: [[String]] {
    order.compactMap { tag in
      entries[tag].map { entry in
        [tag, entry.kind, "\(entry.count)", "steps \(entry.first) to \(entry.last)", entry.value]
      }
    }
  }

  mutating func add(_ event: Event) {
    eventCount += 1
    let first = min(range?.lowerBound ?? event.step, event.step)
    range = first...max(range?.upperBound ?? event.step, event.step)
    switch event.content {
    case .values(let values):
      for value in values { add(value.tag, event.step, kind(of: value.content)) }
    case .graph(let bytes): add("(graph)", event.step, ("graph", size(bytes.count)))
    case .runMetadata(let tag, let bytes):
      add(tag, event.step, ("run metadata", size(bytes.count)))
    case .sessionStart: restarts += 1
    case .version, .other: break
    }
  }

  private mutating func add(_ tag: String, _ step: Int, _ what: (kind: String, value: String)) {
    let key = "\(tag)"
    if entries[key] == nil {
      order.append(key)
      entries[key] = Entry(kind: what.kind, first: step)
    }
    entries[key]?.count += 1
    entries[key]?.last = step
    entries[key]?.value = what.value
  }
}

/// The kind of a value and the value in a few words.
func kind(of content: SummaryValue.Content) -> (kind: String, value: String) {
  switch content {
  case .scalar(let value): ("scalar", "last \(value)")
  case .histogram(let histogram):
    ("histogram", "last from \(histogram.minimum) to \(histogram.maximum)")
  case .image(let width, let height, let channels, _):
    ("image", "\(width) x \(height), \(channels == 1 ? "grey" : "\(channels) channels")")
  case .text(let texts): ("text", String((texts.first ?? "").prefix(40)))
  case .hyperParameters: ("hyper-parameters", "")
  case .other(let plugin): (plugin.isEmpty ? "other" : plugin, "")
  }
}

private func description(of content: Event.Content) -> String {
  switch content {
  case .version(let text): "version \(text)"
  case .values(let values):
    values.map { value in
      let (kind, text) = kind(of: value.content)
      return "\(value.tag) \(kind) \(text)"
    }.joined(separator: "; ")
  case .graph(let bytes): "graph, \(size(bytes.count))"
  case .runMetadata(let tag, let bytes): "run metadata '\(tag)', \(size(bytes.count))"
  case .sessionStart: "session start"
  case .other: "something that is not read here"
  }
}

/// A value of a summary in a few words.
func shown(_ content: SummaryValue.Content) -> String {
  if case .scalar(let value) = content { return "\(value)" }
  let (kind, value) = kind(of: content)
  return "(\(kind) \(value))"
}
