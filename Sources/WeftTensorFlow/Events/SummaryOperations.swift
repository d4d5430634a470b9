import WeftOps

/// A summary in a graph. Its output is its input, unchanged: there is no element type for text here, so
/// the operation marks what is to be shown, and ``SummaryNode`` makes the values of it on the host.
///
/// The type names and attributes are TensorFlow's; its operations have a further input, the tag, which is
/// an attribute here.
protocol SummaryDefinition: OpDefinition {
  /// The tag; nil for the operation's name.
  var tag: String? { get }
  /// The same summary under a tag of its own.
  func tagged(_ tag: String) -> any OpDefinition
  /// The values to be shown of a tensor that has passed the shape rule.
  func values(_ tensor: AnyTensor, tag: String) -> [SummaryValue]
}

extension SummaryDefinition {
  public var aliasing: Aliasing { .view(of: 0) }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [context.inputs[0]] }
  var tagAttribute: [Attribute] { tag.map { [Attribute("tag", .string($0))] } ?? [] }
}

/// TensorFlow's `ScalarSummary`: marks a number to be shown.
public struct ScalarSummary: SummaryDefinition {
  public static let typeName = "ScalarSummary"
  /// The tag; nil for the operation's name.
  public let tag: String?
  public init(tag: String? = nil) { self.tag = tag }
  public var attributes: [Attribute] { tagAttribute }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let type = context.inputs[0]
    guard type.dtype.numericType != nil else {
      throw OpFailure("a summary shows numbers, not \(type.dtype)", code: .invalidType)
    }
    if let count = type.shape.elementCount, count != 1 {
      throw OpFailure("shows one number, was given \(type.shape)", code: .invalidShape)
    }
    return [type]
  }
  func tagged(_ tag: String) -> any OpDefinition { ScalarSummary(tag: tag) }
  func values(_ tensor: AnyTensor, tag: String) -> [SummaryValue] {
    tensor.doubles.first.map { [.scalar(tag, Float($0))] } ?? []
  }
}

/// TensorFlow's `HistogramSummary`: marks numbers whose distribution is to be shown.
public struct HistogramSummary: SummaryDefinition {
  public static let typeName = "HistogramSummary"
  /// The tag; nil for the operation's name.
  public let tag: String?
  public init(tag: String? = nil) { self.tag = tag }
  public var attributes: [Attribute] { tagAttribute }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let type = context.inputs[0]
    guard type.dtype.numericType != nil else {
      throw OpFailure("a summary shows numbers, not \(type.dtype)", code: .invalidType)
    }
    return [type]
  }
  func tagged(_ tag: String) -> any OpDefinition { HistogramSummary(tag: tag) }
  func values(_ tensor: AnyTensor, tag: String) -> [SummaryValue] { [.histogram(tag, tensor)] }
}

/// TensorFlow's `ImageSummary`: marks images to be shown.
public struct ImageSummary: SummaryDefinition {
  public static let typeName = "ImageSummary"
  /// The tag; nil for the operation's name.
  public let tag: String?
  /// How many images are shown at most.
  public let maxImages: Int
  public init(tag: String? = nil, maxImages: Int = 3) {
    self.tag = tag
    self.maxImages = maxImages
  }
  public var attributes: [Attribute] { [Attribute("max_images", .int(maxImages))] + tagAttribute }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let type = context.inputs[0]
    guard type.dtype == .uint8 || type.dtype == .float32 else {
      throw OpFailure("images are of uint8 or float32, not \(type.dtype)", code: .invalidType)
    }
    guard maxImages > 0 else { throw OpFailure("at most \(maxImages) images would be shown") }
    guard let dimensions = type.shape.dimensions else { return [type] }
    let fits =
      dimensions.count == 4 && [1, 3, nil].contains(dimensions[3])
      && dimensions[1...2].allSatisfy { (1...1_000_000).contains($0 ?? 1) }
    guard fits else {
      throw OpFailure(
        "images have the shape [count, height, width, 1 or 3], not \(type.shape)",
        code: .invalidShape)
    }
    return [type]
  }
  func tagged(_ tag: String) -> any OpDefinition { ImageSummary(tag: tag, maxImages: maxImages) }
  func values(_ tensor: AnyTensor, tag: String) -> [SummaryValue] {
    // The shape rule has admitted it.
    (try? SummaryValue.images(tag, tensor, maxOutputs: maxImages)) ?? []
  }
}

/// TensorFlow's `MergeSummary`, as a file has it; in a graph an operation without effect waits for the
/// summaries, and ``ImportedGraph/summary(_:)`` gives them.
struct MergeSummary: OpDefinition {
  static let typeName = "MergeSummary"
  func outputTypes(_ context: InferenceContext) -> [TensorType] { [] }
  func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [] }
}
