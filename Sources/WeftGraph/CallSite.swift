import Glibc
import Runtime

/// Finds the Swift line outside Weft that called into it.
///
/// Operators cannot take `#line`; so when one finds an error, the stack is walked, once. A capture
/// costs about 0.3 ms, which only an error pays.
enum CallSite {
  /// The first frame outside Weft's own sources, or nil in a stripped binary.
  static func outsideWeft() -> SourceLocation? {
    guard let backtrace = try? Backtrace.capture(algorithm: .fast, limit: 24, top: 0),
      let symbolicated = backtrace.symbolicated()
    else { return nil }
    for frame in symbolicated.frames {
      guard let place = frame.symbol?.sourceLocation, place.line > 0 else { continue }
      if isWeft(place.path) { continue }
      let parts = place.path.split(separator: "/")
      guard let file = parts.last, file.hasSuffix(".swift") else { continue }
      return SourceLocation(String(file), place.line)
    }
    return nil
  }

  private static func isWeft(_ path: String) -> Bool {
    path.contains("/Sources/Weft") || path.contains("<compiler-generated>")
  }
}
