import CPNG
import WeftTensor

/// Portable Network Graphics: grey and colour images as tensors of bytes.
///
/// ```swift
/// let letter = try PNG.read(contentsOf: "A.png", as: .grey)  // [28, 28]
/// try PNG.write(letter, to: "copy.png")
/// ```
public enum PNG {
  /// What the pixels of an image are read as.
  public enum Colors: Sendable, Hashable {
    /// One number each: the shape is `[height, width]`.
    case grey
    /// Red, green and blue: the shape is `[height, width, 3]`.
    case rgb
  }

  /// No image of more pixels is read: a small file may declare any size.
  public static let largestPixelCount = 1 << 26

  /// An image file; transparency is shown on black, 16 bits become 8.
  ///
  /// Throws ``DataError`` that names the file if it cannot be read as an image.
  public static func read(contentsOf path: String, as colors: Colors = .grey) throws(DataError)
    -> Tensor<UInt8>
  {
    let bytes = try translating { () throws(TensorError) in try File.read(path) }
    return try inFile(path) { () throws(DataError) in try decode(bytes, as: colors) }
  }

  /// The image in the bytes of a PNG file.
  ///
  /// Throws ``DataError`` if they are not an image, or one of more than ``largestPixelCount`` pixels.
  public static func decode(_ bytes: [UInt8], as colors: Colors = .grey) throws(DataError)
    -> Tensor<UInt8>
  {
    guard !bytes.isEmpty else { throw DataError("expected is a PNG image; the file is empty") }
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(DataError) in try decode(raw, colors) }
    }
    return try result.get()
  }

  private static func decode(_ bytes: UnsafeRawBufferPointer, _ colors: Colors) throws(DataError)
    -> Tensor<UInt8>
  {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
      throw failure("not a readable PNG image", image)
    }
    let (width, height) = (Int(image.width), Int(image.height))
    guard width <= largestPixelCount, height <= largestPixelCount / max(width, 1) else {
      throw DataError(
        "the image has \(width) x \(height) pixels; at most \(largestPixelCount) are read")
    }
    // The values of PNG_FORMAT_GRAY and PNG_FORMAT_RGB.
    image.format = colors == .grey ? 0 : 2
    var tensor = try translating { () throws(TensorError) in
      try Tensor<UInt8>.zeros(colors == .grey ? [height, width] : [height, width, 3])
    }
    var background = png_color(red: 0, green: 0, blue: 0)
    let status = tensor.withUnsafeMutableScalars { pixels in
      png_image_finish_read(&image, &background, pixels.baseAddress, 0, nil)
    }
    // A warning (1) leaves the image complete.
    guard status != 0 else { throw failure("not a readable PNG image", image) }
    return tensor
  }

  /// The bytes of a PNG file with an image `[height, width]` or `[height, width, 3]`.
  ///
  /// Throws ``DataError`` for another shape or an empty image.
  public static func encode(_ pixels: Tensor<UInt8>) throws(DataError) -> [UInt8] {
    let shape = pixels.shape
    guard shape.count == 2 || (shape.count == 3 && shape[2] == 3), !shape.contains(0),
      shape.allSatisfy({ $0 <= 1_000_000 })
    else {
      throw DataError(
        "an image has the shape [height, width] or [height, width, 3]; this one has \(shape)")
    }
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(shape[1])
    image.height = UInt32(shape[0])
    image.format = shape.count == 2 ? 0 : 2
    defer { png_image_free(&image) }
    // No PNG is larger than this: a byte a row for the filter, blocks stored by zlib, and chunks.
    var size = pixels.count + shape[0] + (pixels.count + shape[0]) / 1000 + 65_536
    var status: Int32 = 0
    let bytes = pixels.withUnsafeScalars { source in
      [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        status = png_image_write_to_memory(
          &image, buffer.baseAddress, &size, 0, source.baseAddress, 0, nil)
        count = status == 0 ? 0 : size
      }
    }
    guard status != 0 else { throw failure("the image cannot be written as PNG", image) }
    return bytes
  }

  /// Writes an image `[height, width]` or `[height, width, 3]`; an older file is replaced only when
  /// the new one is complete.
  ///
  /// Throws ``DataError`` for another shape and if the file cannot be written.
  public static func write(_ pixels: Tensor<UInt8>, to path: String) throws(DataError) {
    let bytes = try encode(pixels)
    try translating { () throws(TensorError) in try File.write(bytes, to: path) }
  }

  private static func failure(_ what: String, _ image: png_image) -> DataError {
    let message = withUnsafeBytes(of: image.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return DataError("\(what): \(message)")
  }
}
