import Glibc

/// Where the progress of a training is shown.
public struct ProgressDisplay {
  private let write: (String) -> Void
  private let isLive: Bool
  private var shown = ContinuousClock.now - .seconds(1)
  private var hasLiveLine = false

  /// On standard output: a line that changes in place on a terminal, else a line for each report.
  public static var standard: ProgressDisplay {
    let isTerminal = isatty(STDOUT_FILENO) != 0
    return ProgressDisplay(live: isTerminal) { text in
      print(text, terminator: "")
      fflush(nil)
    }
  }

  /// Nowhere.
  public static var silent: ProgressDisplay { ProgressDisplay(live: false) { _ in } }

  /// Wherever the closure puts it.
  ///
  /// - Parameter live: whether a line may be overwritten by a carriage return.
  public init(live: Bool, write: @escaping (String) -> Void) {
    isLive = live
    self.write = write
  }

  /// Whether a live line is due: at most ten times a second.
  var wantsLine: Bool { isLive && ContinuousClock.now - shown > .milliseconds(100) }

  mutating func showLive(_ line: String) {
    shown = .now
    hasLiveLine = true
    write("\r\(line)\u{1B}[K")
  }

  mutating func show(_ line: String) {
    write((hasLiveLine ? "\r" : "") + line + (hasLiveLine ? "\u{1B}[K\n" : "\n"))
    hasLiveLine = false
  }
}
