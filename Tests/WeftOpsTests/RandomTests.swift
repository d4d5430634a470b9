import Foundation
import Testing
import WeftOps

@Suite struct RandomTests {
  @Test func philoxGivesTheKnownAnswer() {
    let block = Philox(seed: 0, seed2: 0).block(0)
    #expect(block == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
  }

  @Test func logarithmSineAndCosineEqualThoseOfTheCLibrary() {
    for k in stride(from: UInt32(1), to: 1 << 23, by: 1013) {
      let u = Float.uniform(k)
      #expect(PhiloxFunctions.log(u).bitPattern == Foundation.log(u).bitPattern)
      let angle = Float(2 * Double.pi * Double(u))
      let pair = PhiloxFunctions.sineAndCosine(angle)
      #expect(pair.sine.bitPattern == Foundation.sin(angle).bitPattern)
      #expect(pair.cosine.bitPattern == Foundation.cos(angle).bitPattern)
    }
  }

  @Test func seedsFollowTensorFlowsRule() throws {
    try checkSeedRule(RandomVectors(contentsOf: fixture("random_vectors.json")))
  }

  @Test func numbersEqualTheRecordedOnes() throws {
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" { try record() }
    try checkVectors(RandomVectors(contentsOf: fixture("random_vectors.json")), "own")
  }

  @Test(.enabled(if: sharedReference != nil, "no reference folder beside the package"))
  func numbersEqualTensorFlows() throws {
    let folder = try #require(sharedReference)
    let all = try RandomVectors(contentsOf: folder.appending(path: "random_vectors.json"))
    try checkSeedRule(all)
    try checkVectors(all, "TensorFlow's")
  }

  private func checkSeedRule(_ file: RandomVectors) throws {
    #expect(!file.seed_rule.isEmpty)
    for rule in file.seed_rule {
      let graph = Graph(seed: rule.graph_seed)
      let pair = graph.seedPair(rule.op_seed, for: PlannedOperation(name: "x", index: 3))
      #expect([pair.seed, pair.seed2] == rule.result, "\(rule)")
    }
  }

  private func checkVectors(_ file: RandomVectors, _ origin: String) throws {
    var passed = 0
    var uncovered: Set<String> = []
    for vector in file.vectors {
      guard RandomOperation.covered.contains(vector.op) else {
        uncovered.insert(vector.op)
        continue
      }
      let operation = RandomOperation(vector)
      var isRight = true
      for (index, run) in vector.raw_runs.enumerated() {
        let raw = try operation.next(run)
        isRight = isRight && raw.matches(run)
        if let finals = vector.final_runs, index < finals.count {
          isRight = isRight && operation.scaled(raw).matches(finals[index])
        }
      }
      if isRight { passed += 1 } else { Issue.record("differs: \(vector)") }
    }
    print("random vectors passed (\(origin)): \(passed) of \(file.vectors.count)")
    #expect(uncovered.isEmpty, "no case for \(uncovered.sorted())")
  }

  @Test func theFunctionsMakeTheNodesOfTensorFlow() {
    func types(_ build: (Graph) -> Node<Float>) -> [String] {
      let graph = Graph(seed: 1, seedPolicy: .tensorFlow1)
      _ = build(graph)
      #expect(graph.errors.isEmpty)
      return graph.operations.map(\.typeName)
    }
    #expect(
      types { $0.randomUniform([3], min: -1, max: 1) } == [
        "Const", "Const", "Const", "RandomUniform", "Sub", "Mul", "Add",
      ])
    #expect(
      types { $0.truncatedNormal([3], stddev: 0.1) } == [
        "Const", "Const", "Const", "TruncatedNormal", "Mul", "Add",
      ])
    let graph = Graph(seed: 7, seedPolicy: .tensorFlow1)
    let x: Node<Float> = graph.randomNormal([2, 3])
    let operation = graph.operations[3]
    #expect(operation.definition.effect == .random(seed: 7, seed2: 3))
    #expect(operation.name == "random_normal/RandomStandardNormal")
    #expect(x.shape == [2, 3])
  }

  @Test func streamsByNameDoNotMoveWhenOperationsAreAdded() {
    func effect(_ extra: Bool) -> Effect? {
      let graph = Graph(seed: 7)
      if extra { _ = graph.constant(Float(1), name: "other") }
      let _: Node<Float> = graph.randomNormal([2], name: "noise")
      return graph.operation(named: "noise/RandomStandardNormal")?.definition.effect
    }
    #expect(effect(false) == effect(true))
    #expect(effect(false) != nil)
  }

  @Test func anEmptyRangeIsAnErrorThatGivesBothBounds() {
    let graph = Graph()
    let _: Node<Int32> = graph.randomUniformInt([2], min: 4, max: 4)
    #expect(graph.errors.map(\.message) == ["the range is empty: min 4, max 4"])
  }

  /// Rewrites the library's own vectors, which serve where there is no reference folder.
  private func record() throws {
    var vectors: [RandomVectors.Vector] = []
    func add(
      _ op: String, _ dtype: String, _ shape: [Int],
      _ params: RandomVectors.Parameters = .init()
    ) throws {
      for (seed, seed2) in [(Int64(87_654_321), Int64(5)), (42, 2_147_483_647)] {
        var vector = RandomVectors.Vector(
          op: op, graph_seed: nil, op_seed: nil, seed: seed, seed2: seed2, params: params,
          raw_runs: [], final_runs: nil)
        let operation = RandomOperation(vector)
        for _ in 0..<2 {
          var run = RandomVectors.Run(shape: shape, dtype: dtype, hex: nil, sha256: nil)
          let value = try operation.next(run)
          run.shape = value.shape
          run.hex = value.hex
          vector.raw_runs.append(run)
        }
        vectors.append(vector)
      }
    }
    for op in ["RandomUniform", "RandomStandardNormal", "TruncatedNormal"] {
      for dtype in ["float32", "float64", "float16", "bfloat16"] {
        try add(op, dtype, [3, 7])
        try add(op, dtype, [0, 2])
      }
    }
    for dtype in ["int32", "int64"] {
      try add(
        "RandomUniformInt", dtype, [5, 3], .init(minval: .integer(-7), maxval: .integer(1_000_003)))
    }
    for n in [1, 2, 33] { try add("RandomShuffle", "int32", [n], .init(n: n)) }
    try add(
      "Multinomial", "int64", [2, 5],
      .init(logits: [0.5, -1, 2, 0, 3, -90], logits_shape: [2, 3], num_samples: 5))
    for alpha: Float in [0.3, 1, 2.5] {
      try add("RandomGamma", "float32", [6], .init(alpha: alpha))
    }
    for op in ["LogUniformCandidateSampler", "UniformCandidateSampler"] {
      for unique in [false, true] {
        try add(op, "int64", [5], .init(num_sampled: 5, range_max: 100, unique: unique))
      }
    }
    let rules = [
      (nil, 0), (nil, -1), (nil, 2_147_483_648), (0, 0), (5, 0), (-1, -1), (2_147_483_647, 0),
    ].map { (graphSeed: Int?, opSeed: Int?) in
      let pair = Graph(seed: graphSeed).seedPair(opSeed, for: .init(name: "x", index: 0))
      return RandomVectors.SeedRule(
        graph_seed: graphSeed, op_seed: opSeed, result: [pair.seed, pair.seed2])
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    let file = RandomVectors(vectors: vectors, seed_rule: rules)
    try encoder.encode(file).write(to: fixture("random_vectors.json"))
  }
}
