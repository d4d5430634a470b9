/// How a random operation without a seed of its own gets one from the graph's.
public enum SeedPolicy: Sendable {
  /// A stable hash of the operation's name: adding an operation elsewhere never moves a stream.
  case byName
  /// The number of operations already in the graph, as TensorFlow 1 does.
  case tensorFlow1
}

extension Graph {
  /// The pair that seeds a random operation, as in TensorFlow's `get_seed`.
  ///
  /// With M = 2³¹ - 1: no seed at all gives (0, 0), which means new numbers in every session; an
  /// operation's seed alone gives (87654321, s mod M); a graph's seed g gives (g mod M, s mod M),
  /// where a missing s follows from the graph's ``SeedPolicy``. Should both be 0, the second
  /// becomes M.
  public func seedPair(_ seed: Int?, for planned: PlannedOperation) -> (seed: Int64, seed2: Int64) {
    let modulus: Int64 = 2_147_483_647
    func reduced(_ value: Int) -> Int64 {
      let rest = Int64(value) % modulus
      return rest < 0 ? rest + modulus : rest
    }
    let pair: (Int64, Int64)
    switch (self.seed, seed) {
    case (nil, nil): return (0, 0)
    case (nil, let own?): pair = (87_654_321, reduced(own))
    case (let graph?, let own?): pair = (reduced(graph), reduced(own))
    case (let graph?, nil):
      switch seedPolicy {
      case .tensorFlow1: pair = (reduced(graph), reduced(planned.index))
      case .byName: pair = (reduced(graph), reduced(Self.stableHash(planned.name)))
      }
    }
    return pair == (0, 0) ? (0, modulus) : pair
  }

  /// FNV-1a over the UTF-8 bytes, without the sign bit: the same in every run and on every machine.
  static func stableHash(_ text: String) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return Int(truncatingIfNeeded: hash & 0x7FFF_FFFF_FFFF_FFFF)
  }
}
