import WeftGraph

extension CustomGradient: ExpandableDefinition {
  /// The result: where the graph goes nobody differentiates it any more.
  func expanded(_ inputs: [Output]) -> Output { inputs[0] }
}

extension Orthonormalize: ExpandableDefinition {
  /// The factor Q with the signs of R's diagonal.
  public func expanded(_ inputs: [Output]) -> Output {
    let graph = inputs[0].graph
    func add(_ definition: any OpDefinition, _ inputs: Output...) -> GraphOperation {
      graph.add(definition, inputs: inputs, at: nil)
    }
    let factors = add(Qr(), inputs[0])
    let diagonal = add(MatrixDiagPart(), factors.output(1)).output(0)
    let upright = add(Mul(), factors.output(0), add(Sign(), diagonal).output(0)).output(0)
    guard transposed else { return upright }
    let order = graph.constant(Tensor<Int32>([1, 0]), name: "Const", at: nil).output
    return add(Transpose(), upright, order).output(0)
  }
}

extension GatherOrZero: ExpandableDefinition {
  /// The rows of the indices that are not negative, and zeros.
  public func expanded(_ inputs: [Output]) -> Output {
    let (rows, graph) = (inputs[0], inputs[0].graph)
    func add(_ definition: any OpDefinition, _ inputs: Output...) -> Output {
      graph.add(definition, inputs: inputs, at: nil).output(0)
    }
    func number(_ value: Int) -> Output {
      graph.constant(Tensor(Int32(clamping: value)), name: "Const", at: nil).output
    }
    let ids = add(Cast(to: .int32), inputs[1])
    let picked = add(Gather(), rows, add(Maximum(), ids, number(0)))
    // As many axes as the rows have, of size 1, so that one truth is for a whole row.
    let mask = add(GreaterEqual(), ids, number(0))
    let width = add(Sub(), add(Rank(), rows), number(1))
    let vector = add(
      Reshape(), width, graph.constant(Tensor<Int32>([1]), name: "Const", at: nil).output)
    let ones = add(Fill(), vector, number(1))
    let shape = add(ConcatV2(count: 2), add(Shape(dtype: .int32), ids), ones, number(0))
    return add(SelectV2(), add(Reshape(), mask, shape), picked, add(ZerosLike(), picked))
  }
}

extension LinearScan: ExpandableDefinition {
  /// Each element as a sum over those before: Eᵢ = Σⱼ bⱼ Π aₖ over j < k < i, by cumulative products along a
  /// second axis; in reverse the other way round.
  public func expanded(_ inputs: [Output]) -> Output {
    let (factors, terms, graph) = (inputs[0], inputs[1], inputs[0].graph)
    func add(_ definition: any OpDefinition, _ inputs: Output...) -> Output {
      graph.add(definition, inputs: inputs, at: nil).output(0)
    }
    func number(_ value: Int) -> Output {
      graph.constant(Tensor(Int32(clamping: value)), name: "Const", at: nil).output
    }
    let rank = add(Rank(), factors)
    let axis = add(FloorMod(), add(Cast(to: .int32), inputs[2]), rank)
    let next = add(AddV2(), axis, number(1))
    let size = add(Gather(), add(Shape(dtype: .int32), factors), axis)
    let places = add(RangeDefinition(), number(0), size, number(1))
    func one() -> Output { graph.constant(Tensor<Int32>([1]), name: "Const", at: nil).output }
    // Places of the results along `next`, those of the terms along `axis`, and axes of size 1 behind.
    let count = add(Sub(), add(Sub(), rank, axis), number(1))
    let behind = add(Fill(), add(Reshape(), count, one()), number(1))
    func shaped(_ sizes: [Output]) -> Output {
      let joined = graph.add(
        ConcatV2(count: sizes.count + 1), inputs: sizes + [behind, number(0)], at: nil)
      return add(Reshape(), places, joined.output(0))
    }
    let length = add(Reshape(), size, one())
    let (to, from) = (shaped([length]), shaped([length, one()]))
    let isLater = reverse ? add(Less(), to, from) : add(Greater(), to, from)
    let along = add(ExpandDims(), factors, axis)
    let ones = add(OnesLike(), along)
    let chained = add(
      Cumprod(exclusive: true, reverse: reverse), add(SelectV2(), isLater, along, ones), next)
    let weighted = add(Mul(), add(ExpandDims(), terms, next), chained)
    let counted = add(SelectV2(), isLater, weighted, add(ZerosLike(), weighted))
    return add(Sum(keepDims: false), counted, axis)
  }
}
