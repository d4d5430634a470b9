import Testing

@testable import WeftTensor

@Suite struct SafetensorsTests {
  private static let samples: [String: AnyTensor] = [
    "w": Tensor<Float>([1.5, -2, 3, 4, 5, 6]).erased,
    "é \"quoted\"\n": Tensor<Int64>([-1, .max]).erased,
    "flag": Tensor<Bool>([true, false, true]).erased,
    "half": Tensor<BFloat16>([BFloat16(1.5), BFloat16(-3)]).erased,
    "sixteen": Tensor<Float16>([0.25]).erased,
    "byte": Tensor<UInt8>([1, 2, 255]).erased,
    "scalar": Tensor<Double>(3.25).erased,
    "none": Tensor<Int32>([Int32]()).erased,
  ]

  @Test func whatIsWrittenIsRead() throws {
    let metadata = ["format": "pt", "note": "a\\b"]
    let bytes = try Safetensors.bytes(Self.samples, metadata: metadata)
    let again = try Safetensors.read(bytes)
    #expect(again.keys.sorted() == Self.samples.keys.sorted())
    for (name, tensor) in Self.samples {
      #expect(again[name]?.dtype == tensor.dtype)
      #expect(again[name] == tensor, "\(name)")
    }
    #expect(try Safetensors.metadata(bytes) == metadata)
    try withTemporaryFolder { folder in
      try Safetensors.write(Self.samples, to: folder + "/a.safetensors")
      #expect(try Safetensors.read(contentsOf: folder + "/a.safetensors") == Self.samples)
      #expect(
        try File.read(folder + "/a.safetensors") == Safetensors.bytes(Self.samples))
    }
    #expect(throws: TensorError.self) {
      try Safetensors.bytes(["__metadata__": Tensor<Float>(1).erased])
    }
  }

  @Test func aFileByHand() throws {
    let header =
      #"{"a":{"dtype":"I16","shape":[2,1],"data_offsets":[0,4]}, "\u0062\ud83d\ude00":"#
      + #"{"shape":[],"data_offsets":[4,5],"dtype":"U8"}}"#
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt64(header.utf8.count))
    bytes += Array(header.utf8) + [0xFE, 0xFF, 3, 0, 7]
    let tensors = try Safetensors.read(bytes)
    #expect(tensors["a"]?.shape == [2, 1])
    #expect(tensors["a"]?.typed(Int32.self)?.scalars == [-2, 3])
    #expect(tensors["b😀"]?.typed(UInt8.self)?.scalar == 7)
  }

  @Test func damageIsAnErrorOrTensorsOfTheFile() throws {
    let good = try Safetensors.bytes(Self.samples, metadata: ["a": "b"])
    for length in good.indices {
      #expect(throws: TensorError.self) { try Safetensors.read(Array(good[..<length])) }
    }
    var numbers = TestNumbers(state: 9)
    var refused = 0
    for _ in 0..<10_000 {
      var bad = good
      for _ in 0...numbers.below(3) {
        bad[numbers.below(bad.count)] = UInt8(truncatingIfNeeded: numbers.bits())
      }
      if let tensors = try? Safetensors.read(bad) {
        #expect(tensors.values.reduce(0) { $0 + $1.byteCount } <= 8 * good.count)
      } else {
        refused += 1
      }
    }
    #expect(refused > 3000)
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    var nested: [UInt8] = []
    nested.append(littleEndian: UInt64(deep.count))
    #expect(throws: TensorError.self) { try Safetensors.read(nested + deep) }
  }

  @Test(arguments: [
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}"#,
    #"{"a":1}"#, "[]", "{}", #"{"a":}"#, #"{"a":"\ud83d"}"#,
  ])
  func badHeadersAreErrors(_ header: String) {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt64(header.utf8.count))
    bytes += Array(header.utf8) + [0, 0, 0, 0]
    #expect(throws: TensorError.self) { try Safetensors.read(bytes) }
  }
}
