import Weft

/// x³, with mistakes on demand: what the kit must find.
struct Cube: OpDefinition {
  enum Mistake: Hashable { case none, gradient, gradientShape, kernel, shape, type, unknownRank }
  static let typeName = "Cube"
  var mistake = Mistake.none

  func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let input = context.inputs[0]
    switch mistake {
    case .shape where !input.shape.isComplete:
      return [TensorType(input.dtype, [3, 5])]
    case .unknownRank where input.shape.rank == nil:
      throw OpFailure("needs a rank", code: .invalidShape)
    case .type where !input.shape.isComplete: return [TensorType(.int32, input.shape)]
    default: return [input]
    }
  }

  func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let x = context.input(0)
    let slope = x * x * context.gradient(0)
    switch mistake {
    case .gradient: return [slope]
    case .gradientShape: return [sum(slope)]
    default: return [slope + slope + slope]
    }
  }

  func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    func open<S: FloatingScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      [try context.output(try context.input(0, as: S.self).scalars.map { $0 * $0 * $0 })]
    }
    guard let type = context.inputs[0].dtype.floatingType else { throw OpFailure("real only") }
    return try open(type)
  }
}

extension Cube: CPUKernelProviding {
  func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let count = request.outputs[0].count
    let last = mistake == .kernel ? count - 1 : count
    func kernel<S: FloatingScalar>(_: S.Type) -> CPUKernel {
      { (arguments) throws(OpFailure) in
        let x = arguments.input(0, as: S.self)
        let y = arguments.output(0, as: S.self)
        for index in 0..<count { y[index] = index < last ? x[index] * x[index] * x[index] : 0 }
      }
    }
    return request.inputs[0].dtype == .float32 ? kernel(Float.self) : kernel(Double.self)
  }
}

/// A step: it has no gradient.
struct Step: PointwiseDefinition {
  static let typeName = "Step"
  var claimsGradient = false
  var expression: ScalarExpression { .select(.input(0) .> 0, 1, 0) + 0 * .input(0) }
  func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    claimsGradient ? [context.gradient(0)] : nil
  }
}
