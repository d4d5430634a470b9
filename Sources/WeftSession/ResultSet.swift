import WeftCompiler

/// The memory of one run's results.
final class ResultSet: @unchecked Sendable {
  // Sendable: only the run that took it from the pool touches it.
  private(set) var storages: [TensorStorage]
  private let byteCounts: [Int]

  init(byteCounts: [Int]) throws(GraphError) {
    self.byteCounts = byteCounts
    var storages: [TensorStorage] = []
    for byteCount in byteCounts { storages.append(try .allocated(byteCount, for: "a result")) }
    self.storages = storages
  }

  /// Replaces what a caller of an earlier run still holds.
  func makeUnshared() throws(GraphError) {
    for index in storages.indices where !isKnownUniquelyReferenced(&storages[index]) {
      storages[index] = try .allocated(byteCounts[index], for: "a result")
    }
  }
}
