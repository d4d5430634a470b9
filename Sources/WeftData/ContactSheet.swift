import WeftTensor

/// Many small images with captions in one picture.
///
/// ```swift
/// let sheet = try ContactSheet(misclassified: test, predictions: predictions)
/// try sheet.write(to: "misclassified.png")  // captions such as "I>J": an I taken for a J
/// ```
public struct ContactSheet: Sendable {
  /// An image and what stands below it.
  public struct Cell: Sendable {
    /// `[height, width]` or `[height, width, 3]`.
    public let image: Tensor<UInt8>
    /// Letters, digits and punctuation; small letters appear as capitals.
    public let caption: String

    /// A cell. Throws ``DataError`` if the image has another shape.
    public init(image: Tensor<UInt8>, caption: String) throws(DataError) {
      guard image.rank == 2 || (image.rank == 3 && image.shape[2] == 3) else {
        throw DataError(
          "an image has the shape [height, width] or [height, width, 3]; this one has "
            + "\(image.shape)")
      }
      self.image = image
      self.caption = caption
    }
  }

  /// The images, row by row.
  public var cells: [Cell]
  /// The images in a row, at least 1.
  public var columns: Int
  /// The factor by which images are enlarged, at least 1.
  public var scale: Int

  /// A picture of some cells.
  public init(cells: [Cell], columns: Int = 10, scale: Int = 2) {
    self.cells = cells
    self.columns = columns
    self.scale = scale
  }

  /// The images whose class was predicted wrongly, at most so many, captioned `true>predicted`.
  ///
  /// Throws ``DataError`` if there are not as many predictions as images.
  public init(
    misclassified images: LabelledImages, predictions: [Int], limit: Int = 100, columns: Int = 10,
    scale: Int = 2
  ) throws(DataError) {
    guard predictions.count == images.count else {
      throw DataError("there are \(images.count) images but \(predictions.count) predictions")
    }
    let names = images.classNames
    var cells: [Cell] = []
    for (index, prediction) in predictions.enumerated() where cells.count < limit {
      let label = Int(images.labels[index])
      guard label != prediction else { continue }
      let predicted = names.indices.contains(prediction) ? names[prediction] : "?"
      cells.append(try Cell(image: images[index], caption: "\(names[label])>\(predicted)"))
    }
    self.init(cells: cells, columns: columns, scale: scale)
  }

  /// The picture: `[height, width, 3]`. Without cells it says so.
  public func render() -> Tensor<UInt8> {
    let (columns, scale, gap) = (max(columns, 1), max(scale, 1), 4)
    guard !cells.isEmpty else {
      var canvas = Canvas(width: 68, height: 15)
      canvas.draw("no images", x: 7, y: 4)
      return canvas.image
    }
    let captionWidth = (cells.map(\.caption.count).max() ?? 0) * BitmapFont.advance
    let imageWidth = (cells.map { $0.image.shape[1] }.max() ?? 0) * scale
    let imageHeight = (cells.map { $0.image.shape[0] }.max() ?? 0) * scale
    let cellWidth = max(captionWidth, imageWidth) + gap
    let cellHeight = imageHeight + BitmapFont.height + 2 * gap
    let rows = (cells.count + columns - 1) / columns
    var canvas = Canvas(
      width: min(columns, cells.count) * cellWidth + gap, height: rows * cellHeight + gap,
      background: .lightGrey)
    for (index, cell) in cells.enumerated() {
      let x = gap + index % columns * cellWidth
      let y = gap + index / columns * cellHeight
      canvas.draw(cell.image, x: x, y: y, scale: scale)
      canvas.draw(cell.caption, x: x, y: y + imageHeight + gap / 2)
    }
    return canvas.image
  }

  /// Writes the picture as a PNG file.
  ///
  /// Throws ``DataError`` if the file cannot be written.
  public func write(to path: String) throws(DataError) { try PNG.write(render(), to: path) }
}
