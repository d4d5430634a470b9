import ArgumentParser
import Weft

extension ModelKind: ExpressibleByArgument {}
extension OptimizerKind: ExpressibleByArgument {}
extension PixelScaling: ExpressibleByArgument {}

/// The options that the examples share. What the user leaves out comes from the model's preset.
public struct TrainingOptions: ParsableArguments {
  @Option(help: "The network.")
  public var model: ModelKind?

  @Option(
    help: ArgumentHelp(
      "The units of the hidden layers, as in 512,256.", valueName: "counts"),
    transform: TrainingOptions.layers)
  public var hidden: [Int]?

  @Option(help: "The optimizer.")
  public var optimizer: OptimizerKind?

  @Option(
    help: ArgumentHelp("The step size.", valueName: "rate"))
  public var learningRate: Double?

  @Option(
    help: ArgumentHelp(
      "The weight penalty: beta times the sum of l2Loss(weights) is added to the loss.",
      valueName: "factor"))
  public var beta: Double?

  @Option(
    help: ArgumentHelp(
      "Dropout: the part of the hidden units that a training step keeps; 1 for all.",
      valueName: "part"))
  public var keep: Double?

  @Option(
    help: ArgumentHelp(
      """
      Classify by running averages of the weights, which keep this part of themselves in a training \
      step, as in 0.999; 0 for the weights themselves.
      """, valueName: "decay"))
  public var average: Double?

  @Option(help: ArgumentHelp("How many minibatches to train on.", valueName: "count"))
  public var steps: Int?

  @Option(
    help: ArgumentHelp(
      "Instead of --steps: how many times to go through the training images.",
      valueName: "count"))
  public var epochs: Int?

  @Option(help: ArgumentHelp("The images in a minibatch.", valueName: "count"))
  public var batchSize: Int?

  @Option(
    help: "What pixels of 0 to 255 become: 0 to 1, -0.5 to 0.5, -1 to 1, or what they are.")
  public var pixels: PixelScaling?

  @Option(
    help: ArgumentHelp(
      "Decides the first weights, dropout and the order of images. Equal seeds give equal numbers.",
      valueName: "number"))
  public var seed: Int = 1

  @Option(help: ArgumentHelp("Use only the first training images.", valueName: "count"))
  public var trainCount: Int?

  @Option(
    help: ArgumentHelp(
      """
      How many training images to hold back for validation where the folder has no part of its own \
      for that; by default 5,000, or a tenth if that is less.
      """, valueName: "count"))
  public var validationCount: Int?

  @Option(
    help: ArgumentHelp(
      """
      A folder of images: IDX files named as MNIST's, or images-idx3-ubyte.gz and \
      labels-idx1-ubyte.gz, or PNG files in a folder for each class. By default the images that \
      come with the package.
      """, valueName: "folder"))
  public var data: String?

  @Flag(help: "Fetch the original images once, and use them.")
  public var download = false

  @Option(
    help: ArgumentHelp(
      "How many threads to use; by default one for each processor.", valueName: "count"))
  public var threads: Int?

  @Option(
    help: ArgumentHelp(
      "The device, such as /gpu:0 or /cpu:0; by default the first GPU, and the CPU where there is none.",
      valueName: "name"))
  public var device: String?

  @Option(
    help: ArgumentHelp(
      """
      Train on several devices at once, as in /gpu:0,/gpu:1: each has a copy of the network and an \
      equal part of every minibatch; the first keeps the weights. Shows where each operation runs.
      """, valueName: "devices"),
    transform: TrainingOptions.names)
  public var towers: [String]?

  @Flag(help: "Let operations run elsewhere whose device is not there.")
  public var softPlacement = false

  @Option(
    help: ArgumentHelp(
      """
      Save the training into a folder of TensorFlow checkpoints, and go on from the latest one there. \
      A training that was interrupted gives the same numbers as one that was not.
      """, valueName: "folder"))
  public var checkpoint: String?

  @Option(
    help: ArgumentHelp(
      "With --checkpoint: after how many minibatches to save.", valueName: "count"))
  public var saveEvery: Int = 500

  @Option(help: ArgumentHelp("Write logs for TensorBoard.", valueName: "folder"))
  public var logDir: String?

  @Option(help: ArgumentHelp("Where to put the pictures.", valueName: "folder"))
  public var output: String?

  @Option(
    help: ArgumentHelp(
      "Write the three parts of the images as IDX files into a folder, and stop.",
      valueName: "folder"))
  public var exportSplit: String?

  /// No option given.
  public init() {}

  private static func layers(_ text: String) throws -> [Int] {
    let counts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard counts.allSatisfy({ (1...100_000).contains($0) }) else {
      throw ValidationError("'\(text)' is no list of numbers from 1 to 100,000, as in 512,256.")
    }
    return counts
  }

  private static func names(_ text: String) throws -> [String] {
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard names.allSatisfy({ $0.hasPrefix("/") }), Set(names).count == names.count else {
      throw ValidationError("'\(text)' is no list of different devices, as in /gpu:0,/gpu:1.")
    }
    return names
  }

  /// Refuses values that no run can have, in one line.
  public func validate() throws {
    func require(_ condition: Bool, _ option: String, _ rule: String) throws {
      if !condition { throw ValidationError("\(option) must be \(rule).") }
    }
    try require(
      (learningRate ?? 1) > 0 && (learningRate ?? 1).isFinite, "--learning-rate",
      "a number above 0")
    try require((beta ?? 0) >= 0 && (beta ?? 0).isFinite, "--beta", "0 or a number above it")
    try require((keep ?? 1) > 0 && (keep ?? 1) <= 1, "--keep", "above 0 and at most 1")
    try require((average ?? 0) >= 0 && (average ?? 0) < 1, "--average", "at least 0 and below 1")
    for (value, option) in [
      (steps, "--steps"), (epochs, "--epochs"), (batchSize, "--batch-size"),
      (trainCount, "--train-count"), (validationCount, "--validation-count"),
      (threads, "--threads"), (saveEvery, "--save-every"),
    ] {
      // The bound keeps products of these numbers within the range of whole numbers.
      try require((1...1_000_000_000).contains(value ?? 1), option, "1 to 1,000,000,000")
    }
    try require(threads ?? 1 <= 1024, "--threads", "1 to 1024")
    if steps != nil, epochs != nil {
      throw ValidationError("--steps and --epochs exclude each other.")
    }
    if threads != nil, device.map({ !$0.lowercased().contains("cpu") }) ?? false {
      throw ValidationError("--threads is for the CPU, not for --device \(device ?? "").")
    }
    if threads != nil, towers != nil {
      throw ValidationError("--threads and --towers exclude each other.")
    }
    if data != nil, download { throw ValidationError("--data and --download exclude each other.") }
  }

  /// The preset of the chosen model with what the user said.
  public func settings(_ preset: (ModelKind) -> Settings, model standard: ModelKind) throws
    -> Settings
  {
    var settings = preset(model ?? standard)
    if let optimizer, optimizer != settings.optimizer {
      // The preset's rate and its decay are made for the preset's optimizer.
      settings.optimizer = optimizer
      settings.learningRate = optimizer.usualLearningRate
      settings.decay = nil
    }
    if let hidden {
      guard settings.model != .logistic else {
        throw ValidationError("--hidden is for networks with hidden units: try --model mlp.")
      }
      settings.hidden = hidden
    }
    if let learningRate { settings.learningRate = learningRate }
    if let beta { settings.beta = beta }
    if let keep { settings.keep = keep }
    if settings.hidden.isEmpty, settings.keep < 1 {
      throw ValidationError("--keep is for networks with hidden units: try --model mlp.")
    }
    if let average { settings.averaging = average > 0 ? average : nil }
    if let steps { settings.length = .steps(steps) }
    if let epochs { settings.length = .epochs(epochs) }
    if let batchSize { settings.batchSize = batchSize }
    if let pixels { settings.scaling = pixels }
    if let towers {
      guard settings.batchSize % towers.count == 0 else {
        throw ValidationError(
          "--towers: a batch of \(settings.batchSize) has no \(towers.count) equal parts; "
            + "choose another --batch-size.")
      }
      settings.towers = towers
    }
    settings.allowsSoftPlacement = softPlacement
    settings.seed = seed
    settings.trainCount = trainCount
    settings.threads = threads
    settings.device = device
    return settings
  }

  /// The images that the options name.
  ///
  /// - Parameter fetch: gives the folder of the original images, fetched if need be.
  public func images(
    from folder: DataFolder, fetch: ((Download.Progress) -> Void) throws -> String
  ) throws -> ImageParts {
    var folder = folder
    folder.validationCount = validationCount
    var parts: ImageParts
    if download {
      parts = try folder.load(try fetch(showDownload))
    } else if let data {
      parts = try folder.load(data)
    } else {
      parts = try folder.loadBundled()
    }
    if let trainCount { try parts.limitTraining(to: trainCount) }
    return parts
  }

  private func showDownload(_ progress: Download.Progress) {
    guard let total = progress.total, progress.received == total else { return }
    print("fetched \(progress.name), \(Text.grouped(total)) bytes")
  }
}
