import WeftCompiler

/// What a run takes, known before it is made: memory, arithmetic, launches.
///
/// ```swift
/// let report = try session.report(
///   train, loss, feeding: [x: images, labels: classes], memoryLimit: 1 << 30)
/// print(report)
/// report.largestBatch  // as many rows as fit into 1 GiB
/// ```
/// Bytes are those of tensors. What kernels take besides (partial sums, packed operands) and the
/// program itself are not in it.
public struct RunReport: Sendable {
  /// A tensor of the run.
  public struct LargeTensor: Sendable {
    /// The operation that makes it, the variable or the fed node.
    public let name: String
    /// Its type.
    public let type: TensorType
    /// Its size.
    public let bytes: Int
    /// Where it lies.
    public let storage: ExecutionPlan.Storage
    /// The Swift line that it goes back to.
    public let line: SourceLocation?
  }

  /// How many kernels the run launches.
  public let launches: Int
  /// The working memory of one run: intermediate values, which share places over time.
  public let arenaBytes: Int
  /// The variables that the run reads or writes.
  public let variableBytes: Int
  /// What is fed.
  public let feedBytes: Int
  /// What is given back.
  public let resultBytes: Int
  /// Constants of the plan.
  public let constantBytes: Int
  /// How many values a run copies from one device to another, feeds and results aside.
  public let copies: Int
  /// The bytes of those copies.
  public let copiedBytes: Int
  /// How many sums several devices compute together.
  public let sums: Int
  /// Memory that values have on their way from one device, or one part of the work, to another.
  public let slotBytes: Int
  /// What a run reads and writes, and its arithmetic.
  public let cost: StepCost
  /// The tensors that take most, views and updated variables counted once, the largest first.
  public let largestTensors: [LargeTensor]
  /// The memory limit that was asked about.
  public let memoryLimit: Int?
  /// The size of the dimension that fed nodes leave open, if there is one such size.
  public let batch: Int?
  /// The largest batch whose peak stays within the limit: 0 if none does, nil where no limit was
  /// given, no dimension is open, or memory does not grow with it.
  public let largestBatch: Int?

  /// All of it at once: the most memory that tensors take during the run.
  public var peakBytes: Int {
    arenaBytes + variableBytes + feedBytes + resultBytes + constantBytes + slotBytes
  }
  /// The bytes that the steps read and write.
  public var bytesMoved: Int { cost.bytes }
  /// The additions, multiplications and other functions of numbers.
  public var floatingPointOperations: Double { cost.floatingPointOperations }
}

extension RunReport {
  /// A plan of a question, with the numbers of the question's feeds that it takes.
  struct Source {
    let plan: ExecutionPlan
    let feeds: [Int]
  }

  init(
    _ outcome: CompiledQuestion, _ question: Question, limit: Int?, batch: Int?,
    largestBatch: Int?
  ) {
    let plans = outcome.sources.map(\.plan)
    launches = plans.reduce(0) { $0 + $1.steps.count }
    arenaBytes = plans.reduce(0) { $0 + $1.arenaByteCount }
    variableBytes = outcome.variables.reduce(0) { $0 + ($1.type.byteCount ?? 0) }
    let fed = Set(outcome.sources.flatMap(\.feeds))
    feedBytes = fed.reduce(0) { $0 + (question.feeds[$1].type.byteCount ?? 0) }
    resultBytes = plans.reduce(0) { total, plan in
      total + plan.fetches.reduce(0) { $0 + plan.values[$1].byteCount }
    }
    constantBytes = plans.reduce(0) { total, plan in
      total + plan.constants.reduce(0) { $0 + $1.byteCount }
    }
    cost = plans.reduce(StepCost()) { $0 + $1.cost }
    copies = outcome.transfers.count
    copiedBytes = outcome.transfers.reduce(0) { $0 + ($1.type.byteCount ?? 0) }
    sums = outcome.sums
    slotBytes = outcome.slotBytes
    memoryLimit = limit
    self.batch = batch
    self.largestBatch = largestBatch
    largestTensors = Self.tensors(outcome, question).sorted {
      ($1.bytes, $0.name) < ($0.bytes, $1.name)
    }
  }

  private static func tensors(_ outcome: CompiledQuestion, _ question: Question) -> [LargeTensor] {
    var tensors: [LargeTensor] = []
    func add(
      _ name: String, _ type: TensorType, _ storage: ExecutionPlan.Storage, _ line: SourceLocation?
    ) {
      tensors.append(
        LargeTensor(
          name: name, type: type, bytes: type.byteCount ?? 0, storage: storage, line: line))
    }
    for feed in Set(outcome.sources.flatMap(\.feeds)).sorted() {
      let operation = question.feeds[feed].output.operation
      add(operation.name, question.feeds[feed].type, .feed(feed), operation.origin.location)
    }
    for (position, variable) in outcome.variables.enumerated() {
      add(variable.name, variable.type, .variable(position), variable.location)
    }
    for plan in outcome.sources.map(\.plan) {
      for step in plan.steps {
        for output in step.outputs {
          let value = plan.values[output]
          if case .variable = value.storage { continue }
          add(step.name, value.type, value.storage, step.origin.location)
        }
      }
    }
    return tensors
  }
}

extension RunReport: CustomStringConvertible {
  /// The totals and the ten largest tensors.
  public var description: String {
    var lines = [
      "\(launches) launches, \(Quantity.scaled(floatingPointOperations, "FLOP")), "
        + "\(Quantity.bytes(bytesMoved)) moved",
      "peak \(Quantity.bytes(peakBytes)): variables \(Quantity.bytes(variableBytes)), working memory "
        + "\(Quantity.bytes(arenaBytes)), feeds \(Quantity.bytes(feedBytes)), results "
        + "\(Quantity.bytes(resultBytes)), constants \(Quantity.bytes(constantBytes))",
    ]
    if copies > 0 {
      lines.append(
        "\(copies) copies between devices, \(Quantity.bytes(copiedBytes)); memory for them "
          + Quantity.bytes(slotBytes))
    }
    if sums > 0 { lines.append("\(sums) sums over several devices") }
    if let memoryLimit {
      let fit =
        largestBatch.map { "a batch of \($0)" }
        ?? (peakBytes <= memoryLimit ? "the run, whatever the batch" : "nothing")
      lines.append("\(Quantity.bytes(memoryLimit)) hold \(fit)")
    }
    let rows = largestTensors.prefix(10).map {
      [
        Quantity.bytes($0.bytes), $0.name, "\($0.type)", "\($0.storage.label)",
        $0.line?.description ?? "",
      ]
    }
    return (lines + TextTable.lines(rows, rightAligned: 0..<1)).joined(separator: "\n")
  }
}

extension ExecutionPlan.Storage {
  fileprivate var label: String {
    switch self {
    case .arena: "working memory"
    case .variable: "variable"
    case .feed: "feed"
    case .fetch: "result"
    case .constant: "constant"
    }
  }
}
