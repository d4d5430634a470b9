import Foundation
import Weft

/// Runs a body with the path of an empty folder, which is removed afterwards.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appending(path: "weft-\(UUID())").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// Images of noise, all different, with classes in turn.
func noise(_ count: Int, seed: UInt32 = 1, size: [Int] = [28, 28]) throws -> LabelledImages {
  var state = seed
  let pixels = (0..<count * size.reduce(1, *)).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(state >> 24)
  }
  return try LabelledImages(
    images: Tensor(shape: [count] + size, scalars: pixels),
    labels: (0..<count).map { UInt8($0 % 10) }, classNames: LabelledImages.letters)
}
