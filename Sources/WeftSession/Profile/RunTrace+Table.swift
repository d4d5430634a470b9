import WeftCompiler

extension RunTrace {
  /// By what steps are put together in a table.
  public enum Grouping: Sendable {
    /// Each operation a row.
    case operation
    /// Each type of operation a row.
    case type
    /// Each Swift line a row. A step made of operations of several lines counts for the first.
    case line
  }

  /// Steps put together.
  public struct Group: Sendable {
    /// The operation, the type or the line.
    public let label: String
    /// The Swift line that it goes back to.
    public let line: SourceLocation?
    /// The type of the operation; empty where there are several.
    public let typeName: String
    /// How many steps.
    public let count: Int
    /// How long they took together, in nanoseconds.
    public let duration: UInt64
    /// Their bytes and arithmetic together.
    public let cost: StepCost
  }

  /// The steps put together, those that took longest first.
  public func groups(by grouping: Grouping = .operation) -> [Group] {
    var groups: [String: Group] = [:]
    for step in steps {
      let label =
        switch grouping {
        case .operation: step.name
        case .type: step.typeName
        case .line: step.lines.first?.description ?? "unknown line"
        }
      let known = groups[label]
      groups[label] = Group(
        label: label, line: known?.line ?? step.lines.first,
        typeName: known.map { $0.typeName == step.typeName ? $0.typeName : "" } ?? step.typeName,
        count: (known?.count ?? 0) + 1, duration: (known?.duration ?? 0) + step.duration,
        cost: (known?.cost ?? StepCost()) + step.cost)
    }
    return groups.values.sorted { ($1.duration, $0.label) < ($0.duration, $1.label) }
  }

  /// The groups that took longest, as text: time a run, share, rate of arithmetic and of memory.
  public func table(by grouping: Grouping = .operation, limit: Int = 10) -> String {
    let all = groups(by: grouping)
    let runs = Double(max(runCount, 1))
    let total = Double(duration)
    var rows = [["time/run", "share", "calls", "FLOP/s", "bytes/s", "step", "operation", "line"]]
    for group in all.prefix(max(limit, 0)) {
      let time = Double(group.duration)
      let share = total > 0 ? time / total * 100 : 0
      rows.append([
        Quantity.time(time / runs), Quantity.rounded(share, places: 1) + "%",
        "\(group.count)", rate(group.cost.floatingPointOperations, time, "FLOP/s"),
        rate(Double(group.cost.bytes), time, "B/s"), group.label, group.typeName,
        group.line?.description ?? "",
      ])
    }
    // The label says it already.
    let dropped: Int? =
      switch grouping {
      case .operation: nil
      case .type: 6
      case .line: 7
      }
    if let dropped { for index in rows.indices { rows[index].remove(at: dropped) } }
    let inside = all.reduce(0.0) { $0 + Double($1.duration) }
    let left = all.count - min(all.count, max(limit, 0))
    var lines = [
      "\(runCount) runs, \(Quantity.time(total / runs)) a run, "
        + "\(Quantity.rounded(total > 0 ? inside / total * 100 : 0, places: 1))% of it in steps"
    ]
    lines += TextTable.lines(rows, rightAligned: 0..<5)
    if left > 0 { lines.append("and \(left) more") }
    return lines.joined(separator: "\n")
  }

  private func rate(_ amount: Double, _ nanoseconds: Double, _ unit: String) -> String {
    nanoseconds > 0 ? Quantity.scaled(amount / nanoseconds * 1e9, unit) : ""
  }
}

extension RunTrace: CustomStringConvertible {
  /// The ten steps that took longest.
  public var description: String { table() }
}
