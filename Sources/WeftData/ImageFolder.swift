import WeftTensor

/// PNG images in folders named after their classes, as notMNIST comes: `A/…png` to `J/…png`.
///
/// ```swift
/// let found = try ImageFolder.read("notMNIST_small", height: 28, width: 28)
/// found.images.classCounts  // [1872, 1873, …]
/// found.warnings            // ["'A/RGVtb2NyYXRpY2FCb2xkT2xkc3R5bGUgQm9sZC50dGY=.png': …"]
/// ```
public enum ImageFolder {
  /// What a folder holds.
  public struct Contents: Sendable {
    /// The grey images, class by class, in the order of the file names.
    public let images: LabelledImages
    /// The files left out, each with the reason.
    public let warnings: [String]
  }

  /// Reads the images of a size below a folder; others and unreadable ones become warnings.
  ///
  /// The classes are the folders in the order of their names, or those given. Throws ``DataError``
  /// if the folder or that of a given class cannot be read, or if it holds no image at all.
  public static func read(
    _ path: String, height: Int, width: Int, classNames: [String]? = nil,
    limitPerClass: Int = .max
  ) throws(DataError) -> Contents {
    let found = try Folder.names(in: path).filter { Folder.isFolder(path + "/" + $0) }
    let names = classNames ?? found
    guard !names.isEmpty, names.count <= 256 else {
      throw DataError(
        "'\(path)': expected are 1 to 256 folders of images; found are \(names.count)")
    }
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    var warnings: [String] = []
    for (label, name) in names.enumerated() {
      var room = limitPerClass
      for file in try Folder.names(in: path + "/" + name) where file.hasSuffix(".png") && room > 0 {
        do throws(DataError) {
          let image = try PNG.read(contentsOf: "\(path)/\(name)/\(file)")
          guard image.shape == [height, width] else {
            throw DataError(
              "'\(path)/\(name)/\(file)': expected are \(height) x \(width) pixels; found are "
                + "\(image.shape[0]) x \(image.shape[1])")
          }
          image.withUnsafeScalars { pixels.append(contentsOf: $0) }
          labels.append(UInt8(label))
          room -= 1
        } catch {
          warnings.append(error.message)
        }
      }
    }
    guard !labels.isEmpty else {
      throw DataError(
        "'\(path)': no PNG image of \(height) x \(width) pixels in \(names); \(warnings.count) files "
          + "were left out" + (warnings.first.map { ", first " + $0 } ?? ""))
    }
    let images = try translating { () throws(TensorError) in
      try Tensor(shape: [labels.count, height, width], scalars: pixels)
    }
    return Contents(
      images: LabelledImages(checked: images, labels, names), warnings: warnings)
  }
}
