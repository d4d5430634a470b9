/// What a user of an example can put right, in one sentence.
public struct ExampleError: Error, Equatable, CustomStringConvertible {
  /// The sentence.
  public let message: String
  /// An error with its sentence.
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}
