/// What is wrong with a checkpoint or another file of a training's state, and what to do.
public struct CheckpointError: Error, Hashable, Sendable {
  /// The kind of error, for programs that handle it.
  public enum Code: String, Hashable, Sendable {
    /// There is no such checkpoint.
    case notFound
    /// The bytes are not those that were written.
    case damaged
    /// The file holds something that is not read here.
    case unsupported
    /// The file and the graph hold different variables.
    case mismatch
    /// The file cannot be read or written.
    case inputOutput
    /// The caller asked for what cannot be.
    case invalidArgument
  }

  /// The kind of error.
  public let code: Code
  /// One sentence that gives both values.
  public let message: String
  /// Lines below the sentence: what to do.
  public let notes: [String]

  /// An error.
  public init(_ code: Code, _ message: String, notes: [String] = []) {
    self.code = code
    self.message = message
    self.notes = notes
  }
}

extension CheckpointError: CustomStringConvertible {
  public var description: String {
    var lines = [message]
    for (index, note) in notes.enumerated() {
      lines.append((index == notes.count - 1 ? "└─ " : "├─ ") + note)
    }
    return lines.joined(separator: "\n")
  }
}
