import Glibc
import Synchronization

/// Where a run writes: lines, and on a terminal a last line that changes.
public final class Screen: Sendable {
  private let write: @Sendable (String) -> Void
  /// The columns of the terminal; nil where lines cannot change.
  private let width: Int?
  private let hasLiveLine = Mutex(false)

  /// A screen that gives its text to a function, without a changing line.
  public init(_ write: @escaping @Sendable (String) -> Void) {
    self.write = write
    width = nil
  }

  /// The standard output: lines change if it is a terminal.
  public static let standard = Screen()

  private init() {
    var size = winsize()
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    width = isTerminal ? (known ? Int(size.ws_col) : 80) : nil
    write = { text in
      var rest = Substring(text)
      rest.withUTF8 { bytes in
        guard let start = bytes.baseAddress else { return }
        var sent = 0
        while sent < bytes.count {
          let count = Glibc.write(STDOUT_FILENO, start + sent, bytes.count - sent)
          if count < 0, errno == EINTR { continue }
          if count <= 0 { return }
          sent += count
        }
      }
    }
  }

  /// Whether there is a line that changes.
  public var isLive: Bool { width != nil }

  /// Writes a line, or several.
  public func line(_ text: String = "") {
    write(hasLiveLine.withLock { erase(&$0) } + text + "\n")
  }

  /// Puts a text into the changing line; nothing where there is none.
  public func live(_ text: String) {
    guard let width else { return }
    let shown = String(text.prefix(width - 1))
    write(hasLiveLine.withLock { isThere in
      defer { isThere = true }
      return erase(&isThere) + shown
    })
  }

  private func erase(_ isThere: inout Bool) -> String {
    defer { isThere = false }
    return isThere ? "\r\u{1B}[2K" : ""
  }
}
