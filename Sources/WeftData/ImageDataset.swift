import WeftTensor

/// Images and one-hot labels as a network takes them.
///
/// The images stay bytes, as they are in files: a quarter of the memory of numbers. Batches are scaled
/// when they are made.
///
/// ```swift
/// let training = parts.train.dataset(scaling: .centered)
/// for (images, labels) in training.batches(of: 128, seed: 1) {
///   try session.run(train, feeding: [x: images, y: labels])
/// }
/// ```
public struct ImageDataset: Sendable {
  /// `[count, pixels]`, or as the images were: `[count, height, width]` or with channels.
  private let pixels: Tensor<UInt8>
  /// How pixels become numbers.
  public let scaling: PixelScaling
  /// One-hot: `[count, classes]`, 1 at the class, else 0.
  public let labels: Tensor<Float>
  /// The class of each image.
  public let classes: [UInt8]
  /// The names of the classes.
  public let classNames: [String]

  init(
    pixels: Tensor<UInt8>, scaling: PixelScaling, labels: Tensor<Float>, classes: [UInt8],
    classNames: [String]
  ) {
    self.pixels = pixels
    self.scaling = scaling
    self.labels = labels
    self.classes = classes
    self.classNames = classNames
  }

  /// The number of images.
  public var count: Int { classes.count }

  /// The shape of all images together: `[count, pixels]`, or `[count, height, width]`, or with channels.
  public var shape: [Int] { pixels.shape }

  /// All images, scaled. They are made anew each time, and take four bytes a pixel: for training ask
  /// for batches.
  public var images: Tensor<Float> { scaled(pixels) }

  /// The first images, at most as many as there are.
  public func first(_ count: Int) -> ImageDataset {
    let count = min(max(count, 0), self.count)
    return ImageDataset(
      pixels: pixels[0..<count], scaling: scaling, labels: labels[0..<count],
      classes: Array(classes[..<count]), classNames: classNames)
  }

  /// The images at some indices, in that order. Traps out of range, as an array does.
  public func selecting(_ indices: [Int]) -> ImageDataset {
    ImageDataset(
      pixels: pixels.rows(indices), scaling: scaling, labels: labels.rows(indices),
      classes: indices.map { classes[$0] }, classNames: classNames)
  }

  /// The rows of a batch that starts at an offset, fewer at the end.
  func batch(at offset: Int, size: Int) -> Batch {
    let rows = offset..<min(offset + size, count)
    return (scaled(pixels[rows]), labels[rows])
  }

  /// The rows at some indices.
  func batch(_ indices: some Collection<Int>) -> Batch {
    (scaled(pixels.rows(indices)), labels.rows(indices))
  }

  private func scaled(_ pixels: Tensor<UInt8>) -> Tensor<Float> {
    let storage = TensorStorage(byteCount: pixels.count * MemoryLayout<Float>.stride)
    pixels.withUnsafeScalars {
      scaling.scale($0, into: storage.pointer.assumingMemoryBound(to: Float.self))
    }
    let erased = AnyTensor(dtype: .float32, shape: pixels.shape, storage: storage)
    // The type was given a line above.
    return erased.typed(Float.self) ?? Tensor([])
  }
}

extension LabelledImages {
  /// The images, each as one row of pixels unless `flattened` is false, and one-hot labels.
  public func dataset(scaling: PixelScaling, flattened: Bool = true) -> ImageDataset {
    let size = images.shape.dropFirst().reduce(1, *)
    let erased = AnyTensor(
      dtype: .uint8, shape: flattened ? [count, size] : images.shape,
      storage: images.erased.sharedStorage)
    return ImageDataset(
      pixels: erased.typed(UInt8.self) ?? images, scaling: scaling,
      labels: oneHot(labels, classCount: classNames.count), classes: labels,
      classNames: classNames)
  }
}

/// A row for each label with 1 at the label and 0 elsewhere: `[labels, classes]`.
///
/// A label beyond the classes gives a row of zeros.
public func oneHot(_ labels: [UInt8], classCount: Int) -> Tensor<Float> {
  let classCount = max(classCount, 0)
  var scalars = [Float](repeating: 0, count: labels.count * classCount)
  for (row, label) in labels.enumerated() where Int(label) < classCount {
    scalars[row * classCount + Int(label)] = 1
  }
  let storage = scalars.withUnsafeBytes { TensorStorage(copying: $0) }
  let erased = AnyTensor(dtype: .float32, shape: [labels.count, classCount], storage: storage)
  return erased.typed(Float.self) ?? Tensor([])
}
