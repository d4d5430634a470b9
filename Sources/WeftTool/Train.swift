import ArgumentParser
import Weft
import WeftExamples
import WeftTensorFlow

/// `weft train`: a training graph over a folder of images.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a graph on a folder of images.",
    discussion: """
      The folder holds IDX files named as MNIST's, or folders of PNG files named after the classes. \
      Images are fed as rows of pixels and labels one-hot, unless the placeholders say otherwise.
      """)

  @Argument(help: "The graph: a .pb or .pbtxt file.")
  var graph: String

  @Option(help: "The operation of a training step; may be given several times.")
  var target: [String]

  @Option(help: "What to print, as 'loss:0,accuracy:0'.")
  var fetch: String

  @Option(help: "The folder of images.")
  var data: String

  @Option(help: "The placeholder of the images; by default the first that is not a scalar.")
  var images: String?

  @Option(help: "The placeholder of the labels; by default the second that is not a scalar.")
  var labels: String?

  @Option(help: "A number for a scalar placeholder, as 'keep:0=0.5'; may be given several times.")
  var feed: [String] = []

  @Option(help: "'unit' feeds v / 255, 'centered' feeds (v - 127.5) / 255.")
  var scaling: String = "unit"

  @Option(help: "How many images a step takes.")
  var batchSize: Int = 128

  @Option(help: "How many steps.")
  var steps: Int = 3001

  @Option(help: "How many steps lie between two printed lines.")
  var every: Int = 500

  @Option(help: "Orders the images.")
  var seed: UInt64 = 0

  @Option(name: .customLong("init"), help: "The operation that initialises the variables.")
  var initializer: String?

  @Option(help: "A checkpoint to go on from.")
  var restore: String?

  @Option(help: "Where to save a checkpoint at the end.")
  var save: String?

  @OptionGroup var execution: ExecutionOptions

  func validate() throws {
    for (name, value) in [("batch-size", batchSize), ("steps", steps), ("every", every)]
    where value < 1 {
      throw ValidationError("--\(name) must be at least 1, not \(value)")
    }
    if !["unit", "centered"].contains(scaling) {
      throw ValidationError("--scaling is 'unit' or 'centered', not '\(scaling)'")
    }
    for text in feed where text.split(separator: "=").count != 2 {
      throw ValidationError("--feed takes 'keep:0=0.5', not '\(text)'")
    }
  }

  func run() throws {
    let model = try GraphImport(contentsOf: graph)
    let parts = try DataFolder.digits.load(data)
    print(parts.description)
    let built = Graph()
    let wanted = names(fetch)
    let scalars = feed.map { $0.split(separator: "=").map(String.init) }
    let asked = [initializer, images, labels].compactMap { $0 }
    let nodes = try model.add(
      to: built, outputs: wanted + target + asked + scalars.map { $0[0] })
    let (imageName, labelName) = try placeholders(of: model, in: nodes)
    let session = try execution.session(built)
    if let initializer {
      try session.run(try nodes.operation(initializer))
    } else if restore == nil {
      try session.initializeVariables()
    }
    if let restore { try Saver().restore(session, from: restore) }
    let (image, label) = (try nodes.output(imageName), try nodes.output(labelName))
    var constant = Feeds()
    for pair in scalars { try addScalar(pair[0], pair[1], nodes, &constant) }
    let outputs = try wanted.map { try nodes.output($0) }
    let targets = try target.map { try nodes.operation($0) }
    let isFlat = (image.type?.shape.rank ?? 2) == 2
    let set = parts.train.dataset(
      scaling: scaling == "unit" ? .unit : .centered, flattened: isFlat)
    var batches = set.endlessBatches(of: batchSize, seed: seed)
    for step in 0..<steps {
      guard let batch = batches.next() else { break }
      var feeds = constant
      feeds.feed(AnyFeed(image), try fitted(batch.images.erased, to: image))
      feeds.feed(AnyFeed(label), labels(batch.labels, for: label))
      let (values, _) = try session.run(outputs, targets, feeding: feeds)
      if step % every == 0 || step == steps - 1 {
        let shown = zip(wanted, values).map { "\($0) \(description(of: $1))" }
        print("step \(step)  " + shown.joined(separator: "  "))
      }
    }
    if let save { print("saved to '\(try Saver().save(session, to: save))'") }
  }

  /// The placeholders of images and labels: those named, else the first two that are not scalars
  /// among those that a step needs.
  private func placeholders(of model: GraphImport, in nodes: ImportedGraph) throws
    -> (images: String, labels: String)
  {
    let open = model.placeholders.filter { entry in
      nodes.operations[entry.name] != nil && entry.type.shape.rank != 0
    }.map { "\($0.name):0" }
    let others = open.filter { $0 != images && $0 != labels }
    guard let first = images ?? others.first,
      let second = labels ?? others.first(where: { $0 != first })
    else {
      throw GraphError(
        .invalidFeed, "a step does not need two placeholders that are not scalars",
        notes: ["name them with --images x:0 --labels y:0"])
    }
    return (first, second)
  }

  private func addScalar(
    _ name: String, _ text: String, _ nodes: ImportedGraph, _ feeds: inout Feeds
  ) throws {
    guard let number = Double(text) else { throw ValidationError("'\(text)' is no number") }
    let output = try nodes.output(name)
    let type = output.type?.dtype ?? .float32
    guard let value = number.tensor(as: type) ?? Int(exactly: number)?.tensor(as: type) else {
      throw GraphError(.invalidFeed, "'\(name)' takes \(type), not \(text)")
    }
    feeds.feed(AnyFeed(output), value)
  }

  /// Images with a last axis of one channel where the placeholder has it.
  private func fitted(_ images: AnyTensor, to output: Output) throws -> AnyTensor {
    guard output.type?.shape.rank == 4, images.shape.count == 3 else { return images }
    return try images.reshaped(images.shape + [1])
  }

  /// Labels one-hot, or as class numbers where the placeholder takes whole numbers.
  private func labels(_ oneHot: Tensor<Float>, for output: Output) -> AnyTensor {
    guard let type = output.type, type.dtype.isInteger else { return oneHot.erased }
    let width = oneHot.shape.last ?? 1
    let rows = stride(from: 0, to: oneHot.count, by: max(width, 1))
    let scalars = oneHot.scalars
    let classes = rows.map { row in (0..<width).first { scalars[row + $0] == 1 } ?? 0 }
    return AnyTensor(indices: classes, as: type.dtype)
  }
}
