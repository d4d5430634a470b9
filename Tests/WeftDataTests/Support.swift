import Foundation
import WeftTensor

@testable import WeftData

/// The optional folder of real data beside the repository, or where `WEFT_SHARED` points.
enum Shared {
  static let root: String = {
    if let given = ProcessInfo.processInfo.environment["WEFT_SHARED"] { return given }
    return URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared").path
  }()

  static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root + "/" + path)
  }

  static let hasMNIST = has("data/mnist/train-images-idx3-ubyte.gz")
  static let hasNotMNIST = has("data/notmnist/images-idx3-ubyte.gz")
  static let hasLetterFiles = has("data/notmnist-png/notMNIST_small")

  static func notMNIST() throws -> LabelledImages {
    try LabelledImages(
      imagesFile: root + "/data/notmnist/images-idx3-ubyte.gz",
      labelsFile: root + "/data/notmnist/labels-idx1-ubyte.gz",
      classNames: LabelledImages.letters)
  }
}

/// A folder that lives as long as the body runs.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appending(path: "weft-\(UUID())").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

func isInstalled(_ program: String) -> Bool {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
  }
}

/// Images of 2 x 3 pixels, image `i` filled with `value(i)`, label `i % classCount`.
func sampleImages(_ count: Int, classCount: Int = 3, value: (Int) -> Int = { $0 }) throws
  -> LabelledImages
{
  let pixels = (0..<count * 6).map { (position: Int) -> UInt8 in
    UInt8(truncatingIfNeeded: value(position / 6) >> (position % 6 == 5 ? 8 : 0))
  }
  return try LabelledImages(
    images: Tensor(shape: [count, 2, 3], scalars: pixels),
    labels: (0..<count).map { UInt8($0 % classCount) },
    classNames: (0..<classCount).map { "c\($0)" })
}

/// A curve that rises towards a limit, as accuracies do.
func saturating(_ limit: Double, _ gap: Double) -> [(x: Double, y: Double)] {
  (0..<100).map { step in
    let x = Double(step)
    return (x: x * 30, y: limit - gap / (x + 1))
  }
}
