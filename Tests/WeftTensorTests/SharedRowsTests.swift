import Testing
import WeftTensor

/// Rows of a tensor share its memory until one of both is changed.
@Suite struct SharedRowsTests {
  /// Rows of 64 bytes, so that any of them can be shared; enough that they are.
  private func table() throws -> Tensor<Float> {
    try Tensor(shape: [200, 16], scalars: (0..<3200).map { Float($0) })
  }

  @Test func rowsAreReadInPlace() throws {
    let table = try table()
    let part = table[100..<190]
    let (whole, rows) = (
      table.withUnsafeScalars { $0.baseAddress! }, part.withUnsafeScalars { $0.baseAddress! }
    )
    #expect(rows == whole + 1600)
    // A part of a part, and one that memory alignment forbids to share.
    #expect(part[10..<80].withUnsafeScalars { $0.baseAddress! } == whole + 1760)
    let odd = try table.reshaped([3200])[3..<1500]
    #expect(odd.withUnsafeScalars { $0.baseAddress! } != whole + 3)
    #expect(odd.scalars == (3..<1500).map { Float($0) })
  }

  @Test func changesOfOneDoNotShowInTheOther() throws {
    var table = try table()
    var part = table[100..<190]
    table[100, 0] = -1
    #expect(part[0, 0] == 1600)
    #expect(table[100, 0] == -1)
    part[0, 0] = -2
    #expect(part[0, 0] == -2 && part[1, 0] == 1616)
    #expect(table[100, 0] == -1)
    var alone = try self.table()[0..<150]
    alone[149, 15] = 7
    #expect(alone[149, 15] == 7 && alone[0, 1] == 1)
  }

  @Test func rowsOutliveTheirTensor() throws {
    var parts: [Tensor<Float>] = []
    for start in 0..<40 { parts.append(try table()[start..<start + 100]) }
    for (start, part) in parts.enumerated() {
      #expect(part.scalars == (start * 16..<(start + 100) * 16).map { Float($0) })
    }
  }
}
