import WeftTensor

/// Curves over a common axis in one picture, such as a loss over the steps of a training.
///
/// ```swift
/// var chart = LineChart(title: "loss")
/// chart.add("train", points: losses.enumerated().map { (Double($0), Double($1)) })
/// try chart.write(to: "loss.png")
/// ```
public struct LineChart: Sendable {
  /// A curve and its name.
  public struct Curve: Sendable {
    /// The name in the legend.
    public let name: String
    /// The points from left to right.
    public let points: [(x: Double, y: Double)]
  }

  /// What stands above the curves.
  public var title: String
  /// The curves.
  public private(set) var curves: [Curve] = []
  /// The size of the picture in pixels, at least 160 x 120.
  public var size: (width: Int, height: Int)

  /// A chart without curves.
  public init(title: String, width: Int = 640, height: Int = 400) {
    self.title = title
    size = (width, height)
  }

  /// Adds a curve; points that are not finite leave gaps.
  public mutating func add(_ name: String, points: [(x: Double, y: Double)]) {
    curves.append(Curve(name: name, points: points))
  }

  private static let colors = [
    Color(red: 31, green: 90, blue: 180), Color(red: 220, green: 90, blue: 20),
    Color(red: 30, green: 140, blue: 60), Color(red: 190, green: 30, blue: 50),
    Color(red: 130, green: 80, blue: 180), Color(red: 110, green: 110, blue: 110),
  ]

  /// The picture: `[height, width, 3]`.
  public func render() -> Tensor<UInt8> {
    let width = min(max(size.width, 160), 16_384)
    let height = min(max(size.height, 120), 16_384)
    var canvas = Canvas(width: width, height: height)
    let frame = Frame(
      left: 62, right: width - 12, top: 22, bottom: height - 22,
      x: Span(curves.flatMap { $0.points.map(\.x) }),
      y: Span(curves.flatMap { $0.points.map(\.y) }))
    canvas.draw(title, x: frame.left, y: 7)
    drawAxes(frame, on: &canvas)
    var legend = frame.right
    for (index, curve) in curves.enumerated() {
      let color = Self.colors[index % Self.colors.count]
      var previous: (x: Int, y: Int)?
      for point in curve.points {
        let pixel = frame.pixel(point)
        if let pixel { canvas.line(from: previous ?? pixel, to: pixel, color: color, thickness: 2) }
        previous = pixel
      }
      legend -= (curve.name.count + 2) * BitmapFont.advance
      canvas.draw(curve.name, x: legend, y: 7, color: color)
    }
    return canvas.image
  }

  private func drawAxes(_ frame: Frame, on canvas: inout Canvas) {
    for tick in frame.y.ticks {
      guard let (_, y) = frame.pixel((frame.x.low, tick)) else { continue }
      canvas.line(from: (frame.left, y), to: (frame.right, y), color: .grey)
      let text = frame.y.label(tick)
      canvas.draw(text, x: frame.left - 4 - text.count * BitmapFont.advance, y: y - 3)
    }
    for tick in frame.x.ticks {
      guard let (x, _) = frame.pixel((tick, frame.y.low)) else { continue }
      canvas.line(from: (x, frame.bottom), to: (x, frame.bottom + 3), color: .black)
      let text = frame.x.label(tick)
      canvas.draw(text, x: x - text.count * BitmapFont.advance / 2, y: frame.bottom + 8)
    }
    canvas.line(from: (frame.left, frame.top), to: (frame.left, frame.bottom), color: .black)
    canvas.line(from: (frame.left, frame.bottom), to: (frame.right, frame.bottom), color: .black)
  }

  /// Writes the picture as a PNG file.
  ///
  /// Throws ``DataError`` if the file cannot be written.
  public func write(to path: String) throws(DataError) { try PNG.write(render(), to: path) }
}

/// Where the curves are drawn, and what part of the plane is seen there.
private struct Frame {
  let left: Int
  let right: Int
  let top: Int
  let bottom: Int
  let x: Span
  let y: Span

  /// The pixel of a point, or nil if it is not finite.
  func pixel(_ point: (x: Double, y: Double)) -> (x: Int, y: Int)? {
    guard point.x.isFinite, point.y.isFinite else { return nil }
    let across = Double(right - left) * x.fraction(point.x)
    let up = Double(bottom - top) * y.fraction(point.y)
    return (left + Int(across.rounded()), bottom - Int(up.rounded()))
  }
}

/// The range of one axis with its ticks at multiples of 1, 2 or 5 times a power of ten.
private struct Span {
  let low: Double
  let high: Double
  let step: Double

  init(_ values: [Double]) {
    // Beyond this, differences would overflow and ticks lose their meaning.
    let usable = values.filter { $0.magnitude < 1e100 }
    var (low, high) = (usable.min() ?? 0, usable.max() ?? 1)
    if high - low <= max(low.magnitude, high.magnitude) * 1e-9 {
      let margin = max(low.magnitude * 0.5, 0.5)
      (low, high) = (low - margin, high + margin)
    }
    var step = 1e-150
    while step * 10 < (high - low) / 5 { step *= 10 }
    for factor in [5.0, 2.0] where step * factor <= (high - low) / 3 {
      step *= factor
      break
    }
    (self.low, self.high, self.step) = (low, high, step)
  }

  func fraction(_ value: Double) -> Double {
    min(max((value - low) / (high - low), 0), 1)
  }

  var ticks: [Double] {
    let first = (low / step).rounded(.up)
    return (0..<20).map { (first + Double($0)) * step }.filter { $0 <= high + step * 1e-6 }
  }

  /// A tick to the digits that tell it from its neighbours.
  func label(_ value: Double) -> String {
    let largest = max(low.magnitude, high.magnitude)
    if step < 1e-4 || largest >= 1e6 {
      return Tensor<Float>(Float(value)).description
    }
    let rounded = (value / step).rounded() * step
    return Tensor<Float>(Float(rounded == 0 ? 0 : rounded)).description
      .replacingSuffix(".0", with: "")
  }
}

extension String {
  fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
    hasSuffix(suffix) ? dropLast(suffix.count) + other : self
  }
}
