import Testing
import Weft

/// Random graphs over several devices, with reads and updates of variables in every order: the results
/// are those of one device, whatever lies where.
@Suite struct PartitionTests {
  private struct Case {
    let graph: Graph
    let x: Node<Float>
    let fetches: [Node<Float>]
    let targets: [GraphOperation]

    /// Sums, differences and extremes of small whole numbers: exact in any order of roundings.
    init(seed: UInt64) {
      var random = Numbers(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1)
      let graph = Graph(seed: 1)
      func somewhere<R>(_ body: () -> R) -> R {
        let device = random.below(4)
        return device == 3 ? body() : graph.device("/cpu:\(device)", soft: true, body)
      }
      let x = graph.placeholder(Float.self, shape: [2], name: "x")
      let variables = (0..<3).map { index in
        somewhere { graph.variable(.constant(Float(index + 1), [2]), name: "v\(index)") }
      }
      var nodes: [Node<Float>] = [x]
      var operations: [GraphOperation] = []
      func operand() -> Node<Float> {
        if random.below(3) > 0, let node = nodes.randomElement(using: &random) { return node }
        let variable = variables[random.below(3)]
        switch random.below(3) {
        case 0: return variable.node
        case 1: return somewhere { identity(variable.node) }
        default: return reshape(reshape(variable.node, [2, 1]), [2])
        }
      }
      func add() {
        let (a, b) = (operand(), operand())
        switch random.below(8) {
        case 0, 1:
          let variable = variables[random.below(3)]
          let update =
            random.below(2) == 0 ? variable.assign(maximum(a, b)) : variable.assignAdd(a)
          operations.append(update)
          if random.below(2) == 0 { nodes.append(Node(output: update.output(0))) }
        case 2:
          let group = graph.group(operations.filter { _ in random.below(2) == 0 }, name: "group")
          operations.append(group)
        case 3: nodes.append(a - b)
        case 4: nodes.append(maximum(a, b))
        case 5: nodes.append(identity(a))
        default: nodes.append(minimum(a, b) + 1)
        }
        if let last = nodes.last, nodes.count > 1 { operations.append(last.operation) }
      }
      for _ in 0..<14 {
        let before = operations.filter { _ in random.below(6) == 0 }
        somewhere { graph.after(before) { add() } }
      }
      self.graph = graph
      self.x = x
      fetches = nodes.filter { _ in random.below(3) == 0 } + [variables[0].node]
      targets = operations.filter { _ in random.below(2) == 0 }
    }
  }

  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state &* 0x2545_F491_4F6C_DD1D
    }
    mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }
  }

  private func results(_ seed: UInt64, devices: Int) throws -> [[Float]] {
    let one = Case(seed: seed)
    let all = (0..<devices).map { CPUDevice(name: "/cpu:\($0)", threads: 1) }
    let session = try Session(
      one.graph, device: all[0], others: Array(all.dropFirst()),
      configuration: SessionConfiguration(disabledPasses: [], dump: nil))
    defer { session.close() }
    try session.initializeVariables()
    var found: [[Float]] = []
    for run in 0..<2 {
      let feeds: Feeds = [one.x: Tensor<Float>([Float(run) - 1, 3] as [Float])]
      let (values, _) = try session.run(one.fetches, one.targets, feeding: feeds)
      found += values.map(\.scalars)
      for variable in one.graph.variables {
        found.append(try session.value(of: variable).doubles.map { Float($0) })
      }
    }
    return found
  }

  /// In these a merged operation was waited for by a reader of a variable.
  @Test(arguments: [3667, 3728] as [UInt64])
  func whatIsWaitedForIsNotMerged(_ seed: UInt64) throws {
    #expect(try results(seed, devices: 1) == results(seed, devices: 3))
  }

  @Test(arguments: 0..<8)
  func randomGraphsGiveWhatOneDeviceGives(_ group: Int) throws {
    for index in 0..<50 {
      let seed = UInt64(group * 50 + index + 1)
      #expect(try results(seed, devices: 1) == results(seed, devices: 3), "seed \(seed)")
    }
  }
}
