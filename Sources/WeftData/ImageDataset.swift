import WeftTensor

/// How pixels from 0 to 255 become numbers for a network.
public enum PixelScaling: Sendable, Hashable {
  /// `v / 255`, from 0 to 1, as MNIST is usually fed.
  case unit
  /// `(v - 127.5) / 255`, from -0.5 to 0.5, as notMNIST is usually fed.
  case centered
  /// `(v - 127.5) / 127.5`, from -1 to 1.
  case signed
  /// `v` itself.
  case none

  /// The number that each byte becomes, computed in `Double` and rounded once.
  public var table: [Float] {
    (0...255).map { byte in
      let value = Double(byte)
      switch self {
      case .unit: return Float(value / 255)
      case .centered: return Float((value - 127.5) / 255)
      case .signed: return Float((value - 127.5) / 127.5)
      case .none: return Float(value)
      }
    }
  }
}

/// Images and one-hot labels as a network takes them.
///
/// ```swift
/// let training = parts.train.dataset(scaling: .centered)
/// for (images, labels) in training.batches(of: 128, seed: 1) {
///   try session.run(train, feeding: [x: images, y: labels])
/// }
/// ```
public struct ImageDataset: Sendable {
  /// `[count, pixels]`, or as the images were: `[count, height, width]` or with channels.
  public let images: Tensor<Float>
  /// One-hot: `[count, classes]`, 1 at the class, else 0.
  public let labels: Tensor<Float>
  /// The class of each image.
  public let classes: [UInt8]
  /// The names of the classes.
  public let classNames: [String]

  /// The number of images.
  public var count: Int { classes.count }

  /// The first images, at most as many as there are.
  public func first(_ count: Int) -> ImageDataset {
    let count = min(max(count, 0), self.count)
    return ImageDataset(
      images: images[0..<count], labels: labels[0..<count], classes: Array(classes[..<count]),
      classNames: classNames)
  }

  /// The images at some indices, in that order. Traps out of range, as an array does.
  public func selecting(_ indices: [Int]) -> ImageDataset {
    ImageDataset(
      images: images.rows(indices), labels: labels.rows(indices),
      classes: indices.map { classes[$0] }, classNames: classNames)
  }
}

extension LabelledImages {
  /// The images scaled, each as one row of pixels unless `flattened` is false, and one-hot labels.
  public func dataset(scaling: PixelScaling, flattened: Bool = true) -> ImageDataset {
    let pixels = images.shape.dropFirst().reduce(1, *)
    let storage = TensorStorage(byteCount: images.count * MemoryLayout<Float>.stride)
    let target = storage.pointer.assumingMemoryBound(to: Float.self)
    scaling.table.withUnsafeBufferPointer { table in
      images.withUnsafeScalars { source in
        for index in source.indices { target[index] = table[Int(source[index])] }
      }
    }
    let erased = AnyTensor(
      dtype: .float32, shape: flattened ? [count, pixels] : images.shape, storage: storage)
    return ImageDataset(
      images: erased.typed(Float.self) ?? Tensor([]),
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
