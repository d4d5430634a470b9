/// What is wrong with a graph or a run, where, and what to do.
///
/// ```
/// matmul 'dense/MatMul' (Model.swift:27): inner dimensions differ: [?, 1108] x [1120, 256]
/// ├─ left  'features:0' from Model.swift:21
/// └─ right 'dense/kernel:0' from Model.swift:24
/// ```
public struct GraphError: Error, Hashable, Sendable {
  /// The kind of error, for programs that handle it.
  public enum Code: String, Hashable, Sendable {
    case invalidShape, invalidType, invalidArgument, foreignNode, sealedGraph
    case duplicateVariable, missingVariable, uninitializedVariable
    case missingFeed, invalidFeed, invalidFetch, noGradient, unavailableDevice
    case notFinite, assertionFailed, evaluationFailed, unsupported, outOfMemory, deviceFailed
    case sessionClosed, invalidState
    /// A queue that is closed has too few elements, or takes no more; or a wait took too long.
    case outOfRange, cancelled, timedOut
  }

  /// The kind of error.
  public let code: Code
  /// One sentence that gives both values.
  public let message: String
  /// The operation, as `matmul 'dense/MatMul'`, if the error is that of one.
  public let subject: String?
  /// The Swift line.
  public let location: SourceLocation?
  /// Lines below the sentence: the operands, and what to do.
  public let notes: [String]
  /// The other errors found at the same time.
  public internal(set) var others: [GraphError]

  /// An error.
  public init(
    _ code: Code, _ message: String, subject: String? = nil, location: SourceLocation? = nil,
    notes: [String] = [], others: [GraphError] = []
  ) {
    self.code = code
    self.message = message
    self.subject = subject
    self.location = location
    self.notes = notes
    self.others = others
  }

  /// The first error with the rest attached; nil if there is none.
  public static func combining(_ errors: [GraphError]) -> GraphError? {
    guard var first = errors.first else { return nil }
    first.others = Array(errors.dropFirst())
    return first
  }
}

extension GraphError: CustomStringConvertible {
  public var description: String {
    var head = ""
    if let subject { head += subject }
    if let location { head += head.isEmpty ? "(\(location))" : " (\(location))" }
    if !head.isEmpty { head += ": " }
    var lines = [head + message]
    for (index, note) in notes.enumerated() {
      lines.append((index == notes.count - 1 ? "└─ " : "├─ ") + note)
    }
    for other in others { lines.append(other.description) }
    return lines.joined(separator: "\n")
  }
}
