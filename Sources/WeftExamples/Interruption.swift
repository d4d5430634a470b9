import Glibc
import Synchronization

/// Ctrl-C as a wish to stop after the present step. A second Ctrl-C ends the process at once.
public enum Interruption {
  private static let wished = Atomic<Bool>(false)

  /// Whether Ctrl-C was pressed since ``listen()``.
  public static var isWished: Bool { wished.load(ordering: .relaxed) }

  /// Takes Ctrl-C over.
  public static func listen() {
    wished.store(false, ordering: .relaxed)
    signal(SIGINT) { _ in
      Interruption.wished.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
  }
}
