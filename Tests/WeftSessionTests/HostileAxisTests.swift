import Testing
import Weft

private typealias X = Node<Float>

/// One operation that takes an axis, over a matrix of floats.
private struct AxisRow: Sendable {
  let name: String
  /// How many axes more than its operand the result has: they count too.
  let added: Int
  let build: @Sendable (X, Int) -> any AnyNode

  init(_ name: String, added: Int = 0, _ build: @escaping @Sendable (X, Int) -> any AnyNode) {
    self.name = name
    self.added = added
    self.build = build
  }
}

private let rows: [AxisRow] = [
  AxisRow("sum") { sum($0, axes: [$1]) }, AxisRow("mean") { mean($0, axes: [$1]) },
  AxisRow("prod") { prod($0, axes: [$1]) }, AxisRow("max") { max($0, axes: [$1]) },
  AxisRow("min") { min($0, axes: [0, $1]) }, AxisRow("any") { any($0 .> 0, axes: [$1]) },
  AxisRow("all") { all($0 .> 0, axes: [$1]) },
  AxisRow("logSumExp") { logSumExp($0, axes: [$1]) },
  AxisRow("argMax") { argMax($0, axis: $1) }, AxisRow("argMin") { argMin($0, axis: $1) },
  AxisRow("cumsum") { cumsum($0, axis: $1) }, AxisRow("cumprod") { cumprod($0, axis: $1) },
  AxisRow("softmax") { softmax($0, axis: $1) },
  AxisRow("logSoftmax") { logSoftmax($0, axis: $1) },
  AxisRow("expandDims", added: 1) { expandDims($0, axis: $1) },
  AxisRow("squeeze") { squeeze($0, axes: [$1]) },
  AxisRow("concat") { concat([$0, $0], axis: $1) },
  AxisRow("stack", added: 1) { stack([$0, $0], axis: $1) },
  AxisRow("split") { concat(split($0, count: 1, axis: $1), axis: 0) },
  AxisRow("splitSizes") { concat(split($0, sizes: [1, -1], axis: $1), axis: 0) },
  AxisRow("unstack") { Outputs(unstack($0, count: 3, axis: $1)) },
  AxisRow("gather") { gather($0, $0.graph.constant([0] as Tensor<Int32>), axis: $1) },
  AxisRow("reverse") { reverse($0, axes: [$1]) },
  AxisRow("transpose") { transpose($0, permutation: [0, $1]) },
  AxisRow("moments") { moments($0, axes: [$1]).variance },
  AxisRow("l2Normalize") { l2Normalize($0, axes: [$1]) },
  AxisRow("clipByNorm") { clipByNorm($0, 1, axes: [$1]) },
  AxisRow("reverseSequence") {
    reverseSequence($0, lengths: $0.graph.constant([1, 1, 1] as Tensor<Int32>), sequenceAxis: $1)
  },
  AxisRow("reverseSequence batch") {
    reverseSequence(
      $0, lengths: $0.graph.constant([1, 1, 1] as Tensor<Int32>), sequenceAxis: 1, batchAxis: $1)
  },
  AxisRow("oneHot", added: 1) {
    oneHot(cast($0, to: Int32.self), depth: 3, on: Float(1), axis: $1 < 0 ? $1 &- 1 : $1)
  },
]

/// The first of some nodes, or a node of its own where building gave none.
private struct Outputs: AnyNode {
  let output: Output
  init(_ nodes: [X]) { output = nodes.first?.output ?? Graph().constant(Float(0)).output }
}

/// Axes that no matrix has.
@Suite struct HostileAxisTests {
  static let names = rows.map(\.name)

  private func axes(_ row: AxisRow) -> [Int] {
    [2 + row.added, -3 - row.added, 1 << 31, 1 << 32, Int.max, Int.min]
  }

  @Test(arguments: names) func areRefusedWhereTheShapeIsKnown(_ name: String) throws {
    let row = try #require(rows.first { $0.name == name })
    for axis in axes(row) {
      let graph = Graph()
      _ = row.build(graph.placeholder(shape: [3, 4], name: "x"), axis)
      let error = GraphError.combining(graph.errors)
      #expect(error != nil, "\(name) over axis \(axis)")
      #expect(error?.code == .invalidShape || error?.code == .invalidArgument, "\(name) \(axis)")
      #expect(error?.location?.description.hasPrefix("HostileAxisTests.swift") == true)
    }
  }

  @Test(arguments: names) func areRefusedWhereTheRankIsFed(_ name: String) throws {
    let row = try #require(rows.first { $0.name == name })
    for device in devices() {
      for axis in axes(row) {
        let graph = Graph()
        let x: X = graph.placeholder(shape: .unknown, name: "x")
        let result = row.build(x, axis)
        let error = #expect(throws: GraphError.self, "\(name) over axis \(axis)") {
          let session = try Session(graph, device: device)
          try session.run(result.output, feeding: [x: try Tensor<Float>.zeros([3, 4])])
        }
        #expect(error?.message.isEmpty == false)
      }
    }
  }

  @Test func anAxisGivenTwiceIsRefused() {
    let graph = Graph()
    let x: X = graph.placeholder(shape: [3, 4], name: "x")
    _ = sum(x, axes: [0, -2])
    _ = reverse(x, axes: [1, 1])
    _ = transpose(x, permutation: [1, 1])
    _ = squeeze(graph.placeholder(Float.self, shape: [1, 4]), axes: [1])
    #expect(graph.errors.count == 4)
  }

  @Test func aScalarHasNoAxes() {
    let graph = Graph()
    let x: X = graph.placeholder(shape: [], name: "x")
    let made: [any AnyNode] = [
      argMax(x), softmax(x), logSoftmax(x), cumsum(x), reverse(x, axes: [0]), topK(x, 1).values,
      concat([x, x], axis: 0), gather(x, graph.constant([0] as Tensor<Int32>)), x[0],
      slice(x, begin: [0], size: [1]), matmul(x, x), tile(x, [2]), pad(x, [(1, 1)]),
      sparseSoftmaxCrossEntropy(logits: x, labels: cast(x, to: Int32.self)),
      softmaxCrossEntropy(logits: x, labels: x), sum(x, axes: [0]), biasAdd(x, x),
      inTopK(x, cast(x, to: Int32.self), k: 1), unique(x).values, diagPart(x),
      matrixDiagPart(x), randomShuffle(x), segmentSum(x, segments: cast(x, to: Int32.self)),
      batchMatmulOrNothing(x), spaceToDepth(x, blockSize: 2),
    ]
    #expect(graph.errors.count == made.count)
    for error in graph.errors { #expect(error.location != nil, "\(error)") }
    for node in made { #expect(node.output.operation.isPoisoned, "\(node.output.name)") }
  }

  private func batchMatmulOrNothing(_ x: X) -> any AnyNode { transpose(x, permutation: [0]) }
}
