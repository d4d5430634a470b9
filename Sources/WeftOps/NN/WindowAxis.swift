import WeftGraph

/// A window on one axis of images: which elements each result sees.
public struct WindowAxis: Hashable, Sendable {
  /// The elements on the axis.
  public let input: Int
  /// The elements in the window.
  public let window: Int
  /// How far the window moves.
  public let stride: Int
  /// How far apart its elements lie.
  public let dilation: Int
  /// The elements missing before the first.
  public let before: Int
  /// The results on the axis.
  public let output: Int

  /// The element that a tap of the window sees for a result, nil beyond the edge.
  public func position(output: Int, tap: Int) -> Int? {
    let position = output * stride + tap * dilation - before
    return position >= 0 && position < input ? position : nil
  }
}

extension WindowSettings {
  private static let limit = 1 << 30

  /// Throws unless every number is one that a window can have.
  func check() throws(OpFailure) {
    for (numbers, name) in [(strides, "strides"), (dilations, "dilations")] {
      guard min(numbers.height, numbers.width) >= 1,
        Swift.max(numbers.height, numbers.width) <= Self.limit
      else { throw OpFailure("\(name) are \(numbers): they must be 1 or more") }
    }
    if case .explicit(let top, let bottom, let left, let right) = padding,
      ![top, bottom, left, right].allSatisfy({ (0...Self.limit).contains($0) })
    {
      throw OpFailure("paddings are \(padding): they must be 0 or more")
    }
  }

  /// The window on the rows.
  ///
  /// Throws ``OpFailure`` for a window that does not fit.
  public func rows(input: Int, window: Int) throws(OpFailure) -> WindowAxis {
    var edges: (Int, Int)?
    if case .explicit(let top, let bottom, _, _) = padding { edges = (top, bottom) }
    return try axis("height", input, window, strides.height, dilations.height, edges)
  }

  /// The window on the columns.
  ///
  /// Throws ``OpFailure`` for a window that does not fit.
  public func columns(input: Int, window: Int) throws(OpFailure) -> WindowAxis {
    var edges: (Int, Int)?
    if case .explicit(_, _, let left, let right) = padding { edges = (left, right) }
    return try axis("width", input, window, strides.width, dilations.width, edges)
  }

  private func axis(
    _ name: String, _ input: Int, _ window: Int, _ stride: Int, _ dilation: Int,
    _ edges: (before: Int, after: Int)?
  ) throws(OpFailure) -> WindowAxis {
    let (reach, overflow) = (window - 1).multipliedReportingOverflow(by: dilation)
    guard window >= 1, !overflow, reach < 1 << 50 else {
      throw OpFailure(
        "a window of \(name) \(window) with dilation \(dilation) is none", code: .invalidShape)
    }
    var (before, output) = (0, 0)
    if padding == .same {
      output = (input + stride - 1) / stride
      before = Swift.max(0, (output - 1) * stride + reach + 1 - input) / 2
    } else {
      let (first, last) = edges ?? (0, 0)
      let room = input + first + last - reach - 1
      guard room >= 0 else {
        throw OpFailure(
          "a window of \(name) \(reach + 1) does not fit into the \(name) \(input)"
            + (edges == nil ? "" : " padded by \(first) and \(last)"), code: .invalidShape)
      }
      (before, output) = (first, room / stride + 1)
    }
    return WindowAxis(
      input: input, window: window, stride: stride, dilation: dilation, before: before,
      output: output)
  }
}
