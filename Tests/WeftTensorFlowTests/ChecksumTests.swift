import CWeftChecksum
import Testing

@Suite struct ChecksumTests {
  @Test func theInstructionAndTheTablesAgree() {
    var numbers = TestNumbers(state: 1)
    let bytes = (0..<300).map { _ in UInt8(truncatingIfNeeded: numbers.bits()) }
    bytes.withUnsafeBytes { all in
      for start in 0..<9 {
        for count in [0, 1, 7, 8, 9, 63, 64, 65, 280] {
          let part = all.baseAddress?.advanced(by: start)
          #expect(weft_crc32c(7, part, count) == weft_crc32c_portable(7, part, count))
        }
      }
    }
  }
}
