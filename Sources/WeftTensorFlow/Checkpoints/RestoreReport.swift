import WeftOps

/// What a restoration did, and every difference that it found.
///
/// Its description is one sentence for each kind of difference:
///
///     restored 4 of 6. Not in the file: 'v1_5' (closest: 'v1', same type and shape). Shapes differ:
///     'logits/bias' [47] here, [45] in the file
public struct RestoreReport: Sendable {
  /// A variable that the file does not have.
  public struct Missing: Hashable, Sendable {
    /// The name that was looked for.
    public let name: String
    /// The name in the file that is most like it.
    public let closest: String?
    /// What the two have in common beside the name, as `same type and shape`.
    let likeness: String?
  }

  /// A variable that the file has with another shape or type.
  public struct Difference: Hashable, Sendable {
    /// The name.
    public let name: String
    /// What the graph has, as `[47]`.
    public let here: String
    /// What the file has.
    public let inFile: String
  }

  /// The variables that were restored.
  public internal(set) var restored: [String] = []
  /// Those that are not in the file.
  public internal(set) var missing: [Missing] = []
  /// Those with another shape in the file.
  public internal(set) var shapeDifferences: [Difference] = []
  /// Those with another element type in the file.
  public internal(set) var typeDifferences: [Difference] = []
  /// Those that were left alone because they are optimizer slots.
  public internal(set) var skipped: [String] = []
  /// What is in the file and was not asked for.
  public internal(set) var unused: [String] = []
  /// Names that were to be renamed and are no variables here.
  public internal(set) var unknownRenames: [String] = []
  /// The step that was saved.
  public internal(set) var globalStep: Int?
  /// The caller's own tensors that were saved, by name.
  public internal(set) var extra: [String: AnyTensor] = [:]
  /// Whether the random streams were restored.
  public internal(set) var hasRandomStreams = false

  /// Whether every variable that was asked for was restored.
  public var isComplete: Bool {
    missing.isEmpty && shapeDifferences.isEmpty && typeDifferences.isEmpty
      && unknownRenames.isEmpty
  }
}

extension RestoreReport: CustomStringConvertible {
  public var description: String {
    let asked =
      restored.count + missing.count + shapeDifferences.count + typeDifferences.count
    var sentences = ["restored \(restored.count) of \(asked)"]
    func add(_ title: String, _ parts: [String]) {
      if !parts.isEmpty { sentences.append("\(title): \(parts.joined(separator: ", "))") }
    }
    add(
      "Not in the file",
      missing.map { item in
        guard let closest = item.closest else { return "'\(item.name)'" }
        let likeness = item.likeness.map { ", \($0)" } ?? ""
        return "'\(item.name)' (closest: '\(closest)'\(likeness))"
      })
    func texts(_ differences: [Difference]) -> [String] {
      differences.map { "'\($0.name)' \($0.here) here, \($0.inFile) in the file" }
    }
    add("Shapes differ", texts(shapeDifferences))
    add("Types differ", texts(typeDifferences))
    add("No such variables to rename", unknownRenames.map { "'\($0)'" })
    return sentences.joined(separator: ". ")
  }
}
