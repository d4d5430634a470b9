import Foundation
import ReferenceCorpus
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

  @Test func numbersEqualTensorFlows() throws {
    let folder = sharedReference ?? fixture("")
    let file = try RandomVectors(contentsOf: folder.appending(path: "random_vectors.json"))
    try checkSeedRule(file)
    try checkVectors(file, sharedReference == nil ? "fixtures" : "reference folder")
  }

  @Test(.enabled(if: sharedReference != nil, "there is no reference folder beside the package"))
  func theFixturesHoldAllOfTensorFlowsNumbers() throws {
    let folder = try #require(sharedReference)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    func bytes(_ url: URL) throws -> Data { try encoder.encode(RandomVectors(contentsOf: url)) }
    let copy = try bytes(fixture("random_vectors.json"))
    #expect(copy == (try bytes(folder.appending(path: "random_vectors.json"))))
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
}
