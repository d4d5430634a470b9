import WeftCompiler

extension RunTrace {
  /// The trace in the Trace Event Format, for `chrome://tracing` and `ui.perfetto.dev`.
  ///
  /// Runs and steps are complete events ("ph": "X") on a row each, times in microseconds. Each step
  /// says its operation, its Swift lines, its results, its bytes and its arithmetic.
  public var chromeTrace: String {
    let steps = steps
    var devices: [String] = []
    for step in steps where !devices.contains(step.device) { devices.append(step.device) }
    // One device needs no name; several have a row each.
    let rows = ["runs"] + (devices.count > 1 ? devices.map { "steps on \($0)" } : ["steps"])
    var events = rows.enumerated().map { index, row in
      #"{"name": "thread_name", "ph": "M", "pid": 1, "tid": "#
        + "\(index + 1), \"args\": {\"name\": \(quoted(row))}}"
    }
    for (index, run) in runs.enumerated() {
      events.append(event("run \(index)", "run", 1, run.start, run.duration, []))
    }
    for step in steps {
      events.append(
        event(
          step.name, step.typeName, 2 + (devices.firstIndex(of: step.device) ?? 0), step.start,
          step.duration,
          [
            ("operation", quoted(step.typeName)), ("run", "\(step.run)"),
            ("lines", quoted(step.lines.map(\.description).joined(separator: ", "))),
            ("results", quoted(step.results.map(\.description).joined(separator: ", "))),
            ("bytes", "\(step.cost.bytes)"),
            ("floating point operations", "\(step.cost.floatingPointOperations)"),
          ]))
    }
    return "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n"
      + events.joined(separator: ",\n") + "\n]}\n"
  }

  /// Writes ``chromeTrace`` into a file.
  ///
  /// Throws ``TensorError`` that says why the file cannot be written.
  public func writeChromeTrace(to path: String) throws(TensorError) {
    try File.write(Array(chromeTrace.utf8), to: path)
  }

  private func event(
    _ name: String, _ category: String, _ row: Int, _ start: UInt64, _ duration: UInt64,
    _ arguments: [(String, String)]
  ) -> String {
    let details = arguments.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", ")
    return "{\"name\": \(quoted(name)), \"cat\": \(quoted(category)), \"ph\": \"X\", \"pid\": 1, "
      + "\"tid\": \(row), \"ts\": \(microseconds(start)), \"dur\": \(microseconds(duration)), "
      + "\"args\": {\(details)}}"
  }

  private func microseconds(_ nanoseconds: UInt64) -> String {
    let digits = String(nanoseconds % 1000)
    return "\(nanoseconds / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
  }

  /// A text as JSON writes it.
  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        result += "\\"
        result.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1f}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
