import WeftGraph

/// A distribution of real numbers.
public enum RandomDistribution: Sendable {
  /// Even in [0, 1).
  case uniform
  /// Normal, of mean 0 and deviation 1.
  case normal
  /// The same, without what is 2 or further from 0: that is drawn again.
  case truncatedNormal
}

/// An operation that fills a tensor of a given shape with real numbers of a distribution.
public protocol RandomFillDefinition: RandomDefinition {
  /// The distribution.
  static var distribution: RandomDistribution { get }
  /// The element type of the result.
  var dtype: DType { get }
  /// An operation.
  init(dtype: DType, seed: Int64, seed2: Int64)
}

extension RandomFillDefinition {
  public var attributes: [Attribute] { [Attribute("dtype", .type(dtype))] + seedAttributes }
  public var inputNames: [String] { ["shape"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try RandomFill.check(dtype)
    return [TensorType(dtype, try context.requestedShape(0))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.requestedShape(0)
    let generator = context.generator(forElements: try checkedCount(shape))
    return [try RandomFill.tensor(Self.distribution, dtype, shape: shape, from: generator)]
  }
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
