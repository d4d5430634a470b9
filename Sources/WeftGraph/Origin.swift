/// A place in a Swift source file.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  /// The file as `#fileID` gives it: module and file name.
  public let fileID: String
  /// The line, from 1.
  public let line: Int

  /// The place in a file, as `#fileID` and `#line` give them.
  public init(_ fileID: String, _ line: Int) {
    self.fileID = fileID
    self.line = line
  }

  /// `Model.swift:27`.
  public var description: String {
    let name = fileID.split(separator: "/").last.map(String.init) ?? fileID
    return "\(name):\(line)"
  }
}

/// Where an operation comes from: a user's line, a gradient, or a rewrite by a compiler pass.
///
/// It survives differentiation and fusion, so that an error, a trace row or a memory row can name
/// the user's line.
public indirect enum Origin: Hashable, Sendable {
  /// Written by the user at this place.
  case user(SourceLocation)
  /// The gradient of the named operation, which has an origin of its own.
  case gradient(of: String, from: Origin)
  /// Made by a compiler pass in place of some operations.
  case rewrite(pass: String, of: [Origin])
  /// Nothing is known, as for a graph read from a file.
  case unknown

  /// The user's line that the operation goes back to, where there is one.
  public var location: SourceLocation? {
    switch self {
    case .user(let location): location
    case .gradient(_, let origin): origin.location
    case .rewrite(_, let origins): origins.lazy.compactMap(\.location).first
    case .unknown: nil
    }
  }

  /// All Swift lines that an operation goes back to, the first the most telling, none twice.
  public var lines: [SourceLocation] {
    var found: [SourceLocation] = []
    func visit(_ origin: Origin) {
      switch origin {
      case .user(let location): if !found.contains(location) { found.append(location) }
      case .gradient(_, let origin): visit(origin)
      case .rewrite(_, let origins): origins.forEach(visit)
      case .unknown: break
      }
    }
    visit(self)
    return found
  }
}
