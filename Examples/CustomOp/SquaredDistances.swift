import Weft

/// An operation of one's own: the squared distance of each row of one matrix from each row of another.
///
/// Formula: dᵢⱼ = Σₖ (aᵢₖ - bⱼₖ)². Shapes: [n, k] and [m, k] give [n, m].
///
/// Everything that the graph, autodiff and the reference device need is in this type; the kernel for
/// the CPU is in the extension below. Nothing is registered anywhere.
struct SquaredDistances: OpDefinition {
  static let typeName = "SquaredDistances"
  var inputNames: [String] { ["a", "b"] }

  /// The shape rule: it sees what is known of the shapes when the graph is built.
  func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.requireSameType()
    try context.require(0, dtypes: [.float32, .float64])
    for index in 0..<2 { try context.require(index, rank: 2) }
    let (a, b) = (context.inputs[0].shape, context.inputs[1].shape)
    if let left = a[1], let right = b[1], left != right {
      throw OpFailure("rows have \(left) and \(right) elements: \(a) and \(b)", code: .invalidShape)
    }
    return [TensorType(context.inputs[0].dtype, [a[0], b[0]])]
  }

  /// The specification: what every device must compute.
  func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let (rows, columns) = (context.inputs[0].shape[0], context.inputs[1].shape[0])
    let size = context.inputs[0].shape[1]
    let (a, b) = (context.inputs[0].doubles, context.inputs[1].doubles)
    var distances: [Double] = []
    for i in 0..<rows {
      for j in 0..<columns {
        distances.append(
          (0..<size).reduce(0.0) { sum, k in
            let difference = a[i * size + k] - b[j * size + k]
            return sum + difference * difference
          })
      }
    }
    guard context.inputs[0].dtype == .float32 else { return [try context.output(distances)] }
    return [try context.output(distances.map { Float($0) })]
  }

  /// The gradient, by other operations, so that it can be differentiated again:
  /// ∂L/∂aᵢ = 2 (Σⱼ gᵢⱼ) aᵢ - 2 Σⱼ gᵢⱼ bⱼ, and the same with the sides exchanged.
  func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let (a, b, g) = (context.input(0), context.input(1), context.gradient(0))
    let rowSums = sum(g, axes: [1], keepDims: true)
    let columnSums = expandDims(sum(g, axes: [0]), axis: 1)
    return [
      2 * (rowSums * a - matmul(g, b)),
      2 * (columnSums * b - matmul(g, a, transposeA: true)),
    ]
  }
}

/// The kernel for the CPU: planned once for complete shapes, then run with bare memory.
extension SquaredDistances: CPUKernelProviding {
  func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    switch request.outputs[0].dtype {
    case .float32: kernel(request, of: Float.self)
    case .float64: kernel(request, of: Double.self)
    default: throw OpFailure("there is no kernel for \(request.outputs[0].dtype)")
    }
  }

  private func kernel<S: FloatingScalar>(_ request: KernelRequest, of _: S.Type) -> CPUKernel {
    let (rows, columns) = (request.inputs[0].shape[0], request.inputs[1].shape[0])
    let size = request.inputs[0].shape[1]
    return { arguments in
      let a = arguments.input(0, as: S.self)
      let b = arguments.input(1, as: S.self)
      let distances = arguments.output(0, as: S.self)
      for i in 0..<rows {
        for j in 0..<columns {
          var sum: S = 0
          for k in 0..<size {
            let difference = a[i * size + k] - b[j * size + k]
            sum += difference * difference
          }
          distances[i * columns + j] = sum
        }
      }
    }
  }
}

/// The squared distance of each row of `a` from each row of `b`.
///
/// ```swift
/// let distances = squaredDistances(images, prototypes)  // [?, 784] and [10, 784] give [?, 10]
/// ```
func squaredDistances<S: FloatingScalar>(
  _ a: some NodeConvertible<S>, _ b: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(SquaredDistances(), [a.node, b.node], name: name, at: SourceLocation(fileID, line))
}
