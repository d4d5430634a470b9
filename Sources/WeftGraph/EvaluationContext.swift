/// What an operation's `evaluate` sees: complete values and complete output types.
public struct EvaluationContext {
  /// The values of the inputs.
  public let inputs: [AnyTensor]
  /// The types of the outputs, complete.
  public let outputTypes: [TensorType]
  private let reserve: (UInt64) -> RandomPosition
  /// What the run keeps, and the streams of operations inside this one.
  public let environment: RunEnvironment

  /// A context. `reserve` hands out positions of the operation's random stream: it returns the
  /// present one and advances the stream by that many blocks.
  public init(
    inputs: [AnyTensor], outputTypes: [TensorType],
    environment: RunEnvironment = RunEnvironment(),
    reserve: @escaping (UInt64) -> RandomPosition = { _ in RandomPosition(key: 0, counter: 0) }
  ) {
    self.environment = environment
    self.inputs = inputs
    self.outputTypes = outputTypes
    self.reserve = reserve
  }

  /// An input with its element type.
  ///
  /// Throws ``OpFailure`` if it has another.
  public func input<S: TensorScalar>(_ index: Int, as _: S.Type = S.self) throws(OpFailure)
    -> Tensor<S>
  {
    guard inputs.indices.contains(index), let tensor = inputs[index].typed(S.self) else {
      throw OpFailure("input \(index) is not of type \(S.dtype)", code: .invalidType)
    }
    return tensor
  }

  /// The complete shape of an output.
  public func outputShape(_ index: Int = 0) throws(OpFailure) -> [Int] {
    guard outputTypes.indices.contains(index), let shape = outputTypes[index].shape.complete else {
      throw OpFailure("the shape of output \(index) is not known", code: .invalidShape)
    }
    return shape
  }

  /// A tensor of the shape of output 0 (or another) from scalars in row-major order.
  public func output<S: TensorScalar>(_ scalars: [S], index: Int = 0) throws(OpFailure) -> AnyTensor
  {
    let shape = try outputShape(index)
    do {
      return AnyTensor(try Tensor(shape: shape, scalars: scalars))
    } catch {
      throw OpFailure(error.message)
    }
  }

  /// Takes blocks from the operation's random stream: the position of the first.
  public func reserveRandomBlocks(_ count: UInt64) -> RandomPosition { reserve(count) }
}

/// A place in a Philox random stream: the key, and the 128-bit counter of the next block.
public struct RandomPosition: Hashable, Sendable {
  /// The key: the operation's seed.
  public let key: UInt64
  /// The counter: seed2 in the upper half, blocks drawn so far in the lower.
  public let counter: UInt128
  /// A place.
  public init(key: UInt64, counter: UInt128) {
    self.key = key
    self.counter = counter
  }
}

/// What operations that hold others, or work on lists, need of the run that they are evaluated in.
public struct RunEnvironment {
  /// The run's lists.
  public let store: RunStore
  /// Takes blocks from the random stream of an operation, by its name and seeds.
  public let reserve: (String, Int64, Int64, UInt64) -> RandomPosition

  /// An environment; by default without lists yet, and without random streams.
  public init(
    store: RunStore = RunStore(),
    reserve: @escaping (String, Int64, Int64, UInt64) -> RandomPosition = { _, _, _, _ in
      RandomPosition(key: 0, counter: 0)
    }
  ) {
    self.store = store
    self.reserve = reserve
  }
}
