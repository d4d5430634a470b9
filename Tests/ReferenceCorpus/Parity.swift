import Foundation
import Synchronization

/// Notes which cases of the corpus agree with TensorFlow: `make parity` counts them.
///
/// With `WEFT_PARITY=FILE` each case adds a line, `agrees values abs 000` or `differs gradients abs 000`.
public enum Parity {
  private static let lock = Mutex(())

  /// What is compared.
  public enum Kind: String, Sendable {
    /// Values and gradients of our own functions.
    case ours
    /// TensorFlow's graph: values and its gradient nodes.
    case graph
  }

  /// Notes a case.
  public static func note(_ kind: Kind, _ operation: String, _ id: String, agrees: Bool) {
    guard let path = ProcessInfo.processInfo.environment["WEFT_PARITY"] else { return }
    let line = "\(agrees ? "agrees" : "differs") \(kind.rawValue) \(operation) \(id)\n"
    lock.withLock { _ in
      guard let file = fopen(path, "a") else { return }
      fputs(line, file)
      fclose(file)
    }
  }
}
