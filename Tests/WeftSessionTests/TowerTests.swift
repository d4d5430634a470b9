import OpCases
import ReferenceCorpus
import Testing
import Weft

/// One run over several devices, here several of the host's: what needs no GPU.
@Suite struct TowerTests {
  private static func devices(_ count: Int) -> [any Device] {
    (0..<count).map { CPUDevice(name: "/cpu:\($0)", threads: 1) }
  }

  private func session(_ graph: Graph, _ devices: [any Device]) throws -> Session {
    try Session(
      graph, device: devices[0], others: Array(devices.dropFirst()),
      configuration: SessionConfiguration(disabledPasses: [], dump: nil))
  }

  /// Losses of some steps, and the variables after them.
  private func trained(_ model: TowerModel, _ devices: [any Device], steps: Int = 4) throws
    -> (losses: [Float], variables: [[Float]])
  {
    let session = try session(model.graph, devices)
    defer { session.close() }
    try session.initializeVariables()
    let feeds = try model.feeds()
    let losses = try (0..<steps).map { _ in
      try session.run(model.train, model.loss, feeding: feeds).1.scalar ?? .nan
    }
    let variables = try model.graph.variables.map { variable in
      try session.value(of: variable).doubles.map { Float($0) }
    }
    return (losses, variables)
  }

  @Test(arguments: [nil, "/cpu:0", "/cpu:1", "/cpu:2"], [false, true])
  func towersTrainAsOneDeviceDoes(_ home: String?, _ useAdam: Bool) throws {
    let optimizer: any Optimizer =
      useAdam ? Adam(learningRate: 0.05) : GradientDescent(learningRate: 0.5)
    let devices = Self.devices(3)
    let one = try trained(TowerModel(towers: ["/cpu:0"], optimizer: optimizer), [devices[0]])
    let two = try trained(
      TowerModel(towers: ["/cpu:0", "/cpu:1"], variables: home, optimizer: optimizer), devices)
    #expect(one.losses[0] > one.losses[3] + 0.01)
    for (a, b) in zip(one.losses, two.losses) { #expect(abs(a - b) < 1e-5) }
    #expect(one.variables.count == two.variables.count)
    for (a, b) in zip(one.variables, two.variables) {
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-4) }
    }
  }

  @Test func stepsRunWhereTheyAreAskedFor() throws {
    let model = TowerModel(towers: ["/cpu:1", "/cpu:2"], variables: "/cpu:0")
    let session = try session(model.graph, Self.devices(3))
    let placement = try #require(
      try session.placement(
        of: [model.loss.output], targets: [model.train], feeding: try model.feeds()))
    for step in placement.steps where step.name.hasPrefix("tower0") {
      #expect(step.device == (step.typeName == "Copy" ? "/cpu:0" : "/cpu:1"), "\(step)")
    }
    for step in placement.steps where step.name.contains("update_") {
      #expect(step.device == "/cpu:0")
    }
    let copies = placement.steps.filter { $0.typeName == "Copy" }
    // Three variables to each tower; a loss and three gradients from each.
    #expect(copies.count == 14)
    #expect(placement.copies == 14)
    #expect(copies.filter { $0.device == "/cpu:0" }.count == 8)
    #expect(try goldenMismatch(placement.description, "towers/placement.txt") == nil)
    let plan = try #require(
      try session.partition(
        of: [model.loss.output], targets: [model.train], feeding: try model.feeds()))
    #expect(plan.tasks.count == 5)
    #expect(try goldenMismatch(plan.description, "towers/plan.txt") == nil)
  }

  @Test func whatIsOfOneDeviceIsOnePlan() throws {
    let model = TowerModel(towers: ["/cpu:1"], variables: "/cpu:1")
    let session = try session(model.graph, Self.devices(2))
    #expect(
      try session.plan(
        of: [model.loss.output], targets: [model.train], feeding: try model.feeds()) != nil)
    let placement = try #require(
      try session.placement(
        of: [model.loss.output], targets: [model.train], feeding: try model.feeds()))
    #expect(placement.steps(on: "/cpu:1").count == placement.steps.count)
  }

  @Test func readsAndUpdatesAcrossDevicesKeepTheirOrder() throws {
    let graph = Graph(seed: 1)
    let v = graph.device("/cpu:0") { graph.variable(.constant(3 as Float, [2]), name: "v") }
    let u = graph.device("/cpu:1") { graph.variable(.constant(5 as Float, [2]), name: "u") }
    // A swap: each update reads the other variable from before the run.
    let takeU = v.assign(u)
    let takeV = u.assign(v)
    let before = graph.device("/cpu:1") { v * 10 }
    // Reads after the updates, on the other device; and once more after a second update.
    let after = graph.after([takeU]) { graph.device("/cpu:1") { v * 100 } }
    let second = graph.after([after.operation]) { v.assignAdd(after) }
    let last = graph.after([second]) { graph.device("/cpu:1") { v + u * 0 } }
    let session = try session(graph, Self.devices(2))
    try session.initializeVariables()
    let (_, _, b, a, l) = try session.run(
      takeU, takeV, before, after, last)
    #expect(b.scalars == [30, 30])
    #expect(a.scalars == [500, 500])
    #expect(l.scalars == [505, 505])
    #expect(try session.value(of: v).scalars == [505, 505])
    #expect(try session.value(of: u).scalars == [3, 3])
  }

  @Test func controlDependenciesHoldAcrossDevices() throws {
    let graph = Graph(seed: 1)
    let counter = graph.device("/cpu:1") {
      graph.variable(.constant(0 as Float, []), name: "counter")
    }
    let x = graph.placeholder(Float.self, shape: [], name: "x")
    let add = counter.assignAdd(x)
    let many = (0..<12).map { index in
      graph.after([add]) { graph.device("/cpu:0") { counter * Float(index) } }
    }
    let group = graph.group(many.map(\.operation), name: "many")
    let twice = graph.after([group]) { counter.assignAdd(x) }
    let read = graph.after([twice]) { graph.device("/cpu:0") { counter + 0.5 } }
    let session = try session(graph, Self.devices(2))
    try session.initializeVariables()
    for run in 1...3 {
      let (values, end) = try session.run(many, read, feeding: [x: 2])
      for (index, value) in values.enumerated() {
        #expect(value.scalar == Float(index) * Float(4 * run - 2))
      }
      #expect(end.scalar == Float(4 * run) + 0.5)
    }
  }

  @Test func randomNumbersAreThoseOfOneDevice() throws {
    func drawn(_ devices: [any Device]) throws -> [[Float]] {
      let graph = Graph(seed: 7)
      let a = graph.device("/cpu:0", soft: true) {
        graph.randomNormal([3, 2], name: "a") as Node<Float>
      }
      let b = graph.device("/cpu:1", soft: true) {
        graph.randomUniform([4], name: "b") as Node<Float>
      }
      let c = graph.device("/cpu:0", soft: true) { sum(b) + sum(a) }
      let session = try session(graph, devices)
      return try (0..<3).map { _ in
        let (x, y, z) = try session.run(a, b, c)
        return x.scalars + y.scalars + z.scalars
      }
    }
    #expect(try drawn(Self.devices(2)) == drawn(Self.devices(1)))
  }

  /// Passes that are left out change no result.
  @Test(arguments: Pipeline.standard.passes.filter { !$0.isRequired }.map(\.name))
  func towersTrainWithoutAPass(_ pass: String) throws {
    let devices = Self.devices(2)
    let one = try trained(TowerModel(towers: ["/cpu:0"]), [devices[0]])
    let model = TowerModel(towers: ["/cpu:0", "/cpu:1"], variables: "/cpu:0")
    let session = try Session(
      model.graph, device: devices[0], others: [devices[1]],
      configuration: SessionConfiguration(disabledPasses: [pass], dump: nil))
    try session.initializeVariables()
    for step in 0..<4 {
      let (_, loss) = try session.run(model.train, model.loss, feeding: try model.feeds())
      #expect(abs((loss.scalar ?? .nan) - one.losses[step]) < 1e-5)
    }
  }

  @Test func anErrorOnOneDeviceIsNamedAndTheSessionGoesOn() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [2], name: "x")
    let v = graph.device("/cpu:0") { graph.variable(.constant(0 as Float, [2]), name: "v") }
    let good = graph.device("/cpu:0") { x * 2 }
    let bad = graph.device("/cpu:1") { checkNumerics(log(x), message: "bad x", name: "check") }
    let train = v.assignAdd(bad + good)
    let session = try session(graph, Self.devices(2))
    try session.initializeVariables()
    for _ in 0..<5 {
      let error = #expect(throws: GraphError.self) {
        try session.run(train, feeding: [x: Tensor<Float>([1, -1] as [Float])])
      }
      #expect("\(try #require(error))".contains("'check'"))
      #expect(try session.value(of: v).scalars == [0, 0])
    }
    _ = try session.run(train, feeding: [x: Tensor<Float>([1, 1] as [Float])])
    #expect(try session.value(of: v).scalars == [2, 2])
  }

  @Test func severalThreadsMayRunTowers() async throws {
    let model = TowerModel(towers: ["/cpu:0", "/cpu:1"], variables: "/cpu:0")
    let session = try session(model.graph, Self.devices(2))
    try session.initializeVariables()
    let feeds = try model.feeds()
    let loss = model.loss
    let first = try session.run(loss, feeding: feeds).scalar
    try await withThrowingTaskGroup(of: [Float?].self) { group in
      for _ in 0..<4 {
        group.addTask {
          try (0..<25).map { _ in try session.run(loss, feeding: feeds).scalar }
        }
      }
      for try await values in group { #expect(values.allSatisfy { $0 == first }) }
    }
  }

  @Test func variablesLieWhereTheyAreAskedFor() throws {
    let model = TowerModel(towers: ["/cpu:0", "/cpu:1"], variables: "/cpu:1")
    let session = try session(model.graph, Self.devices(2))
    let variable = try #require(model.graph.trainableVariables.first)
    let error = #expect(throws: GraphError.self) {
      try session.run(model.loss, feeding: try model.feeds())
    }
    #expect(error?.code == .uninitializedVariable)
    #expect("\(try #require(error))".contains("3 of 3 variables"))
    try session.initializeVariables()
    let value = AnyTensor(try Tensor<Float>(repeating: 0.25, shape: [6, 5]))
    try session.load(value, into: variable)
    #expect(try session.value(of: variable).hasSameBits(as: value))
  }

  @Test func updatesOfVariablesApartAreRefused() throws {
    let graph = Graph(seed: 1)
    let w = graph.device("/cpu:0") { graph.variable(.constant(1 as Float, [2]), name: "w") }
    let m = graph.device("/cpu:1") { graph.variable(.constant(1 as Float, [2]), name: "m") }
    let update = graph.add(
      ApplyMomentum(useNesterov: false),
      inputs: [
        w.erased.reference, m.erased.reference, graph.constant(Tensor<Float>(0.1)).output,
        graph.constant(Tensor<Float>([1, 1] as [Float])).output,
        graph.constant(Tensor<Float>(0.9)).output,
      ], name: "update", at: nil)
    let session = try session(graph, Self.devices(2))
    try session.initializeVariables()
    let error = #expect(throws: GraphError.self) { try session.run(update) }
    #expect(error?.message == "updates 'w' on /cpu:0 and 'm' on /cpu:1 together")
  }

  @Test func tracesAndReportsNameDevicesAndCopies() throws {
    let model = TowerModel(towers: ["/cpu:0", "/cpu:1"], variables: "/cpu:0")
    let session = try session(model.graph, Self.devices(2))
    try session.initializeVariables()
    let trace = RunTrace()
    let feeds = try model.feeds()
    for _ in 0..<2 {
      _ = try session.run(model.train, model.loss, feeding: feeds, trace: trace)
    }
    #expect(trace.runCount == 2)
    #expect(Set(trace.steps.map(\.run)) == [0, 1])
    #expect(Set(trace.steps.map(\.device)) == ["/cpu:0", "/cpu:1"])
    let copies = trace.steps.filter { $0.typeName == "Copy" }
    #expect(copies.count == 4)
    #expect(copies.contains { $0.name == "3 values from /cpu:0 to /cpu:1" })
    #expect(trace.steps.reduce(0) { $0 + $1.duration } <= 2 * trace.duration)
    #expect(trace.chromeTrace.contains("steps on /cpu:1"))
    let report = try session.report(model.train, model.loss, feeding: feeds)
    #expect(report.copies == 7)
    #expect(report.copiedBytes == 2 * 4 * (30 + 5 + 15) + 4)
    #expect(report.description.contains("7 copies between devices"))
  }

  /// A copy of a variable is made again only where the variable was written since, by whatever.
  @Test func variablesAreCopiedWhenTheyWereWritten() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [2], name: "x")
    let (v, u) = graph.device("/cpu:0") {
      (
        graph.variable(.constant(3 as Float, [2]), name: "v"),
        graph.variable(.constant(5 as Float, [2]), name: "u")
      )
    }
    let read = graph.device("/cpu:1") { v * 10 + u }
    let add = v.assignAdd(x)
    let checked = graph.device("/cpu:1") { checkNumerics(log(x), message: "bad x") }
    let both = graph.after([add]) { graph.group([checked.operation], name: "both") }
    let readAndAdd = graph.device("/cpu:1") { (v - u) * x }
    let session = try session(graph, Self.devices(2))
    try session.initializeVariables()
    func values(_ count: Int = 1, copies: Int) throws -> [Float] {
      let trace = RunTrace()
      var found: [Float] = []
      for _ in 0..<count { found = try session.run(read, feeding: [:], trace: trace).scalars }
      let made = trace.steps.filter { $0.typeName == "Copy" && $0.device == "/cpu:1" }
      #expect(made.count == copies)
      return found
    }
    let one = Tensor<Float>([1, 1] as [Float])
    #expect(try values(3, copies: 1) == [35, 35])
    // By a run of one device, by a load, by a run over both, by one that fails.
    _ = try session.run(add, feeding: [x: one])
    #expect(try values(2, copies: 1) == [45, 45])
    try session.load(Tensor<Float>([7, 8] as [Float]), into: u)
    #expect(try values(2, copies: 1) == [47, 48])
    for run in 0..<3 {
      let (_, result) = try session.run(add, readAndAdd, feeding: [x: one])
      #expect(result.scalars == [Float(4 + run) - 7, Float(4 + run) - 8])
    }
    #expect(try values(2, copies: 1) == [77, 78])
    let bad = Tensor<Float>([2, -1] as [Float])
    #expect(throws: GraphError.self) { try session.run(add, both, feeding: [x: bad]) }
    let present = try session.value(of: v).scalars
    #expect(try values(2, copies: 1) == [present[0] * 10 + 7, present[1] * 10 + 8])
    // What is only read is not copied again.
    _ = try session.value(of: u)
    #expect(try values(2, copies: 0) == [present[0] * 10 + 7, present[1] * 10 + 8])
  }

  /// Loops, conditions and lists on two devices, and values that cross to and from them.
  @Test func controlFlowOnTwoDevices() throws {
    func results(_ devices: [any Device]) throws -> [Float] {
      let graph = Graph(seed: 2)
      let x = graph.placeholder(Float.self, shape: [3], name: "x")
      func grown(_ device: String, _ start: Node<Float>) -> Node<Float> {
        graph.device(device, soft: true) {
          whileLoop(graph.constant(0 as Int32), start) { i, _ in
            i .< 4
          } body: { i, x in
            (i + 1, grow(x))
          }.1
        }
      }
      func grow(_ x: Node<Float>) -> Node<Float> { x * 1.5 + 1 }
      let a = grown("/cpu:0", x)
      let b = grown("/cpu:1", x * 0.5)
      let chosen = graph.device("/cpu:1", soft: true) {
        cond(sum(a) .> sum(b), then: { a - b }, else: { b - a })
      }
      let slope = gradients(of: sum(chosen), withRespectTo: [x])[0] ?? chosen
      let session = try session(graph, devices)
      return try (0..<2).flatMap { run in
        let value = Tensor<Float>([1, 2, Float(run)] as [Float])
        let (c, s) = try session.run(chosen, slope, feeding: [x: value])
        return c.scalars + s.scalars
      }
    }
    #expect(try results(Self.devices(2)) == results(Self.devices(1)))
  }
}
