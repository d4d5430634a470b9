import WeftTensor

/// The binary files of CIFAR-10: records of a label and 32x32 pixels, red, green and blue planes.
///
/// ```swift
/// let images = try CIFAR10.read(contentsOf: ["data_batch_1.bin", "data_batch_2.bin"])
/// images.images.shape  // [20000, 32, 32, 3]
/// ```
public enum CIFAR10 {
  /// The class names, in the order of the labels.
  public static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  private static let plane = 32 * 32
  private static let record = 1 + 3 * plane

  /// The images of some files, one file after the other, with channels last.
  ///
  /// Throws ``DataError`` that names the file if it is not whole records of 3,073 bytes or a label is
  /// above 9.
  public static func read(contentsOf paths: [String]) throws(DataError) -> LabelledImages {
    var files: [(path: String, bytes: [UInt8])] = []
    for path in paths {
      let bytes = try translating { () throws(TensorError) in try File.read(path) }
      guard bytes.count % record == 0 else {
        throw DataError(
          "'\(path)': expected are records of \(record) bytes; found are \(bytes.count / record) and "
            + "\(bytes.count % record) bytes more")
      }
      files.append((path, bytes))
    }
    let count = files.reduce(0) { $0 + $1.bytes.count / record }
    var labels: [UInt8] = []
    labels.reserveCapacity(count)
    var images = try translating { () throws(TensorError) in
      try Tensor<UInt8>.zeros([count, 32, 32, 3])
    }
    for (path, bytes) in files {
      let first = labels.count
      for start in stride(from: 0, to: bytes.count, by: record) {
        guard bytes[start] < 10 else {
          throw DataError(
            "'\(path)': record \(start / record) has the label \(bytes[start]); the largest is 9")
        }
        labels.append(bytes[start])
      }
      images.withUnsafeMutableScalars { target in
        bytes.withUnsafeBufferPointer { source in
          for index in 0..<source.count / record {
            let from = index * record + 1
            let to = (first + index) * 3 * plane
            for pixel in 0..<plane {
              for channel in 0..<3 {
                target[to + 3 * pixel + channel] = source[from + channel * plane + pixel]
              }
            }
          }
        }
      }
    }
    return LabelledImages(checked: images, labels, classNames)
  }

  /// The training and test images in a folder with the six files of the original archive.
  ///
  /// Throws ``DataError`` that names the file that is missing or wrong.
  public static func load(folder: String) throws(DataError) -> (
    train: LabelledImages, test: LabelledImages
  ) {
    (
      try read(contentsOf: (1...5).map { "\(folder)/data_batch_\($0).bin" }),
      try read(contentsOf: ["\(folder)/test_batch.bin"])
    )
  }
}
