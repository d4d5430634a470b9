import Testing
import Weft

private typealias X = Node<Float>
private func x(_ graph: Graph, _ shape: TensorShape = [3, 4]) -> X {
  graph.placeholder(shape: shape, name: "x")
}
private func constant(_ graph: Graph, _ values: Tensor<Int32>) -> Node<Int32> {
  graph.constant(values)
}

/// Shapes, sizes, indices and types that are wrong while the graph is built.
private let mistakes: [Mistake] = [
  Mistake("reshape to too many", says: "12 elements") { [reshape(x($0), [5, 3])] },
  Mistake("reshape with two -1", says: "only one dimension can be -1") {
    [reshape(x($0), [-1, -1])]
  },
  Mistake("reshape to -2", says: "-2") { [reshape(x($0), [-2, 6])] },
  Mistake("reshape that overflows", says: "too large") {
    [reshape(x($0, [nil]), [1 << 30, 1 << 30, 1 << 30])]
  },
  Mistake("reshape 0 by -1", says: "12 elements") { [reshape(x($0), [0, -1])] },
  Mistake("zeros of -1", says: "-1") { [$0.zeros([-1, 3], as: Float.self)] },
  Mistake("zeros that overflow", says: "2147483647") {
    [$0.zeros([Int.max, Int.max, 8], as: Float.self)]
  },
  Mistake("ones of Int.min", says: "-2147483648") { [$0.ones([Int.min], as: Int32.self)] },
  Mistake("fill that overflows", says: "2147483647") {
    [$0.fill([1 << 40, 1 << 40, 1 << 40], with: Float(1))]
  },
  Mistake("fill by a matrix", says: "rank 1") {
    [$0.fill(shape: constant($0, [[2, 3]]), with: Float(1))]
  },
  Mistake("broadcastTo a shape that does not fit", says: "[3, 4]") {
    [broadcastTo(x($0), shape: [3, 5])]
  },
  Mistake("broadcastTo -1", says: "-1") { [broadcastTo(x($0), shape: [-1, 4])] },
  Mistake("broadcastTo that overflows", says: "2147483647") {
    [broadcastTo(x($0), shape: [Int.max, Int.max, 3, 4])]
  },
  Mistake("broadcastTo fewer axes", says: "[4]") { [broadcastTo(x($0), shape: [4])] },
  Mistake("tile by too few", says: "1 multiples") { [tile(x($0), [2])] },
  Mistake("tile by -1", says: "-1") { [tile(x($0), [-1, 2])] },
  Mistake("tile that overflows", says: "does not fit in memory") {
    [tile(tile(x($0), [Int.max, Int.max]), [Int.max, Int.max])]
  },
  Mistake("pad by -1", says: "-1") { [pad(x($0), [(-1, 0), (0, 0)])] },
  Mistake("pad by too few", says: "[3, 4]") { [pad(x($0), [(1, 1)])] },
  Mistake("pad that overflows", says: "does not fit in memory") {
    [pad(pad(x($0), [(Int.max, Int.max), (0, 0)]), [(0, 0), (Int.max, Int.max)])]
  },
  Mistake(
    "mirror pad by more than there is", says: "a padding of 9 is too wide for an axis of size 3"
  ) {
    [mirrorPad(x($0), [(9, 0), (0, 0)], mode: .reflect)]
  },
  Mistake("range by 0", says: "0") { [$0.range(from: 0, to: 5, by: Int32(0))] },
  Mistake("range of too many", says: "range") {
    [$0.range(from: Int64.min, to: Int64.max, by: Int64(1))]
  },
  Mistake("range by NaN", says: "nan") { [$0.range(from: Float(0), to: 5, by: .nan)] },
  Mistake("range to infinity", says: "inf") { [$0.range(from: 0, to: Float.infinity)] },
  Mistake("linspace of -3", says: "-3") { [$0.linspace(from: Float(0), to: 1, count: -3)] },
  Mistake("linspace of none", says: "0") { [$0.linspace(from: Float(0), to: 1, count: 0)] },
  Mistake("eye of -1", says: "-1") { [$0.eye(-1, as: Float.self)] },
  Mistake("eye of too many", says: "2147483647") { [$0.eye(.max, as: Float.self)] },
  Mistake("oneHot of depth -1", says: "-1") {
    [oneHot(constant($0, [0, 1]), depth: -1, on: Float(1))]
  },
  Mistake("topK of more than there are", says: "5") { [topK(x($0), 5).values] },
  Mistake("topK of -1", says: "-1") { [topK(x($0), -1).values] },
  Mistake("inTopK of -1 classes", says: "rank 1") { [inTopK(x($0), constant($0, [[1]]), k: -1)] },
  Mistake("split in 0", says: "0 parts") { split(x($0), count: 0, axis: 1) + [x($0)] },
  Mistake("split in -2", says: "-2 parts") { split(x($0), count: -2, axis: 1) + [x($0)] },
  Mistake("split unevenly", says: "3 equal parts") { split(x($0), count: 3, axis: 1) },
  Mistake("split into other sizes", says: "do not add up to 4") {
    split(x($0), sizes: [1, 2], axis: 1)
  },
  Mistake("split with two -1", says: "do not add up to 4") {
    split(x($0), sizes: [-1, -1], axis: 1)
  },
  Mistake("split with huge sizes", says: "do not add up to 4") {
    split(x($0), sizes: [Int.max, Int.max, Int.max], axis: 1)
  },
  Mistake("split into no sizes", says: "0") { split(x($0), sizes: [], axis: 1) + [x($0)] },
  Mistake("slice outside", says: "[3, 4]") { [slice(x($0), begin: [2, 2], size: [2, 2])] },
  Mistake("slice before the start", says: "-1") { [slice(x($0), begin: [-1, 0], size: [1, 1])] },
  Mistake("slice of size -2", says: "-2") { [slice(x($0), begin: [0, 0], size: [-2, 1])] },
  Mistake("slice with huge numbers", says: "2147483647") {
    [slice(x($0), begin: [Int.max, 0], size: [Int.max, 1])]
  },
  Mistake("slice with too few numbers", says: "[3, 4]") { [slice(x($0), begin: [0], size: [1])] },
  Mistake("an index outside", says: "index 3 is outside an axis of size 3") { [x($0)[3]] },
  Mistake("an index before the start", says: "index -4 is outside an axis of size 3") {
    [x($0)[-4]]
  },
  Mistake("an index of Int.min", says: "is outside an axis of size 3") { [x($0)[Int.min]] },
  Mistake("too many indices", says: "too many indices") { [x($0)[0, 0, 0]] },
  Mistake("a step of 0", says: "step") { [x($0)[every(0)]] },
  Mistake("strides of another length", says: "length") {
    [stridedSlice(x($0), begin: [0], end: [1, 2], strides: [1])]
  },
  Mistake("two ellipses", says: "only one ellipsis") {
    var masks = SliceMasks()
    masks.ellipsis = 3
    return [stridedSlice(x($0), begin: [0, 0], end: [0, 0], masks: masks)]
  },
  Mistake("gather from a scalar", says: "scalar") { [gather(x($0, []), constant($0, [0]))] },
  Mistake("gatherND with too deep indices", says: "3") {
    [gatherND(x($0), constant($0, [[0, 0, 0]]))]
  },
  Mistake("scatterND into a shape that does not fit", says: "[") {
    [scatterND(indices: constant($0, [[0], [1]]), updates: x($0), shape: [5, 5])]
  },
  Mistake("stack of other shapes", says: "[3, 5]") { [stack([x($0), x($0, [3, 5])])] },
  Mistake("concat of other shapes", says: "[2, 5]") {
    [concat([x($0), x($0, [2, 5])], axis: 0)]
  },
  Mistake("concat that overflows", says: "does not fit in memory") {
    let wide = broadcastTo($0.constant(Float(1)), shape: [1 << 30, 1 << 31 - 1])
    let wider = concat(Array(repeating: wide, count: 9), axis: 0)
    return [concat(Array(repeating: wider, count: 9), axis: 0)]
  },
  Mistake("matmul of a vector", says: "[4]") { [matmul(x($0), x($0, [4]))] },
  Mistake("matmul of other sizes", says: "inner dimensions differ: [3, 4] x [3, 4]") {
    [matmul(x($0), x($0))]
  },
  Mistake("bias of another size", says: "[3]") { [biasAdd(x($0), x($0, [3]))] },
  Mistake("logits and labels that differ", says: "[3, 5]") {
    [softmaxCrossEntropy(logits: x($0), labels: x($0, [3, 5]))]
  },
  Mistake("sparse labels of another number", says: "[3, 4]") {
    [sparseSoftmaxCrossEntropy(logits: x($0), labels: constant($0, [0, 1]))]
  },
  Mistake("transpose with too few axes", says: "[0]") { [transpose(x($0), permutation: [0])] },
  Mistake("squeeze of an axis of 3", says: "3") { [squeeze(x($0), axes: [0])] },
  Mistake("unstack into another count", says: "3") { unstack(x($0), count: 2) },
  Mistake("spaceToDepth by 0", says: "0") { [spaceToDepth(x($0, [1, 4, 4, 1]), blockSize: 0)] },
  Mistake("spaceToDepth by -1", says: "-1") { [spaceToDepth(x($0, [1, 4, 4, 1]), blockSize: -1)] },
  Mistake("depthToSpace that does not divide", says: "3") {
    [depthToSpace(x($0, [1, 4, 4, 3]), blockSize: 2)]
  },
  Mistake("spaceToBatch by 0", says: "0") {
    [spaceToBatch(x($0, [1, 4, 1]), blockShape: [0], paddings: [(0, 0)])]
  },
  Mistake("dynamicPartition into -1", says: "-1") {
    dynamicPartition(x($0), partitions: constant($0, [0, 0, 0]), count: -1) + [x($0)]
  },
  Mistake("segment sum of -1 segments", says: "-1") {
    [unsortedSegmentSum(x($0), segments: constant($0, [0, 0, 0]), count: -1)]
  },
  Mistake("dropout that keeps nothing", says: "keep") { [dropout(x($0), keep: 0.0)] },
  Mistake("dropout that keeps NaN", says: "keep") { [dropout(x($0), keep: Double.nan)] },
  Mistake("random numbers of a negative shape", says: "-3") {
    let noise: X = $0.randomUniform([-3])
    return [noise]
  },
  Mistake("random integers from an empty range", says: "the range is empty") {
    [$0.randomUniformInt([3], min: Int32(5), max: 5)]
  },
  Mistake("a variable of no complete shape", says: "must be complete") {
    [$0.variable(initialValue: x($0, [nil, 3]))]
  },
  Mistake("a variable without a shape", says: "says no shape") { [$0.variable(.zeros())] },
  Mistake("a variable of a negative shape", says: "-2") { [$0.variable(.zeros([-2]))] },
  Mistake("a sum with a stranger", says: "belongs to another graph") {
    [x($0) + x(Graph())]
  },
  Mistake("an assignment of another shape", says: "[2]") {
    let variable = $0.variable(.zeros([3]))
    return Attempt(
      nodes: [], targets: [variable.assign($0.constant([1, 2] as Tensor<Float>))])
  },
  Mistake("stack of nothing", says: "at least one") { _ in [stack([X]())] },
  Mistake("concat of nothing", says: "at least one") { _ in [concat([X](), axis: 0)] },
  Mistake("addN of nothing", says: "at least one") { _ in [addN([X]())] },
  Mistake("globalNorm of nothing", says: "at least one") { _ in [globalNorm([X]())] },
]

@Suite struct HostileShapeTests {
  @Test(arguments: mistakes.indices) func areRefused(_ index: Int) {
    let mistake = mistakes[index]
    expectError(mistake.runningError(on: ReferenceDevice()), mistake)
  }

  @Test func aStackOfNothingSpoilsWhatUsesItWithItsOwnMessage() {
    let graph = Graph()
    _ = x(graph) + stack([X]())
    #expect(graph.errors.count == 1)
    #expect(graph.errors.first?.message.contains("at least one") == true)
  }

  @Test func elementTypesThatDoNotFitAreRefused() {
    let graph = Graph()
    func raw(_ definition: any OpDefinition, _ inputs: [any AnyNode]) {
      graph.add(definition, inputs: inputs.map(\.output), at: SourceLocation("Here.swift", 1))
    }
    let f: X = graph.placeholder(shape: [3, 4])
    let d: Node<Double> = graph.placeholder(shape: [3, 4])
    let i: Node<Int32> = graph.placeholder(shape: [3, 4])
    let b: Node<Bool> = graph.placeholder(shape: [3, 4])
    let before = graph.errors.count
    let wrong: [(any OpDefinition, [any AnyNode])] = [
      (AddV2(), [f, d]), (Mul(), [f, i]), (Sub(), [b, b]), (Relu(), [b]), (Exp(), [i]),
      (LogicalAnd(), [b, f]), (LogicalNot(), [f]),
      (MatMul(transposeA: false, transposeB: true), [f, d]),
      (Sum(keepDims: false), [f, f]), (Sum(keepDims: false), [b, i]),
      (AnyTrue(keepDims: false), [f, i]),
      (Less(), [b, b]), (SelectV2(), [f, f, f]), (SelectV2(), [b, f, d]), (GatherV2(), [f, f, i]),
      (Reshape(), [f, f]), (Pack(count: 2, axis: 0), [f, d]), (ConcatV2(count: 2), [f, d, i]),
      (Softmax(), [i]), (SoftmaxCrossEntropyWithLogits(), [f, d]), (BiasAdd(), [f, d]),
      (IsNan(), [i]), (Fill(), [f, f]), (Tile(), [f, f]), (Transpose(), [f, f]),
      (OneHot(axis: -1), [f, i, f, f]), (TopKV2(sorted: true), [b, i]),
      (ArgMax(), [b, i]), (Cumsum(exclusive: false, reverse: false), [b, i]),
      (AddV2(), [f]), (AddV2(), []), (Relu(), [f, f]), (MatMul(), [f]), (Sum(keepDims: true), [f]),
      (SliceDefinition(), [f, f, f]), (StridedSlice(masks: SliceMasks()), [f, f, f, f]),
      (Split(count: 2), [f, f]), (UnsortedSegmentSum(), [f, f, i]), (ScatterNd(), [f, f, i]),
      (Assign(), [f, d]), (ScatterAdd(), [f, f, f]), (L2Loss(), [i]), (TakesNothing(), [d]),
    ]
    for (definition, inputs) in wrong {
      let count = graph.errors.count
      raw(definition, inputs)
      #expect(
        graph.errors.count == count + 1, "\(definition.typeName) took \(inputs.count) operands")
    }
    #expect(graph.errors.count == before + wrong.count)
  }
}

/// An operation that takes nothing at all.
private struct TakesNothing: OpDefinition {
  static let typeName = "TakesNothing"
  func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 0)
    return []
  }
  func evaluate(_ context: EvaluationContext) -> [AnyTensor] { [] }
}
