import WeftGraph

/// What random operations with an input for the output's shape have in common.
///
/// The seeds are those that ``WeftGraph/Graph/seedPair(_:for:)`` gives; two zeros mean new numbers in
/// every session.
public protocol RandomDefinition: OpDefinition {
  /// The first seed.
  var seed: Int64 { get }
  /// The second seed.
  var seed2: Int64 { get }
}

extension RandomDefinition {
  public var effect: Effect { .random(seed: seed, seed2: seed2) }

  var seedAttributes: [Attribute] {
    [Attribute("seed", .int(Int(seed))), Attribute("seed2", .int(Int(seed2)))]
  }
}

extension Philox {
  /// The generator at a place that a session gave an operation.
  init(_ position: RandomPosition) {
    self.init(key: position.key, counter: position.counter)
  }
}

extension EvaluationContext {
  /// A generator for so many numbers, each with the 256 blocks that TensorFlow sets aside.
  func generator(forElements count: Int) -> Philox {
    Philox(reserveRandomBlocks(UInt64(count) &* 256))
  }

  /// The complete shape that an integer vector asks for.
  func requestedShape(_ index: Int) throws(OpFailure) -> [Int] {
    let shape = inputs[index].integers
    _ = try checkedCount(shape)
    return shape
  }
}
