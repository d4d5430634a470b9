import WeftCompiler

extension Session {
  /// What a run would take, without making it.
  ///
  /// With a memory limit also the largest batch that fits: the size of the leading dimension that the
  /// fed nodes leave open is varied, and the plan made for each candidate.
  ///
  /// Throws ``GraphError`` as ``run(_:feeding:trace:)`` does, and where the question is answered in
  /// stages because a shape depends on data.
  public func report<each F: Fetchable>(
    _ fetches: repeat each F, feeding feeds: Feeds = [:], memoryLimit: Int? = nil
  ) throws(GraphError) -> RunReport {
    var list = FetchList()
    repeat (each fetches).collect(into: &list)
    return try report(on: list, feeds, memoryLimit)
  }

  private func report(on list: FetchList, _ feeds: Feeds, _ limit: Int?) throws(GraphError)
    -> RunReport
  {
    try graph.validate()
    try checkOpen()
    let values = try feeds.checked(for: graph)
    let question = try question(list, values.map { ($0.output, $0.value.type) })
    let compiled = try compiledWithoutDevice(question)
    let search = BatchSearch(question)
    var largest: Int?
    if let search, let limit {
      largest = try search.largest(within: limit) { (candidate) throws(GraphError) -> Int in
        try RunReport(
          compiledWithoutDevice(candidate), candidate, limit: nil, batch: nil, largestBatch: nil
        ).peakBytes
      }
    }
    return RunReport(
      compiled, question, limit: limit, batch: search?.batch, largestBatch: largest)
  }

  private func compiledWithoutDevice(_ question: Question) throws(GraphError) -> CompiledQuestion {
    switch try configuration.pipeline.compile(
      question, variables: variablesByReference, devices: deviceChoice, stream: { _, _, _ in 0 })
    {
    case .compiled(let compiled, _):
      return CompiledQuestion(
        sources: [
          RunReport.Source(plan: compiled.plan, feeds: Array(compiled.plan.feeds.indices))
        ], variables: compiled.variables)
    case .partitioned(let plan):
      return CompiledQuestion(
        sources: plan.tasks.compactMap(\.part).map {
          RunReport.Source(plan: $0.plan, feeds: $0.feeds)
        }, variables: plan.variables, transfers: plan.tasks.flatMap(\.transfers),
        sums: plan.tasks.reduce(0) { $0 + $1.sums.count },
        slotBytes: plan.slots.reduce(0) { $0 + $1.byteCount })
    case .boundary(let boundary):
      throw GraphError(
        .unsupported, "the shape of its result depends on data: the run has stages",
        subject: boundary.operation.subject, location: boundary.operation.origin.location,
        notes: ["ask for a report of what comes before it, or after it with its result fed"])
    }
  }
}

/// The plans of a question, and what lies between them.
struct CompiledQuestion {
  let sources: [RunReport.Source]
  let variables: [AnyVariable]
  var transfers: [PartitionedPlan.Transfer] = []
  var sums = 0
  var slotBytes = 0
}

/// Looks for the largest size of the open leading dimension that keeps within a limit.
struct BatchSearch {
  /// The size that was fed.
  let batch: Int
  private let question: Question
  private let open: [Bool]

  /// Nil where no fed node leaves its leading dimension open, or several do for different sizes.
  init?(_ question: Question) {
    var sizes: Set<Int> = []
    open = question.feeds.map { feed in
      guard let declared = feed.output.type?.shape, let size = feed.type.shape.complete?.first,
        declared.rank == nil || declared[0] == nil
      else { return false }
      sizes.insert(size)
      return true
    }
    guard sizes.count == 1, let batch = sizes.first, batch > 0 else { return nil }
    self.batch = batch
    self.question = question
  }

  private func question(batch: Int) -> Question {
    var result = question
    for index in result.feeds.indices where open[index] {
      let type = result.feeds[index].type
      let rest = (type.shape.complete ?? []).dropFirst()
      result.feeds[index].type = TensorType(type.dtype, TensorShape([batch] + rest))
    }
    return result
  }

  /// The largest batch whose peak is within the limit; nil if memory does not grow with the batch.
  ///
  /// Memory is taken to grow with the batch; a size that no tensor can have does not fit.
  func largest(within limit: Int, peak: (Question) throws(GraphError) -> Int) throws(GraphError)
    -> Int?
  {
    func fits(_ size: Int) throws(GraphError) -> Bool {
      do throws(GraphError) { return try peak(question(batch: size)) <= limit } catch {
        // The shapes were legal for the batch that was fed.
        if size > batch { return false }
        throw error
      }
    }
    var low = 0
    var high = 1
    while try fits(high) {
      low = high
      // Far above any memory: it does not grow.
      if high > 1 << 44 { return nil }
      high *= 2
    }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if try fits(middle) { low = middle } else { high = middle }
    }
    return low
  }
}
