import WeftGraph

/// A view of an output for operations that take any element type.
private struct Operand: AnyNode {
  let output: Output
  init(_ output: Output) { self.output = output }
}

private func shape(of output: Output) -> Node<Int32> {
  apply(Shape(dtype: .int32), [Operand(output)])
}

private func rank(of output: Output) -> Node<Int32> { apply(Rank(), [Operand(output)]) }

private func number(_ value: Int, in graph: Graph) -> Node<Int32> {
  graph.constant(Tensor(Int32(clamping: value)), name: "Const", at: nil)
}

/// first, first + 1, ... below the end.
private func range(to end: Node<Int32>) -> Node<Int32> {
  let graph = end.graph
  return apply(RangeDefinition(), [number(0, in: graph), end, number(1, in: graph)])
}

extension AllAxes: ExpandableDefinition {
  func expanded(_ inputs: [Output]) -> Output { range(to: rank(of: inputs[0])).output }
}

extension SwappedAxes: ExpandableDefinition {
  func expanded(_ inputs: [Output]) -> Output {
    let (rank, graph) = (rank(of: inputs[0]), inputs[0].graph)
    let last = graph.constant(Tensor<Int32>([1, 2]), name: "Const", at: nil)
    let leading: Node<Int32> = apply(Sub(), [rank, number(2, in: graph)])
    let swapped: Node<Int32> = apply(Sub(), [rank, last])
    let parts: [any AnyNode] = [range(to: leading), swapped, number(0, in: graph)]
    return applyOperation(ConcatV2(count: 2), parts).output(0)
  }
}

extension GroupSize: ExpandableDefinition {
  func expanded(_ inputs: [Output]) -> Output {
    let graph = inputs[0].graph
    let whole: Node<Int32> = apply(Size(dtype: .int32), [Operand(inputs[0])])
    let groups: Node<Int32> = apply(Size(dtype: .int32), [Operand(inputs[1])])
    let divisor: Node<Int32> = apply(Maximum(), [groups, number(1, in: graph)])
    let size: Node<Int32> = apply(FloorDiv(), [whole, divisor])
    return applyOperation(Cast(to: dtype), [size]).output(0)
  }
}

extension KeptShape: ExpandableDefinition {
  public func expanded(_ inputs: [Output]) -> Output {
    let graph = inputs[0].graph
    let rank = rank(of: inputs[0])
    let axes: Node<Int32> = apply(Cast(to: .int32), [Operand(inputs[1])])
    let shifted: Node<Int32> = apply(Add(), [axes, rank])
    let positive: Node<Int32> = apply(FloorMod(), [shifted, rank])
    let count: Node<Int32> = shape(of: positive.output)
    let ones: Node<Int32> = apply(Fill(), [count, number(1, in: graph)])
    let operands: [any AnyNode] = [range(to: rank), positive, shape(of: inputs[0]), ones]
    return applyOperation(DynamicStitch(count: 2), operands).output(0)
  }
}

extension ShapePart: ExpandableDefinition {
  func expanded(_ inputs: [Output]) -> Output {
    let graph = inputs[0].graph
    let sizes = shape(of: inputs[0])
    func slice(from: Int, to: Int) -> Node<Int32> {
      var masks = SliceMasks()
      if from == 0 { masks.begin = 1 }
      if to == 0 { masks.end = 1 }
      let bounds = [from, to, 1].map { bound in
        graph.constant(Tensor([Int32(clamping: bound)]), name: "Const", at: nil)
      }
      return apply(StridedSlice(masks: masks), [sizes] + bounds)
    }
    switch part {
    case .leading(let count): return (count == 0 ? sizes : slice(from: 0, to: -count)).output
    case .removing(let axes):
      let squeezed = applyOperation(Squeeze(axes: axes), [Operand(inputs[0])])
      return axes.isEmpty ? sizes.output : shape(of: squeezed.output(0)).output
    case .rows:
      let leading = slice(from: 0, to: -1)
      let axis = graph.constant(Tensor<Int32>([0]), name: "Const", at: nil)
      let rows: Node<Int32> = apply(Prod(keepDims: true), [leading, axis])
      let parts: [any AnyNode] = [rows, slice(from: -1, to: 0), number(0, in: graph)]
      return applyOperation(ConcatV2(count: 2), parts).output(0)
    }
  }
}
