import Testing
import Weft

private typealias X = Node<Float>

/// A matrix of 3 rows and 4 columns to take parts of.
private func matrix(_ graph: Graph) -> X {
  graph.constant([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]] as Tensor<Float>)
}

/// A mistake in numbers that come only when the graph runs.
private func fed<S: TensorScalar>(
  _ name: String, says message: String, _ value: Tensor<S>, rank: Int? = nil,
  _ build: @escaping @Sendable (Graph, Node<S>) -> [any AnyNode]
) -> Mistake {
  Mistake(name, says: message) { graph in
    let shape: TensorShape = .unknown(rank: rank ?? value.rank)
    let node: Node<S> = graph.placeholder(shape: shape, name: "fed")
    return Attempt(nodes: build(graph, node), feeds: [node: value])
  }
}

private typealias Integers = Tensor<Int32>
private typealias Longs = Tensor<Int64>

private let mistakes: [Mistake] = [
  fed("reshape to a fed shape", says: "12 elements", [5, 3] as Integers) {
    [reshape(matrix($0), $1)]
  },
  fed("reshape to fed -2", says: "-2", [-2, 6] as Integers) { [reshape(matrix($0), $1)] },
  fed("reshape to two fed -1", says: "only one", [-1, -1] as Integers) {
    [reshape(matrix($0), $1)]
  },
  fed("reshape to a huge fed shape", says: "too large", Longs([Int64.max, Int64.max])) {
    [reshape(matrix($0), $1)]
  },
  fed("fill of a fed -1", says: "-1", [-1, 3] as Integers) { [$0.fill(shape: $1, with: Float(1))] },
  fed("fill of a huge fed shape", says: "[", Longs([1 << 31, 1 << 31])) {
    [$0.fill(shape: $1, with: Float(1))]
  },
  fed("fill of an overflowing fed shape", says: "[", Longs([Int64.max, Int64.max])) {
    [$0.fill(shape: $1, with: Float(1))]
  },
  fed("fill of more than memory", says: "memory", Longs([1 << 39])) {
    [$0.fill(shape: $1, with: Float(1))]
  },
  fed("tile by a fed -1", says: "-1", [-1, 2] as Integers) { [tile(matrix($0), $1)] },
  fed("tile by huge fed numbers", says: "[", Longs([Int64.max, Int64.max])) {
    [tile(matrix($0), $1)]
  },
  fed("pad by a fed -1", says: "-1", [[-1, 0], [0, 0]] as Integers) { [padded($0, $1)] },
  fed("pad by huge fed numbers", says: "[", Longs.square(.max, .max, 1, 1)) {
    [padded($0, $1)]
  },
  fed("range to a fed limit that is too far", says: "range", Tensor(Int64.max)) { graph, limit in
    [range(from: graph.constant(Int64(0)), to: limit, by: graph.constant(Int64(1)))]
  },
  fed("range to more than memory", says: "memory", Tensor(Int64(1) << 38)) { graph, limit in
    [range(from: graph.constant(Int64(0)), to: limit, by: graph.constant(Int64(1)))]
  },
  fed("range by a fed 0", says: "step", Tensor(Int32(0))) { graph, step in
    [range(from: graph.constant(Int32(0)), to: graph.constant(Int32(5)), by: step)]
  },
  fed("range to a fed NaN", says: "nan", Tensor(Float.nan)) { graph, limit in
    [range(from: graph.constant(Float(0)), to: limit, by: graph.constant(Float(1)))]
  },
  fed("gather outside", says: "index 3 is outside an axis of size 3", [0, 3] as Integers) {
    [gather(matrix($0), $1)]
  },
  fed("gather before the start", says: "index -1", Longs([0, -1])) { [gather(matrix($0), $1)] },
  fed("gather of Int64.min", says: "outside", Longs([Int64.min])) {
    [gather(matrix($0), $1, axis: 1)]
  },
  fed("gatherND outside", says: "[3, 4]", [[0, 4]] as Integers) { [gatherND(matrix($0), $1)] },
  fed("gatherND before the start", says: "-1", [[-1, 0]] as Integers) {
    [gatherND(matrix($0), $1)]
  },
  fed("scatterND outside", says: "5", [[5], [0], [1]] as Integers) {
    [scatterND(indices: $1, updates: matrix($0), shape: [5, 4])]
  },
  fed("scatterND before the start", says: "-1", [[-1], [0], [1]] as Longs) {
    [scatterND(indices: $1, updates: matrix($0), shape: [5, 4])]
  },
  fed("segments outside", says: "3", [0, 3, 1] as Integers) {
    [unsortedSegmentSum(matrix($0), segments: $1, count: 3)]
  },
  fed("segments that are too many", says: "[3, 4]", [0, 1, 2, 2] as Integers) {
    [unsortedSegmentSum(matrix($0), segments: $1, count: 3)]
  },
  fed("segments that are not sorted", says: "must not fall", [2, 1, 0] as Integers) {
    [segmentSum(matrix($0), segments: $1)]
  },
  fed("segments that are negative", says: "-5", [-5, 0, 0] as Integers) {
    [segmentSum(matrix($0), segments: $1)]
  },
  fed("segments that are huge", says: "2147483648", Integers([0, 1, Int32.max])) {
    [sum(segmentMax(matrix($0), segments: $1))]
  },
  fed("partitions outside", says: "7", [0, 7, 1] as Integers) {
    dynamicPartition(matrix($0), partitions: $1, count: 2)
  },
  fed("a dynamic index outside", says: "index 3 is outside an axis of size 3", Tensor(Int32(3))) {
    [matrix($0)[$1]]
  },
  fed("a dynamic index before the start", says: "index -4", Tensor(Int32(-4))) {
    [matrix($0)[$1]]
  },
  fed("a dynamic index of Int32.max", says: "outside", Tensor(Int32.max)) { [matrix($0)[$1]] },
  fed("a slice from outside", says: "[3, 4]", [5, 0] as Integers) { graph, begin in
    [slice(matrix(graph), begin: begin, size: graph.constant([1, 1] as Integers))]
  },
  fed("a slice from Int64.min", says: "[3, 4]", Longs([Int64.min, 0])) { graph, begin in
    [slice(matrix(graph), begin: begin, size: graph.constant(Longs([1, 1])))]
  },
  fed("a slice of a huge size", says: "[3, 4]", Longs([Int64.max, 1])) { graph, size in
    [slice(matrix(graph), begin: graph.constant(Longs([1, 1])), size: size)]
  },
  fed("a permutation that is none", says: "[0, 0]", [0, 0] as Integers) { graph, permutation in
    [
      apply(Transpose(), [matrix(graph), permutation], as: Float.self, at: SourceLocation("T", 1))
    ]
  },
  fed("an inverse of no permutation", says: "[5, 0]", [5, 0] as Integers) {
    [invertPermutation($1)]
  },
  fed("labels outside", says: "label", [0, 4, 1] as Integers) {
    [sparseSoftmaxCrossEntropy(logits: matrix($0), labels: $1)]
  },
  fed("labels before the start", says: "label", Longs([0, -1, 1])) {
    [sparseSoftmaxCrossEntropy(logits: matrix($0), labels: $1)]
  },
  fed("lengths beyond the axis", says: "5", [1, 5, 2] as Integers) {
    [reverseSequence(matrix($0), lengths: $1, sequenceAxis: 1)]
  },
  fed("lengths below zero", says: "-1", [1, -1, 2] as Integers) {
    [reverseSequence(matrix($0), lengths: $1, sequenceAxis: 1)]
  },
  fed("division of integers by zero", says: "division by zero", [1, 0] as Integers) {
    [div($0.constant([4, 5] as Integers), $1)]
  },
  fed("remainder of integers by zero", says: "division by zero", Longs([1, 0])) {
    [floorMod($0.constant(Longs([4, 5])), $1)]
  },
  fed("floored division of integers by zero", says: "division by zero", [0, 1] as Integers) {
    [floorDiv($0.constant([4, 5] as Integers), $1)]
  },
  fed("truncated remainder by zero", says: "division by zero", Longs([0, 1])) {
    [truncateMod($0.constant(Longs([4, 5])), $1)]
  },
  fed("an integer to a negative power", says: "negative power", [2, -1] as Integers) {
    [pow($0.constant([4, 5] as Integers), $1)]
  },
  fed("the largest of an empty axis", says: "no element", Tensor<Float>.none) {
    [argMax($1, axis: 1)]
  },
  fed(
    "a matrix product that does not fit", says: "inner dimensions differ",
    [[1, 2]] as Tensor<Float>
  ) {
    [matmul($1, matrix($0))]
  },
  fed("rows that do not broadcast", says: "do not broadcast", [[1, 2]] as Tensor<Float>) {
    [$1 + matrix($0)]
  },
  fed("numbers that are not finite", says: "scores", Tensor<Float>([1, .nan])) {
    [checkNumerics($1, message: "scores")]
  },
  fed("an assertion that fails", says: "too many", Tensor(false)) { graph, condition in
    [graph.after([graph.assert(condition, "too many")]) { matrix(graph) * 2 }]
  },
  fed("a shape for random numbers below zero", says: "-3", [-3] as Integers) {
    [$0.randomNormal(shape: $1, stddev: Float(1))]
  },
  fed("a shape for random numbers beyond memory", says: "[", Longs([1 << 31, 1 << 31])) {
    [$0.randomUniform(shape: $1, max: Float(1))]
  },
  fed("a range of random integers that is empty", says: "empty", Tensor(Int32(3))) { graph, top in
    let shape = graph.constant([2] as Integers)
    let low = graph.constant(Int32(5))
    return [
      apply(
        RandomUniformInt(seed: 1, seed2: 2), [shape, low, top], as: Int32.self,
        at: SourceLocation("R", 1))
    ]
  },
]

private func padded<I: IndexScalar>(_ graph: Graph, _ paddings: Node<I>) -> X {
  apply(Pad(), [matrix(graph), paddings], at: SourceLocation("Here.swift", 1))
}

/// Numbers that turn out wrong only in a run: an error on every device, and the session lives on.
@Suite struct HostileRunTests {
  @Test(arguments: mistakes.indices) func areRefused(_ index: Int) {
    let mistake = mistakes[index]
    for device in devices() {
      expectError(mistake.runningError(on: device), mistake, " on \(device.name)")
    }
  }

  @Test func scatteringOutsideLeavesTheVariableAsItWas() throws {
    for device in devices() {
      for function in [
        ScatterFunction.update, .add, .subtract, .multiply, .divide, .minimum, .maximum,
      ] {
        let graph = Graph()
        let w = graph.variable([1, 2, 3] as Tensor<Float>)
        let rows: Node<Int32> = graph.placeholder(shape: [nil])
        let update = w.scatter(
          function, indices: rows, updates: graph.constant([9, 9] as Tensor<Float>))
        let session = try Session(graph, device: device)
        try session.initializeVariables()
        let wrong: [[Int32]] = [[0, 3], [0, -1], [.max, 0], [.min, 1]]
        for bad in wrong {
          #expect(throws: GraphError.self, "\(function) \(device.name)") {
            try session.run(update, feeding: [rows: Tensor(bad)])
          }
        }
        #expect(try session.value(of: w).scalars == [1, 2, 3], "\(function) \(device.name)")
      }
    }
  }

  @Test func aSessionLivesOnAfterAnError() throws {
    for device in devices() {
      let graph = Graph()
      let divisor: Node<Int32> = graph.placeholder(shape: [])
      let quotient = div(graph.constant(Int32(7)), divisor)
      let session = try Session(graph, device: device)
      for _ in 0..<3 {
        #expect(throws: GraphError.self) { try session.run(quotient, feeding: [divisor: 0]) }
        let good = try session.run(quotient, feeding: [divisor: 2])
        #expect(good.scalars == [3])
      }
      // The one quotient that integers cannot hold wraps round; it does not trap.
      let least = try session.extend { div(graph.constant(Int32.min), divisor) }
      let wrapped = try session.run(least, feeding: [divisor: -1])
      #expect(wrapped.scalars == [Int32.min])
    }
  }

  @Test func numbersThatAreNotFiniteGoThroughATrainingStep() throws {
    for device in devices() {
      for value in [Float.nan, .infinity, -.infinity, 3e38] {
        let model = try MLP(device: device)
        let images = try Tensor<Float>(repeating: value, shape: [4, 5])
        let loss = try model.step(images, try Tensor<Float>(repeating: 1, shape: [4, 3]))
        #expect(loss.isNaN || loss.isInfinite || loss.isFinite)
        _ = try model.step(images, try Tensor<Float>(repeating: value, shape: [4, 3]))
      }
    }
  }

  @Test func aBatchWithoutRowsGoesThroughATrainingStep() throws {
    for device in devices() {
      let model = try MLP(device: device)
      let loss = try model.step(try Tensor<Float>.zeros([0, 5]), try Tensor<Float>.zeros([0, 3]))
      #expect(loss.isNaN)
      // The mean of nothing is not a number, but no gradient came of it.
      for variable in model.graph.variables {
        #expect(try model.session.value(of: variable).doubles.allSatisfy(\.isFinite))
      }
      let full = try model.step(
        try Tensor<Float>(repeating: 1, shape: [2, 5]),
        try Tensor<Float>(repeating: 0.5, shape: [2, 3]))
      #expect(full.isFinite)
    }
  }
}

/// A network of two layers and its training step.
struct MLP {
  let graph = Graph(seed: 2)
  let session: Session
  let x: Node<Float>
  let labels: Node<Float>
  let loss: Node<Float>
  let train: GraphOperation

  init(device: any Device) throws {
    x = graph.placeholder(Float.self, shape: [nil, 5], name: "x")
    labels = graph.placeholder(Float.self, shape: [nil, 3], name: "labels")
    let scores = dense(dense(x, units: 7, activation: .relu), units: 3)
    loss = mean(softmaxCrossEntropy(logits: scores, labels: labels))
    train = GradientDescent(learningRate: 0.1).minimize(loss)
    session = try Session(graph, device: device)
    try session.initializeVariables()
  }

  func step(_ images: Tensor<Float>, _ classes: Tensor<Float>) throws -> Float {
    try session.run(train, loss, feeding: [x: images, labels: classes]).1.scalar ?? .infinity
  }
}

extension Tensor<Int64> {
  /// Two rows of two numbers.
  fileprivate static func square(_ a: Int64, _ b: Int64, _ c: Int64, _ d: Int64) -> Tensor<Int64> {
    Tensor(arrayLiteral: Tensor([a, b]), Tensor([c, d]))
  }
}

extension Tensor<Float> {
  /// Three rows without columns.
  fileprivate static var none: Tensor<Float> {
    Tensor(arrayLiteral: Tensor([Float]()), Tensor([Float]()), Tensor([Float]()))
  }
}
