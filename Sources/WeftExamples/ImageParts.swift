import Weft

/// The images of an example in three parts, and where they come from.
public struct ImageParts: Sendable {
  /// The images to learn from.
  public var train: LabelledImages
  /// The images to choose settings by.
  public var validation: LabelledImages
  /// The images that judge the result.
  public var test: LabelledImages
  /// Where they come from, for the first line of a run.
  public let source: String

  /// Three parts.
  public init(
    train: LabelledImages, validation: LabelledImages, test: LabelledImages, source: String
  ) {
    (self.train, self.validation, self.test) = (train, validation, test)
    self.source = source
  }

  /// Keeps only the first training images.
  ///
  /// Throws ``ExampleError`` if there are fewer.
  public mutating func limitTraining(to count: Int) throws(ExampleError) {
    guard count <= train.count else {
      throw ExampleError(
        "--train-count \(count): there are \(Text.grouped(train.count)) training images")
    }
    train = train.first(count)
  }

  /// One line with the three counts.
  public var description: String {
    let size = train.images.shape.dropFirst().map(String.init).joined(separator: "x")
    return
      "\(Text.grouped(train.count)) training, \(Text.grouped(validation.count)) validation and "
      + "\(Text.grouped(test.count)) test images of \(size) from \(source)"
  }

  /// Writes the parts as IDX files named as MNIST's, so that other programs can take the same ones.
  ///
  /// Throws ``DataError`` if a file cannot be written.
  public func export(to folder: String) throws {
    try Path.createFolder(folder)
    for (name, part) in [("train", train), ("valid", validation), ("test", test)] {
      try part.write(
        imagesFile: "\(folder)/\(name)-images-idx3-ubyte.gz",
        labelsFile: "\(folder)/\(name)-labels-idx1-ubyte.gz")
    }
  }
}
