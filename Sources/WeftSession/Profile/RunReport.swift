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
  public var peakBytes: Int { arenaBytes + variableBytes + feedBytes + resultBytes + constantBytes }
  /// The bytes that the steps read and write.
  public var bytesMoved: Int { cost.bytes }
  /// The additions, multiplications and other functions of numbers.
  public var floatingPointOperations: Double { cost.floatingPointOperations }
}

extension RunReport {
  init(
    _ compiled: Pipeline.Result, _ question: Question, limit: Int?, batch: Int?,
    largestBatch: Int?
  ) {
    let plan = compiled.plan
    launches = plan.steps.count
    arenaBytes = plan.arenaByteCount
    variableBytes = compiled.variables.reduce(0) { $0 + ($1.type.byteCount ?? 0) }
    feedBytes = plan.feeds.reduce(0) { $0 + plan.values[$1].byteCount }
    resultBytes = plan.fetches.reduce(0) { $0 + plan.values[$1].byteCount }
    constantBytes = plan.constants.reduce(0) { $0 + $1.byteCount }
    cost = plan.cost
    memoryLimit = limit
    self.batch = batch
    self.largestBatch = largestBatch
    largestTensors = Self.tensors(compiled, question).sorted {
      ($1.bytes, $0.name) < ($0.bytes, $1.name)
    }
  }

  private static func tensors(_ compiled: Pipeline.Result, _ question: Question) -> [LargeTensor] {
    let plan = compiled.plan
    var tensors: [LargeTensor] = []
    func add(_ index: Int, _ name: String, _ line: SourceLocation?) {
      let value = plan.values[index]
      tensors.append(
        LargeTensor(
          name: name, type: value.type, bytes: value.byteCount, storage: value.storage, line: line))
    }
    for (position, value) in plan.feeds.enumerated() {
      let operation = question.feeds[position].output.operation
      add(value, operation.name, operation.origin.location)
    }
    for (position, variable) in compiled.variables.enumerated() {
      tensors.append(
        LargeTensor(
          name: variable.name, type: variable.type, bytes: variable.type.byteCount ?? 0,
          storage: .variable(position), line: variable.location))
    }
    for step in plan.steps {
      for output in step.outputs {
        if case .variable = plan.values[output].storage { continue }
        add(output, step.name, step.origin.location)
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
