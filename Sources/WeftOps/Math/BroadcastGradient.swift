import WeftGraph

/// TensorFlow's `BroadcastGradientArgs`: the axes over which each of two operands was stretched.
public struct BroadcastGradientArgs: OpDefinition {
  public static let typeName = "BroadcastGradientArgs"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.requireSameType()
    if let x = context.integers(0), let y = context.integers(1) {
      let axes = broadcastAxes(x, y)
      let dtype = context.inputs[0].dtype
      return [
        TensorType(dtype, [axes.left.count]), TensorType(dtype, [axes.right.count]),
      ]
    }
    return context.inputs.map { TensorType($0.dtype, [nil]) }
  }
  public func evaluate(_ context: EvaluationContext) -> [AnyTensor] {
    let axes = broadcastAxes(context.inputs[0].integers, context.inputs[1].integers)
    let dtype = context.inputs[0].dtype
    return [AnyTensor(indices: axes.left, as: dtype), AnyTensor(indices: axes.right, as: dtype)]
  }
}

/// The axes of the broadcast shape over which the gradient of each operand is summed.
func broadcastAxes(_ x: [Int], _ y: [Int]) -> (left: [Int], right: [Int]) {
  let rank = max(x.count, y.count)
  let a = Array(repeating: 1, count: rank - x.count) + x
  let b = Array(repeating: 1, count: rank - y.count) + y
  var left: [Int] = []
  var right: [Int] = []
  for axis in 0..<rank {
    if a[axis] == b[axis] {
      // Sizes of 1 on both sides are summed too, as TensorFlow does: it changes nothing.
      if a[axis] == 1 {
        left.append(axis)
        right.append(axis)
      }
      continue
    }
    if a[axis] == 1 { left.append(axis) }
    if b[axis] == 1 { right.append(axis) }
  }
  return (left, right)
}

/// Gradients of a broadcasting operation's two operands, summed over the axes where they stretched.
func sumToShapes<S: FloatingScalar>(
  _ left: Node<S>, _ right: Node<S>, of context: GradientContext<S>
) -> [(any AnyNode)?] {
  let x = context.operation.inputs[0]
  let y = context.operation.inputs[1]
  guard let a = x.type?.shape, let b = y.type?.shape else { return [left, right] }
  if let known = a.complete, known == b.complete { return [left, right] }
  // Where one operand has every axis of the other and none of its own can stretch, it is left alone.
  if let a = a.dimensions, let b = b.complete, a.count > b.count,
    zip(a.suffix(b.count), b).allSatisfy({ $1 == 1 || $0 == $1 })
  {
    let axes = broadcastAxes(a.map { $0 ?? 2 }, b).right
    return [left, sumAndReshape(right, axes: axes, shape: b)]
  }
  if let b = b.dimensions, let a = a.complete, b.count > a.count,
    zip(b.suffix(a.count), a).allSatisfy({ $1 == 1 || $0 == $1 })
  {
    let axes = broadcastAxes(a, b.map { $0 ?? 2 }).left
    return [sumAndReshape(left, axes: axes, shape: a), right]
  }
  let graph = context.operation.graph
  let shapes = [x, y].map { shapeNode($0) }
  let arguments = graph.add(
    BroadcastGradientArgs(), inputs: shapes.map(\.output), at: nil)
  func reduced(_ gradient: Node<S>, _ index: Int) -> Node<S> {
    let axes = Node<Int32>(output: arguments.output(index))
    let total = Node<S>(
      output: graph.add(
        Sum(keepDims: false), inputs: [gradient.output, axes.output], at: nil
      ).output(0))
    return apply(Reshape(), [total, shapes[index]])
  }
  return [reduced(left, 0), reduced(right, 1)]
}

/// A gradient of a broadcast result summed over the axes where one operand stretched.
func sumToShape<S: FloatingScalar>(_ gradient: Node<S>, of operand: Output) -> Node<S> {
  if let known = operand.type?.shape.complete, known == gradient.shape.complete { return gradient }
  let shape = shapeNode(operand)
  let arguments = applyOperation(BroadcastGradientArgs(), [shape, shapeNode(gradient.output)])
  let axes = Node<Int32>(output: arguments.output(0))
  let total: Node<S> = apply(Sum(keepDims: false), [gradient, axes])
  return apply(Reshape(), [total, shape])
}

private func sumAndReshape<S: FloatingScalar>(_ x: Node<S>, axes: [Int], shape: [Int]) -> Node<S> {
  let graph = x.graph
  let axesNode = graph.constant(
    Tensor(axes.map { Int32($0) }), name: "Sum/reduction_indices", at: nil)
  let total: Node<S> = apply(Sum(keepDims: false), [x, axesNode])
  if axes.count == (x.shape.rank ?? -1) - shape.count { return total }
  let shapeNode = graph.constant(
    Tensor(shape.map { Int32($0) }), name: "Reshape/shape", at: nil)
  return apply(Reshape(), [total, shapeNode])
}

/// The shape of an output as a node.
func shapeNode(_ output: Output) -> Node<Int32> {
  Node(output: output.graph.add(Shape(dtype: .int32), inputs: [output], at: nil).output(0))
}
