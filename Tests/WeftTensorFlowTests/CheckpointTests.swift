import Foundation
import ReferenceCorpus
import Testing
import Weft

@testable import WeftTensorFlow

@Suite struct CheckpointTests {
  private struct Expected: Decodable {
    let type: String
    let shape: [Int]
    let numbers: [Double]
  }

  @Test func everyTypeThatTensorFlowWritesIsReadOrNamed() throws {
    let checkpoint = try Checkpoint(fixtures + "/types")
    let data = try Data(contentsOf: URL(fileURLWithPath: fixtures + "/types.json"))
    let expected = try JSONDecoder().decode([String: Expected].self, from: data)
    #expect(checkpoint.entries.count == expected.count + 2)
    for (name, wanted) in expected where wanted.type != "complex64" {
      let entry = try #require(checkpoint[name])
      #expect(entry.type.description == wanted.type)
      let tensor = try checkpoint.tensor(named: name)
      #expect(tensor.shape == wanted.shape)
      #expect(tensor.doubles == wanted.numbers, "\(name)")
    }
    let error = #expect(throws: CheckpointError.self) {
      try checkpoint.tensor(named: "types/complex64")
    }
    #expect(error?.code == .unsupported)
    #expect(
      error?.message
        == "'types/complex64' holds complex64, which is not read as a tensor of numbers")
    let halves = try checkpoint.tensor(named: "types/bfloat16")
    #expect(halves.doubles[..<2] == [1.5, -2])
    let texts = try checkpoint.strings(named: "text")
    #expect(texts == ["abc", "", "naïve", String(repeating: "x", count: 300)])
    #expect(checkpoint["scalar"]?.description == "scalar float32[]")
    try checkpoint.verify()
  }

  @Test func theBytesAreTensorFlows() throws {
    let original = try Checkpoint(fixtures + "/types")
    var values: [String: BundleValue] = [:]
    for entry in original.entries where entry.type.dtype != nil {
      values[entry.name] = .tensor(try original.tensor(named: entry.name))
    }
    // Those that no tensor here has are left out of both: TensorFlow's index is checked entry by entry.
    try withTemporaryFolder { folder in
      try Checkpoint.write(values, to: folder + "/copy")
      let copy = try Checkpoint(folder + "/copy")
      for entry in copy.entries {
        #expect(entry == original[entry.name])
        let (a, b) = (
          try copy.tensor(named: entry.name), try original.tensor(named: entry.name)
        )
        #expect(a.hasSameBits(as: b))
      }
    }
  }

  /// The trained network of the reference folder, byte for byte.
  @Test(
    .enabled(if: sharedReference != nil, "needs the reference folder"),
    arguments: ["tf115", "tf221"])
  func aTrainedNetworkIsWrittenAsTensorFlowWroteIt(_ version: String) throws {
    let folder = try #require(sharedReference).appending(path: "artefacts/\(version)").path
    for name in ["p02.ckpt-200"] {
      let original = try Checkpoint("\(folder)/\(name)")
      try original.verify()
      var values: [String: AnyTensor] = [:]
      for entry in original.entries { values[entry.name] = try original.tensor(named: entry.name) }
      try withTemporaryFolder { target in
        try Checkpoint.write(values, to: "\(target)/\(name)")
        for suffix in [".index", ".data-00000-of-00001"] {
          let written = try File.read("\(target)/\(name)\(suffix)")
          #expect(try written == File.read("\(folder)/\(name)\(suffix)"))
        }
      }
    }
    #expect(try Checkpoint(folder).prefix == "\(folder)/p02.ckpt-200")
    #expect(
      try Checkpoint(folder + "/dtypes.ckpt").strings(named: "strings") == ["abc", "", "été"])
  }

  @Test func partitionedVariablesAreWhole() throws {
    let checkpoint = try Checkpoint(fixtures + "/parts")
    for (name, shape, parts) in [
      ("rows", [7, 3], 3), ("columns", [2, 200], 2), ("vector", [300], 2),
    ] {
      let entry = try #require(checkpoint[name])
      #expect(entry.shape == shape)
      #expect(entry.partCount == parts)
      let count = shape.reduce(1, *)
      #expect(
        try checkpoint.tensor(named: name).doubles == (0..<count).map { Double($0) / 8 }, "\(name)")
    }
    #expect(checkpoint.entries.count == 3)
  }

  @Test func aLargeIndexHasSeveralBlocks() throws {
    var values: [String: AnyTensor] = [:]
    for index in 0..<16_000 {
      values["scope/of/some/length/variable_\(index)"] = Tensor(Int32(index)).erased
    }
    try withTemporaryFolder { folder in
      try Checkpoint.write(values, to: folder + "/many")
      #expect(try File.read(folder + "/many.index").count > Table.blockSize)
      let again = try Checkpoint(folder + "/many")
      #expect(again.entries.count == 16_000)
      #expect(
        try again.tensor(named: "scope/of/some/length/variable_15999").doubles == [15_999])
    }
  }

  @Test func anyNameOfACheckpointWillDo() throws {
    for name in ["", "/checkpoint", "/parts", "/parts.index", "/parts.data-00000-of-00001"] {
      #expect(try Checkpoint(fixtures + name).prefix == fixtures + "/parts")
    }
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(fixtures + "/part") }
    #expect(
      error?.description == """
        there is no checkpoint '\(fixtures)/part': '\(fixtures)/part.index' does not exist
        └─ there are: 'parts', 'types'
        """)
  }

  @Test func anEmptyOrDoubleNameIsRefused() throws {
    try withTemporaryFolder { folder in
      let tensor = Tensor<Float>([1]).erased
      #expect(throws: CheckpointError.self) {
        try Checkpoint.write(["": tensor], to: folder + "/a")
      }
      #expect(throws: CheckpointError.self) {
        try Checkpoint.write(["a": tensor], strings: ["a": ["b"]], to: folder + "/a")
      }
      let left = try names(in: folder)
      #expect(left.isEmpty)
    }
  }

  @Test func checksums() {
    // The check value of CRC-32C, and the vectors of RFC 3720.
    #expect(CRC32C("123456789".utf8).value == 0xE306_9283)
    #expect(CRC32C([UInt8](repeating: 0, count: 32)).value == 0x8A91_36AA)
    #expect(CRC32C([UInt8](repeating: 0xFF, count: 32)).value == 0x62A8_AB43)
    #expect(CRC32C((0..<32).map { UInt8($0) }).value == 0x46DD_794E)
  }
}
