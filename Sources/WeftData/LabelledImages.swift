import WeftTensor

/// Images of one size with a class for each, as they are in files: bytes from 0 to 255.
///
/// ```swift
/// let letters = try LabelledImages(
///   imagesFile: "images-idx3-ubyte.gz", labelsFile: "labels-idx1-ubyte.gz",
///   classNames: LabelledImages.letters)
/// let parts = try letters.split(train: 8000, validation: 1000, test: 1000, seed: 1)
/// let training = parts.train.dataset(scaling: .centered)
/// ```
public struct LabelledImages: Sendable, Equatable {
  /// `[count, height, width]`, or `[count, height, width, channels]`.
  public let images: Tensor<UInt8>
  /// The class of each image: an index into ``classNames``.
  public let labels: [UInt8]
  /// The names of the classes, by which their number is known.
  public let classNames: [String]

  /// The class names of MNIST: 0 to 9.
  public static let digits = (0...9).map(String.init)
  /// The class names of notMNIST: A to J.
  public static let letters = "ABCDEFGHIJ".map(String.init)

  /// Images and their classes.
  ///
  /// Throws ``DataError`` if the images are not of rank 3 or 4, if there are not as many labels as
  /// images, or if a label has no class name.
  public init(images: Tensor<UInt8>, labels: [UInt8], classNames: [String]) throws(DataError) {
    guard images.rank == 3 || images.rank == 4 else {
      throw DataError("images of rank 3 or 4 are expected; the shape is \(images.shape)")
    }
    guard images.shape[0] == labels.count else {
      throw DataError("there are \(images.shape[0]) images but \(labels.count) labels")
    }
    if let wrong = labels.firstIndex(where: { Int($0) >= classNames.count }) {
      throw DataError(
        "label \(wrong) is \(labels[wrong]); with \(classNames.count) classes the largest is "
          + "\(classNames.count - 1)")
    }
    self.init(checked: images, labels, classNames)
  }

  init(checked images: Tensor<UInt8>, _ labels: [UInt8], _ classNames: [String]) {
    self.images = images
    self.labels = labels
    self.classNames = classNames
  }

  /// Images and labels from two IDX files, plain or compressed.
  ///
  /// Throws ``DataError`` that names the file, and as ``init(images:labels:classNames:)`` does.
  public init(
    imagesFile: String, labelsFile: String, classNames: [String] = LabelledImages.digits
  ) throws(DataError) {
    let images = try IDX.read(contentsOf: imagesFile)
    let labels = try IDX.read(contentsOf: labelsFile)
    guard let pixels = images.typed(UInt8.self), pixels.rank == 3 || pixels.rank == 4 else {
      throw DataError(
        "'\(imagesFile)': expected are images of uint8, rank 3 or 4; found is \(images.dtype), shape "
          + "\(images.shape)")
    }
    guard let classes = labels.typed(UInt8.self), classes.rank == 1 else {
      throw DataError(
        "'\(labelsFile)': expected are labels of uint8, rank 1; found is \(labels.dtype), shape "
          + "\(labels.shape)")
    }
    guard pixels.shape[0] == classes.count else {
      throw DataError(
        "'\(imagesFile)' has \(pixels.shape[0]) images but '\(labelsFile)' has \(classes.count) "
          + "labels")
    }
    try self.init(images: pixels, labels: classes.scalars, classNames: classNames)
  }

  /// Writes two IDX files, compressed where the name ends in `.gz`.
  ///
  /// Throws ``DataError`` if a file cannot be written.
  public func write(imagesFile: String, labelsFile: String) throws(DataError) {
    try IDX.write(AnyTensor(images), to: imagesFile)
    try IDX.write(AnyTensor(Tensor(labels)), to: labelsFile)
  }

  /// The number of images.
  public var count: Int { labels.count }

  /// The number of images of each class.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels { counts[Int(label)] += 1 }
    return counts
  }

  /// One image: `[height, width]` or `[height, width, channels]`. Traps out of range, as an array.
  public subscript(index: Int) -> Tensor<UInt8> { images[index] }

  /// The images at some indices, in that order. Traps out of range, as an array does.
  public func selecting(_ indices: [Int]) -> LabelledImages {
    LabelledImages(checked: images.rows(indices), indices.map { labels[$0] }, classNames)
  }

  /// The first images, at most as many as there are.
  public func first(_ count: Int) -> LabelledImages {
    let count = min(max(count, 0), self.count)
    return LabelledImages(checked: images[0..<count], Array(labels[..<count]), classNames)
  }

  /// All images in an order that the seed decides.
  public func shuffled(seed: UInt64) -> LabelledImages {
    var generator = CounterGenerator(seed: seed)
    return selecting(generator.permutation(count))
  }
}

extension Tensor {
  /// The sub-tensors at some indices of the first dimension, copied whole.
  func rows(_ indices: some Collection<Int>) -> Tensor {
    var shape = self.shape
    precondition(
      indices.allSatisfy { $0 >= 0 && $0 < shape[0] }, "rows beyond a tensor of shape \(shape)")
    let rowBytes = shape[0] == 0 ? 0 : erased.byteCount / shape[0]
    shape[0] = indices.count
    let storage = TensorStorage(byteCount: rowBytes * indices.count)
    erased.withUnsafeBytes { source in
      guard let base = source.baseAddress, rowBytes > 0 else { return }
      var target = storage.pointer
      for index in indices {
        target.copyMemory(from: base + index * rowBytes, byteCount: rowBytes)
        target += rowBytes
      }
    }
    return Tensor(dtype: storage, shape: shape)
  }

  private init(dtype storage: TensorStorage, shape: [Int]) {
    let erased = AnyTensor(dtype: Scalar.dtype, shape: shape, storage: storage)
    // The type is the tensor's own.
    self = erased.typed(Scalar.self) ?? Tensor([])
  }
}
