import Foundation
import Testing

@testable import WeftTensor

@Suite struct HostileFileTests {
  static func archive(compressed: Bool, wide: Bool) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      let path = folder + "/a.npz"
      let arrays = NumPyFileTests.samples.filter { ["float32", "bool", "uint8"].contains($0.key) }
      try NPZ.write(arrays, to: path, compressed: compressed, alwaysWide: wide)
      return try File.read(path)
    }
  }

  /// Damage must show as an error or leave the arrays as they were, since only padding is unchecked.
  @Test(arguments: [false, true], [false, true])
  func archives(compressed: Bool, wide: Bool) throws {
    let good = try Self.archive(compressed: compressed, wide: wide)
    let arrays = try NPZ.read(good)
    for length in 0..<good.count {
      #expect(throws: TensorError.self) { try NPZ.read(Array(good[..<length])) }
    }
    var numbers = TestNumbers(state: compressed ? 1 : 2)
    var refused = 0
    for _ in 0..<4000 {
      var bad = good
      for _ in 0...numbers.below(3) {
        bad[numbers.below(bad.count)] = UInt8(truncatingIfNeeded: numbers.bits())
      }
      do throws(TensorError) {
        for (name, array) in try NPZ.read(bad) where array != arrays[name] {
          // Only the name of an entry is outside the checksums.
          #expect(arrays[name] == nil || arrays.values.contains(array))
        }
      } catch { refused += 1 }
    }
    #expect(refused > 2000)
  }

  @Test func singleArrays() throws {
    for tensor in NumPyFileTests.samples.values {
      let good = try tensor.npyBytes()
      for length in 0..<good.count {
        #expect(throws: TensorError.self) { try AnyTensor(npy: Array(good[..<length])) }
      }
      var numbers = TestNumbers(state: 3)
      for _ in 0..<2000 {
        var bad = good
        for _ in 0...numbers.below(3) {
          bad[numbers.below(min(bad.count, 128))] = UInt8(truncatingIfNeeded: numbers.bits())
        }
        if let read = try? AnyTensor(npy: bad) { #expect(read.byteCount <= 8 * good.count) }
      }
    }
  }

  @Test func aDeclaredSizeBeyondDeflateIsRefusedBeforeMemoryIsTaken() throws {
    let bytes = try [UInt8](repeating: 7, count: 100).withUnsafeBytes {
      try Zlib.compress($0, .raw)
    }
    let huge = 1 << 46
    #expect(throws: TensorError.self) {
      try bytes.withUnsafeBytes { try Zlib.decompress($0, .raw, size: huge) }
    }
    #expect(throws: TensorError("decompresses to more than the declared 99 bytes")) {
      try bytes.withUnsafeBytes { try Zlib.decompress($0, .raw, size: 99) }
    }
    #expect(throws: TensorError("decompressed to 100 bytes, declared are 101")) {
      try bytes.withUnsafeBytes { try Zlib.decompress($0, .raw, size: 101) }
    }
  }

  @Test func overlappingEntriesAreRefused() throws {
    // Both directory entries are pointed at the first local header.
    var bytes = try Self.archive(compressed: false, wide: false)
    let starts = bytes.indices.dropLast(3).filter { bytes[$0..<$0 + 4] == [0x50, 0x4b, 1, 2] }
    let first = Array(bytes[starts[0] + 42..<starts[0] + 46])
    bytes.replaceSubrange(starts[1] + 42..<starts[1] + 46, with: first)
    let error = #expect(throws: TensorError.self) { try NPZ.read(bytes) }
    #expect(error?.message.contains("overlaps") == true)
  }

  @Test func gzipMembersFollowEachOther() throws {
    let parts = try [[1, 2, 3], [4, 5]].map { (part: [UInt8]) in
      try part.withUnsafeBytes { try Zlib.compress($0, .gzip) }
    }
    let both = parts[0] + parts[1]
    #expect(try both.withUnsafeBytes { try Zlib.decompress($0, .gzip) } == [1, 2, 3, 4, 5])
    for length in 0..<both.count where length != parts[0].count {
      #expect(throws: TensorError.self) {
        try both[..<length].withUnsafeBytes { try Zlib.decompress($0, .gzip) }
      }
    }
  }
}
