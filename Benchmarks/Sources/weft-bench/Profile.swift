import Weft

extension Workload {
  /// Prints what a step takes before it is run, and where its time goes when it is.
  ///
  /// - Parameter file: where the trace is written for a browser; nothing where empty.
  func profile(_ batch: Batch, steps: Int, file: String) throws {
    let model = model()
    let session = try Session(model.graph)
    try session.initializeVariables()
    print(
      try session.report(
        model.train, model.loss, model.prediction,
        feeding: [model.x: batch.images, model.labels: batch.labels]))
    let step = try session.prepare(
      model.train, model.loss, model.prediction, feeding: model.x, model.labels)
    for _ in 0..<20 { _ = try step.run(batch.images, batch.labels) }
    let trace = RunTrace()
    for _ in 0..<steps { _ = try step.run(batch.images, batch.labels, trace: trace) }
    print(trace.table(limit: 40))
    print(trace.table(by: .line, limit: 10))
    if !file.isEmpty { try trace.writeChromeTrace(to: file) }
  }
}
