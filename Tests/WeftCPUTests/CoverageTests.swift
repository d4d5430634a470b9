import Foundation
import OpCases
import Testing
import Weft
import WeftTesting

@Suite struct CoverageTests {
  /// The type names of all operations, as the source files of WeftOps give them.
  static func declaredTypes() throws -> Set<String> {
    let folder = URL(filePath: #filePath).appending(path: "../../../Sources/WeftOps").standardized
    let files = try #require(
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    var names: Set<String> = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: #/typeName(?:: String)? = "(\w+)"/#) {
        names.insert(String(match.1))
      }
    }
    return names
  }

  @Test func everyOperationHasACase() throws {
    let declared = try Self.declaredTypes()
    #expect(declared.count > 100)
    let covered = CaseTable.all.reduce(into: Set<String>()) { $0.formUnion($1.typeNames) }
    let missing = declared.subtracting(covered).subtracting(CaseTable.without.keys).sorted()
    #expect(missing == [])
    let needless = Set(CaseTable.without.keys).subtracting(declared).sorted()
    #expect(needless == [])
  }

  @Test func everyCaseHasANameOfItsOwnKind() {
    #expect(CaseTable.all.allSatisfy { !$0.typeNames.isEmpty })
  }

  /// Leaving a gradient unchecked needs another case of the operation that checks it, or a
  /// reason why
  /// there is none to check.
  @Test func everyDifferentiableOperationHasItsGradientChecked() throws {
    var judged: Set<String> = []
    var seen: Set<String> = []
    for opCase in CaseTable.all {
      let names = opCase.typeNames
      // A case of several operations judges the one that it is named after.
      let subjects = names.count == 1 ? names : names.filter { opCase.name.hasPrefix($0 + " ") }
      seen.formUnion(subjects)
      if case .skipped = opCase.gradient { continue }
      judged.formUnion(subjects)
    }
    let unjudged = seen.subtracting(judged).subtracting(CaseTable.withoutGradient).sorted()
    #expect(unjudged == [])
    #expect(CaseTable.withoutGradient.intersection(judged).sorted() == [])
  }
}
