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

/// The distributions of ``RandomFill``.
enum RandomDistribution: Sendable {
  case uniform, normal, truncatedNormal
}

/// Tensors of random numbers on the host.
enum RandomFill {
  /// The element types that random real numbers come in.
  static let dtypes: [DType] = [.float32, .float64, .float16, .bfloat16]

  /// Requires one of ``dtypes``.
  static func check(_ dtype: DType) throws(OpFailure) {
    guard dtypes.contains(dtype) else {
      throw OpFailure("random real numbers are not defined for \(dtype)", code: .invalidType)
    }
  }

  /// A tensor of random real numbers.
  static func tensor(
    _ distribution: RandomDistribution, _ dtype: DType, shape: [Int], from generator: Philox
  ) throws(OpFailure) -> AnyTensor {
    guard let type = dtype.scalarType as? any RandomScalar.Type else {
      throw OpFailure("random real numbers are not defined for \(dtype)", code: .invalidType)
    }
    func open<S: RandomScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      var result = try zeros(S.self, shape)
      result.withUnsafeMutableScalars { target in
        switch distribution {
        case .uniform: generator.fillUniform(target)
        case .normal: generator.fillNormal(target)
        case .truncatedNormal: generator.fillTruncatedNormal(target)
        }
      }
      return AnyTensor(result)
    }
    return try open(type)
  }

  /// Memory for random numbers.
  static func zeros<S: TensorScalar>(_: S.Type, _ shape: [Int]) throws(OpFailure) -> Tensor<S> {
    _ = try checkedCount(shape)
    do { return try Tensor<S>.zeros(shape) } catch {
      throw OpFailure(error.message, code: .invalidShape)
    }
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
