import Weft

/// A classifier's training from its initial values to its judgement by the test images.
public struct TrainingRun {
  public let settings: Settings
  public let parts: ImageParts
  public let scaling: PixelScaling
  /// Where progress is shown.
  public var screen = Screen.standard
  /// Whether to stop after the present step.
  public var isStopWished: () -> Bool = { Interruption.isWished }

  /// A run over images that are scaled in a certain way.
  public init(_ settings: Settings, on parts: ImageParts, scaling: PixelScaling) {
    self.settings = settings
    self.parts = parts
    self.scaling = scaling
  }

  /// Trains, and judges by the test images.
  ///
  /// Throws ``GraphError``, and ``ExampleError`` when the loss is no number any more.
  public func run() throws -> TrainingResult {
    let training = parts.train.dataset(scaling: scaling)
    let validation = parts.validation.dataset(scaling: scaling)
    let classifier = Classifier(
      settings, pixels: training.images.shape[1], classes: training.classNames.count)
    screen.line(classifier.graph.summary)
    screen.line()

    let device = settings.threads.map { CPUDevice(threads: $0) } ?? CPUDevice.shared
    let session = try Session(classifier.graph, device: device)
    try session.initializeVariables()
    let evaluation = try Evaluation(of: classifier, in: session)
    let step = try session.prepare(
      classifier.train, classifier.loss,
      feeding: classifier.images, classifier.labels, classifier.keep, classifier.beta)
    // The same step, with the accuracy on its own minibatch.
    let reportedStep = try session.prepare(
      classifier.train, classifier.loss, classifier.accuracy,
      feeding: classifier.images, classifier.labels, classifier.keep, classifier.beta)

    let steps = settings.length.steps(count: training.count, batchSize: settings.batchSize)
    let keep = Tensor(Float(settings.keep))
    let beta = Tensor(Float(settings.beta))
    let batches = batches(of: training)
    var result = TrainingResult(steps: steps)
    var progress = Progress(steps: steps, screen: screen)
    for index in 0..<steps {
      guard let batch = batches.next() else { break }
      let loss: Tensor<Float>
      let count = batch.labels.shape[0]
      if progress.isReported(index) {
        let accuracy: Tensor<Float>
        (_, loss, accuracy) = try reportedStep.run(batch.images, batch.labels, keep, beta)
        progress.trained(count)
        result.history.append(
          Checkpoint(
            step: index, loss: Double(loss.scalar ?? .nan),
            batchAccuracy: Double(accuracy.scalar ?? .nan),
            validationAccuracy: try progress.pausing {
              try evaluation.accuracy(on: validation)
            }))
        progress.report(result.history[result.history.count - 1])
      } else {
        (_, loss) = try step.run(batch.images, batch.labels, keep, beta)
        progress.trained(count)
        progress.show(step: index, loss: loss)
      }
      guard let value = loss.scalar, value.isFinite else {
        throw ExampleError(
          "step \(index): the loss is no finite number any more; try a smaller --learning-rate than "
            + Text.setting(settings.learningRate))
      }
      result.stepsDone = index + 1
      if isStopWished() { break }
    }
    result.seconds = progress.seconds
    result.imagesPerSecond = progress.imagesPerSecond
    result.validationAccuracy = try evaluation.accuracy(on: validation)
    let test = parts.test.dataset(scaling: scaling)
    result.predictions = try evaluation.predictions(for: test)
    result.testAccuracy = accuracy(of: result.predictions, on: test.classes)
    return result
  }

  private func batches(of training: ImageDataset) -> AnyIterator<Batch> {
    switch settings.order {
    case .offsets: AnyIterator(training.offsetBatches(of: settings.batchSize))
    case .shuffled:
      AnyIterator(
        training.endlessBatches(
          of: min(settings.batchSize, training.count),
          seed: UInt64(bitPattern: Int64(settings.seed))))
    }
  }
}

/// What was measured at one step.
public struct Checkpoint: Sendable, Equatable {
  public let step: Int
  public let loss: Double
  public let batchAccuracy: Double
  public let validationAccuracy: Double
}

/// What a training run gives.
public struct TrainingResult: Sendable {
  /// How many steps were planned.
  public let steps: Int
  /// How many steps were made: fewer after Ctrl-C.
  public var stepsDone = 0
  /// What was measured on the way.
  public var history: [Checkpoint] = []
  /// The time of training and of the measurements on the way.
  public var seconds = 0.0
  /// How fast training alone went.
  public var imagesPerSecond = 0.0
  public var validationAccuracy = 0.0
  public var testAccuracy = 0.0
  /// The class given to each test image.
  public var predictions: [Int] = []

  init(steps: Int) { self.steps = steps }
}
