/// What is wrong with an event file or with what is to be written into one.
public struct EventError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of error, for programs that handle it.
  public enum Code: String, Hashable, Sendable {
    /// The bytes are not those that were written.
    case damaged
    /// The file ends in the middle of a record: the writer is at work, or was killed.
    case truncated
    /// The file cannot be read or written.
    case inputOutput
    /// Another writer is at work in the folder.
    case locked
    /// A value cannot be written as asked for.
    case invalidArgument
  }

  /// The kind of error.
  public let code: Code
  /// One sentence that gives both values.
  public let message: String

  /// An error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
