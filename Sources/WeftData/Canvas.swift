import WeftTensor

/// A colour by its red, green and blue parts from 0 to 255.
public struct Color: Sendable, Hashable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8

  /// A colour by its parts.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  public static let white = Color(red: 255, green: 255, blue: 255)
  public static let black = Color(red: 0, green: 0, blue: 0)
  public static let lightGrey = Color(red: 225, green: 225, blue: 225)
  public static let grey = Color(red: 190, green: 190, blue: 190)
}

/// Pixels to draw on; what lies outside is cut off.
struct Canvas {
  let width: Int
  let height: Int
  private var pixels: [UInt8]

  init(width: Int, height: Int, background: Color = .white) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 255, count: 3 * width * height)
    for y in 0..<height { for x in 0..<width { set(x, y, background) } }
  }

  mutating func set(_ x: Int, _ y: Int, _ color: Color) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    let position = 3 * (y * width + x)
    pixels[position] = color.red
    pixels[position + 1] = color.green
    pixels[position + 2] = color.blue
  }

  /// Draws a line of text with its upper left corner at a point.
  mutating func draw(_ text: String, x: Int, y: Int, scale: Int = 1, color: Color = .black) {
    for (position, character) in text.enumerated() {
      for (row, bits) in BitmapFont.rows(of: character).enumerated() {
        for column in 0..<BitmapFont.width where bits & (0x10 >> UInt8(column)) != 0 {
          let left = x + (position * BitmapFont.advance + column) * scale
          for dy in 0..<scale {
            for dx in 0..<scale { set(left + dx, y + row * scale + dy, color) }
          }
        }
      }
    }
  }

  /// Draws an image `[height, width]` or `[height, width, 3]` enlarged by a whole factor.
  mutating func draw(_ image: Tensor<UInt8>, x: Int, y: Int, scale: Int) {
    let (rows, columns) = (image.shape[0], image.shape[1])
    let channels = image.rank == 2 ? 1 : 3
    image.withUnsafeScalars { source in
      for row in 0..<rows * scale {
        for column in 0..<columns * scale {
          let from = channels * (row / scale * columns + column / scale)
          set(
            x + column, y + row,
            Color(
              red: source[from], green: source[from + (channels == 1 ? 0 : 1)],
              blue: source[from + (channels == 1 ? 0 : 2)]))
        }
      }
    }
  }

  /// Draws a straight line between two points (Bresenham).
  mutating func line(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), color: Color, thickness: Int = 1
  ) {
    let (dx, dy) = (abs(end.x - start.x), -abs(end.y - start.y))
    let (stepX, stepY) = (start.x < end.x ? 1 : -1, start.y < end.y ? 1 : -1)
    var (x, y, error) = (start.x, start.y, dx + dy)
    while true {
      for i in 0..<thickness { for j in 0..<thickness { set(x + i, y + j, color) } }
      if x == end.x, y == end.y { return }
      let doubled = 2 * error
      if doubled >= dy {
        error += dy
        x += stepX
      }
      if doubled <= dx {
        error += dx
        y += stepY
      }
    }
  }

  /// The picture: `[height, width, 3]`.
  var image: Tensor<UInt8> {
    let storage = pixels.withUnsafeBytes { TensorStorage(copying: $0) }
    let erased = AnyTensor(dtype: .uint8, shape: [height, width, 3], storage: storage)
    return erased.typed(UInt8.self) ?? Tensor([])
  }
}
