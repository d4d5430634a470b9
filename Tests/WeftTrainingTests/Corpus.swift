import ReferenceCorpus
import Testing
import Weft

extension Corpus {
  /// The corpus, read once.
  static let found = try? Corpus.find()

  func read(_ item: Item, of operation: String) throws -> AnyTensor {
    try tensors(of: operation).read(try #require(item.file))
  }
}

extension Corpus.Case {
  func double(_ name: String) -> Double {
    if case .number(let value)? = attrs?[name] { value } else { .nan }
  }
  func doubles(_ name: String) -> [Double] {
    guard case .list(let values)? = attrs?[name] else { return [] }
    return values.compactMap { if case .number(let value) = $0 { value } else { nil } }
  }
  func bool(_ name: String) -> Bool { attrs?[name] == .bool(true) }
  func has(_ name: String) -> Bool { (attrs?[name] ?? .null) != .null }
}

/// Checks that numbers agree within the tolerance of a case, and says whether.
@discardableResult
func expectClose(
  _ got: [Double], _ want: [Double], _ tolerance: Corpus.Tolerance?, _ what: String,
  at location: Testing.SourceLocation = #_sourceLocation
) -> Bool {
  #expect(got.count == want.count, "\(what)", sourceLocation: location)
  var agrees = got.count == want.count
  for (index, (a, b)) in zip(got, want).enumerated() {
    let bound = (tolerance?.atol ?? 1e-6) + (tolerance?.rtol ?? 1e-5) * abs(b)
    let isClose = a == b || (a.isNaN && b.isNaN) || abs(a - b) <= bound
    #expect(
      isClose, "\(what): element \(index) is \(a) instead of \(b)", sourceLocation: location)
    agrees = agrees && isClose
  }
  return agrees
}
