import Glibc
import Testing
import Weft

@testable import WeftTensorFlow

/// Damage must show as an error, or leave every tensor as it was.
@Suite struct HostileCheckpointTests {
  private func readEverything(_ prefix: String) throws(CheckpointError) -> [String: AnyTensor] {
    let checkpoint = try Checkpoint(prefix)
    var result: [String: AnyTensor] = [:]
    for entry in checkpoint.entries {
      if entry.type == .string {
        _ = try checkpoint.strings(named: entry.name)
      } else {
        result[entry.name] = try checkpoint.tensor(named: entry.name)
      }
    }
    return result
  }

  private static let data = ".data-00000-of-00001"

  /// A checkpoint with a block, text and parts, in a folder of its own.
  private func withCheckpoint(
    _ name: String, _ body: (_ prefix: String, _ index: [UInt8], _ data: [UInt8]) throws -> Void
  ) throws {
    let index = try File.read("\(fixtures)/\(name).index")
    let data = try File.read("\(fixtures)/\(name)\(Self.data)")
    try withTemporaryFolder { folder in
      try File.write(index, to: "\(folder)/x.index")
      try File.write(data, to: "\(folder)/x\(Self.data)")
      try body("\(folder)/x", index, data)
    }
  }

  private func put(_ bytes: [UInt8], _ path: String) throws {
    // In place, without waiting for the disk: there are thousands.
    let handle = try #require(fopen(path, "w"))
    defer { fclose(handle) }
    #expect(fwrite(bytes, 1, bytes.count, handle) == bytes.count)
  }

  @Test(arguments: ["types", "parts"])
  func everyTruncationIsAnError(_ name: String) throws {
    try withCheckpoint(name) { prefix, index, data in
      for length in index.indices {
        try put(Array(index[..<length]), prefix + ".index")
        #expect(throws: CheckpointError.self) { try Checkpoint(prefix) }
      }
      try put(index, prefix + ".index")
      for length in data.indices {
        try put(Array(data[..<length]), prefix + Self.data)
        #expect(throws: CheckpointError.self) { try readEverything(prefix) }
      }
    }
  }

  @Test(arguments: ["types", "parts"])
  func mutationsAreErrorsOrChangeNothing(_ name: String) throws {
    try withCheckpoint(name) { prefix, index, data in
      let good = try Checkpoint(prefix)
      var refused = 0
      var numbers = TestNumbers(state: name == "types" ? 1 : 2)
      for round in 0..<5000 {
        var (badIndex, badData) = (index, data)
        for _ in 0...numbers.below(3) {
          let byte = UInt8(truncatingIfNeeded: numbers.bits())
          if round.isMultiple(of: 2) {
            badIndex[numbers.below(index.count)] = byte
          } else {
            badData[numbers.below(data.count)] = byte
          }
        }
        try put(badIndex, prefix + ".index")
        try put(badData, prefix + Self.data)
        do throws(CheckpointError) {
          let checkpoint = try Checkpoint(prefix)
          for entry in checkpoint.entries where entry.type.byteCount != nil {
            let tensor = try checkpoint.tensor(named: entry.name)
            let before = badData == data && badIndex == index
            if before { #expect(good[entry.name] == entry) }
            #expect(tensor.byteCount <= 8 * (index.count + data.count))
          }
        } catch { refused += 1 }
      }
      #expect(refused > 4000)
    }
  }

  /// The same with checksums put right, so that the mutations get past them.
  @Test(arguments: ["types", "parts"])
  func mutationsBehindTheChecksumsAreErrorsOrTensorsOfTheFile(_ name: String) throws {
    try withCheckpoint(name) { prefix, index, data in
      let entries = try Table.read(index)
      var numbers = TestNumbers(state: 3)
      var refused = 0
      for _ in 0..<5000 {
        var bad = entries
        for _ in 0...numbers.below(2) {
          let which = numbers.below(bad.count)
          var value = bad[which].value
          guard !value.isEmpty else { continue }
          value[numbers.below(value.count)] = UInt8(truncatingIfNeeded: numbers.bits())
          if numbers.below(8) == 0 { value += [0x12, 0x02, 0x08, UInt8(numbers.below(128))] }
          bad[which].value = value
        }
        try put(Table.bytes(of: bad), prefix + ".index")
        do throws(CheckpointError) {
          for tensor in try readEverything(prefix).values {
            #expect(tensor.byteCount <= 8 * data.count)
          }
        } catch { refused += 1 }
      }
      #expect(refused > 1000)
    }
  }

  @Test func blocksThatRepeatEachOtherAreRefused() throws {
    // An index of many pointers to one block would stand for many times the file.
    let table = Table.bytes(of: [([], [1]), (Array("a".utf8), [2])])
    #expect(try Table.read(table).count == 2)
    var blocks = Table.BlockBuilder(restartInterval: 1)
    for number in 0..<100 { blocks.add([1, UInt8(number)], [0, 20]) }
    var file = table
    let offset = file.count
    let contents = blocks.finished()
    file += contents + [0]
    file.append(fixed: CRC32C(contents + [0]).masked)
    var footer: [UInt8] = []
    footer.append(varint: 0)
    footer.append(varint: 0)
    footer.append(varint: UInt64(offset))
    footer.append(varint: UInt64(contents.count))
    file += footer + [UInt8](repeating: 0, count: 40 - footer.count)
    file.append(fixed: Table.magic)
    #expect(throws: CheckpointError.self) { try Table.read(file) }
  }

  @Test func aStateFileOfAnythingIsAnErrorOrAState() throws {
    try withTemporaryFolder { folder in
      var numbers = TestNumbers(state: 5)
      let good = Array(
        "model_checkpoint_path: \"a-1\"\nall_model_checkpoint_paths: \"a-1\"\n".utf8)
      for _ in 0..<2000 {
        var bad = good
        for _ in 0...numbers.below(3) {
          bad[numbers.below(bad.count)] = UInt8(truncatingIfNeeded: numbers.bits())
        }
        try put(bad, folder + "/checkpoint")
        do throws(CheckpointError) { _ = try CheckpointState.read(in: folder) } catch {
          #expect(error.code == .damaged)
        }
      }
    }
  }
}
