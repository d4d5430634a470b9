import Weft
import WeftTensorFlow

/// A file format: sound samples of it, and what reads it.
struct Format {
  let name: String
  let samples: [[UInt8]]
  /// Reads some bytes and uses what comes of them; throws or returns.
  let read: (_ bytes: [UInt8], _ scratch: Scratch) throws -> Void
  /// Makes damaged bytes get past checksums; by default there are none.
  var repair: (_ bytes: [UInt8], _ sample: Int) -> [UInt8] = { bytes, _ in bytes }
  /// Whether values are exchanged rather than bytes, in most inputs.
  var isText = false

  /// The input of a number: from the seed and the number alone.
  func input(_ number: Int, seed: UInt64) -> [UInt8] {
    let name = self.name.utf8.reduce(UInt64(5381)) { $0 &* 33 &+ UInt64($1) }
    var dice = Dice(seed: seed &* 0x2545_F491_4F6C_DD1D &+ name &+ UInt64(number) << 20)
    let which = dice.below(samples.count)
    if isText, dice.below(4) > 0 {
      return Mutation.exchanged(samples[which], others: samples, &dice)
    }
    let damaged = Mutation.damaged(samples[which], others: samples, &dice)
    // A quarter keeps its wrong checksums.
    return dice.below(4) == 0 ? damaged : repair(damaged, which)
  }
}

extension Format {
  /// All formats.
  ///
  /// - Parameter graphFolder: where further graphs lie.
  static func all(graphFolder: String?) throws -> [Format] {
    try graphs(graphFolder) + checkpoints() + arrays() + pictures() + [events()]
  }

  private static func arrays() throws -> [Format] {
    let tensors = Samples.tensors
    let npy = try tensors.filter { $0.value.dtype != .bfloat16 }.sorted { $0.key < $1.key }
      .map { try $0.value.npyBytes() }
    let plain = tensors.filter { $0.value.dtype != .bfloat16 }
    return [
      Format(name: "npy", samples: npy) { bytes, _ in
        Samples.use(try AnyTensor(npy: bytes))
      },
      Format(
        name: "npz",
        samples: [
          try Samples.file { try NPZ.write(plain, to: $0) },
          try Samples.file { try NPZ.write(plain, to: $0, compressed: true) },
        ]
      ) { bytes, _ in try NPZ.read(bytes).values.forEach(Samples.use) },
      Format(
        name: "safetensors",
        samples: [
          try Safetensors.bytes(tensors),
          try Safetensors.bytes(tensors, metadata: ["format": "pt", "note": "naïve \"x\""]),
        ]
      ) { bytes, _ in
        _ = try Safetensors.metadata(bytes)
        try Safetensors.read(bytes).values.forEach(Samples.use)
      },
    ]
  }

  private static func pictures() throws -> [Format] {
    let grey = try Tensor<UInt8>(shape: [9, 7], scalars: (0..<63).map { UInt8($0 * 4) })
    let colored = try Tensor<UInt8>(shape: [5, 4, 3], scalars: (0..<60).map { UInt8($0 * 4) })
    let idx = try Samples.tensors.values.filter { [.uint8, .int32, .float32].contains($0.dtype) }
      .sorted { $0.byteCount < $1.byteCount }.map { try IDX.bytes(of: $0) }
    let packed = try idx.map { bytes in
      try Samples.file(".gz") { path in try IDX.write(try IDX.read(bytes), to: path) }
    }
    return [
      Format(name: "idx", samples: idx + packed) { bytes, _ in Samples.use(try IDX.read(bytes)) },
      Format(
        name: "png", samples: [try PNG.encode(grey), try PNG.encode(colored)],
        read: { bytes, _ in
          Samples.use(try PNG.decode(bytes).erased)
          Samples.use(try PNG.decode(bytes, as: .rgb).erased)
        }, repair: { bytes, _ in Checksums.repairPNG(bytes) }),
    ]
  }

  private static func events() throws -> Format {
    let sample = try Samples.eventFile()
    return Format(
      name: "events", samples: [sample] + Checksums.records(of: sample),
      read: { bytes, scratch in
        let path = try scratch.write(bytes, "events.out.tfevents.1")
        var reader = try EventReader(contentsOf: path)
        let (events, error) = reader.remaining()
        for event in events {
          guard case .values(let values) = event.content else { continue }
          for value in values { _ = value.tag.count }
        }
        if let error { throw error }
      },
      repair: { bytes, sample in
        // A damaged record in a sound frame, or all records that can still be found.
        Checksums.file(of: sample == 0 ? Checksums.records(of: bytes) : [bytes])
      })
  }

  private static func checkpoints() throws -> [Format] {
    let (index, data) = try Samples.checkpoint()
    let blocks = Checksums.blocks(of: index)
    func read(_ scratch: Scratch) throws {
      let checkpoint = try Checkpoint(scratch.path("model"))
      for entry in checkpoint.entries {
        if entry.type == .string {
          _ = try? checkpoint.strings(named: entry.name)
        } else if let tensor = try? checkpoint.tensor(named: entry.name) {
          Samples.use(tensor)
        }
      }
      try checkpoint.verify()
    }
    return [
      Format(
        name: "checkpoint-index", samples: [index],
        read: { bytes, scratch in
          _ = try scratch.write(data, "model.data-00000-of-00001")
          _ = try scratch.write(bytes, "model.index")
          try read(scratch)
        }, repair: { bytes, _ in Checksums.repairTable(bytes, blocks: blocks) }),
      Format(name: "checkpoint-data", samples: [data]) { bytes, scratch in
        _ = try scratch.write(index, "model.index")
        _ = try scratch.write(bytes, "model.data-00000-of-00001")
        try read(scratch)
      },
    ]
  }
}
