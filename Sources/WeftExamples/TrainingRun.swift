import Weft

/// A classifier's training from its initial values to its judgement by the test images.
public struct TrainingRun {
  /// What decides the numbers.
  public let settings: Settings
  /// The images.
  public let parts: ImageParts
  /// The folder of checkpoints: a run goes on from the latest one there, and saves its own.
  public var checkpointFolder: String?
  /// After how many steps a checkpoint is saved.
  public var saveEvery = 500
  /// The folder of the logs that TensorBoard shows.
  public var logFolder: String?
  /// Where the run is computed; nil for what the settings say.
  public var device: (any Device)?
  /// With ``device``: further devices that towers may ask for.
  public var others: [any Device] = []
  /// Where the model's summary goes.
  public var output: (String) -> Void = { print($0) }
  /// Where progress is shown.
  public var display = ProgressDisplay.standard

  /// A run over images.
  public init(_ settings: Settings, on parts: ImageParts) {
    self.settings = settings
    self.parts = parts
  }

  private func session(_ graph: Graph) throws(GraphError) -> Session {
    let configuration = SessionConfiguration(
      allowSoftPlacement: settings.allowsSoftPlacement,
      device: settings.device ?? SessionConfiguration.Environment.device)
    if let device {
      return try Session(graph, device: device, others: others, configuration: configuration)
    }
    if let threads = settings.threads {
      return try Session(
        graph, device: CPUDevice(threads: threads), configuration: configuration)
    }
    return try Session(graph, configuration: configuration)
  }

  /// Shows where each operation of a step of training runs.
  private func showPlacement(
    _ session: Session, _ classifier: Classifier, _ images: ImageDataset
  ) throws {
    let size = min(settings.batchSize, images.count)
    for batch in images.batches(of: size, shuffle: false) {
      let placement = try session.placement(
        of: [classifier.loss.output, classifier.trainingScores.output],
        targets: [classifier.train],
        feeding: [
          classifier.images: batch.images, classifier.labels: batch.labels,
          classifier.keep: Tensor(Float(settings.keep)),
          classifier.beta: Tensor(Float(settings.beta)),
        ])
      if let placement { output("\(placement)\n") }
      return
    }
  }

  /// Trains, and judges by the test images.
  ///
  /// Throws ``GraphError``, also when the loss is no finite number any more.
  public func run() throws -> TrainingResult {
    let training = parts.train.dataset(scaling: settings.scaling)
    let validation = parts.validation.dataset(scaling: settings.scaling)
    let test = parts.test.dataset(scaling: settings.scaling)
    let classifier = Classifier(
      settings, pixels: training.shape[1], classes: training.classNames.count)
    output(classifier.summary + "\n")

    let session = try session(classifier.graph)
    try session.initializeVariables()
    if !settings.towers.isEmpty { try showPlacement(session, classifier, training) }
    let records = try RunRecords(self, session, classifier)
    let step = try session.prepare(
      classifier.train, classifier.loss, classifier.trainingScores,
      feeding: classifier.images, classifier.labels, classifier.keep, classifier.beta)
    let evaluation = try session.prepare(classifier.scores, feeding: classifier.images)

    func judge(_ images: ImageDataset) throws -> (confusion: ConfusionMatrix, predictions: [Int]) {
      var confusion = ConfusionMatrix(classes: images.classNames)
      var predictions: [Int] = []
      for batch in images.batches(of: 1000, shuffle: false) {
        let scores = try evaluation.run(batch.images)
        guard scores.withUnsafeScalars({ $0.allSatisfy(\.isFinite) }) else { throw notFinite }
        try confusion.add(predictions: scores, labels: batch.labels)
        predictions += scores.rowMaxima
      }
      return (confusion, predictions)
    }

    let steps = settings.length.steps(count: training.count, batchSize: settings.batchSize)
    let size = min(settings.batchSize, training.count)
    let keep = Tensor(Float(settings.keep))
    let beta = Tensor(Float(settings.beta))
    let batches = batches(of: training, size: size, after: records.batchesTaken)
    var loop = TrainingLoop(steps: steps, batchSize: size, reportEvery: Self.interval(steps))
    loop.firstStep = records.firstStep
    loop.display = display
    loop.validation = { try judge(validation).confusion.accuracy }
    loop.onStep = { done, _ in
      try records.afterStep(done)
      return .proceed
    }
    loop.onReport = { progress in
      try records.log(progress)
      return .proceed
    }
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = try loop.run { _ in
      let (images, labels) = batches()
      let (_, loss, scores) = try step.run(images, labels, keep, beta)
      return TrainingStep(loss: loss, accuracy: try accuracy(scores, labels))
    }
    let seconds = (clock.now - start) / .seconds(1)
    try records.finish(outcome)

    let (confusion, predictions) = try judge(test)
    return TrainingResult(
      outcome: outcome, seconds: seconds, validation: try judge(validation).confusion.accuracy,
      confusion: confusion, predictions: predictions)
  }

  private var notFinite: GraphError {
    GraphError(
      .notFinite, "the scores are no finite numbers any more",
      notes: ["try a smaller --learning-rate than \(Text.setting(settings.learningRate))"])
  }

  /// Gives one minibatch after the other, without those that an earlier part of the run took.
  private func batches(of training: ImageDataset, size: Int, after taken: Int) -> () -> Batch {
    // There is at least one image: neither sequence ends.
    func all() -> Batch { (training.images, training.labels) }
    switch settings.order {
    case .offsets:
      var batches = training.offsetBatches(of: size)
      batches.skip(taken)
      return { batches.next() ?? all() }
    case .shuffled:
      let seed = UInt64(bitPattern: Int64(settings.seed))
      var batches = training.endlessBatches(of: size, seed: seed)
      batches.skip(taken)
      return { batches.next() ?? all() }
    }
  }

  /// 1, 2 or 5 times a power of ten, so that there are at most 20 reports.
  static func interval(_ steps: Int) -> Int {
    var unit = 1
    while true {
      for factor in [1, 2, 5] where steps / (unit * factor) <= 20 { return unit * factor }
      unit *= 10
    }
  }
}

/// What a training run gives.
public struct TrainingResult: Sendable {
  /// How the training went: the reports on the way, and why it ended.
  public let outcome: TrainingOutcome
  /// The time of training and of the measurements on the way.
  public let seconds: Double
  /// The accuracy on the validation images at the end.
  public let validation: Double
  /// How often test images of each class were given each class.
  public let confusion: ConfusionMatrix
  /// The class given to each test image.
  public let predictions: [Int]

  /// The accuracy on the test images.
  public var testAccuracy: Double { confusion.accuracy }
}

extension Tensor<Float> {
  /// The position of the first highest element of each row of a matrix.
  fileprivate var rowMaxima: [Int] {
    let columns = shape[1]
    return withUnsafeScalars { scalars in
      (0..<shape[0]).map { row in
        let values = scalars[row * columns..<(row + 1) * columns]
        return (values.indices.max { values[$0] < values[$1] } ?? values.startIndex)
          - values.startIndex
      }
    }
  }
}
