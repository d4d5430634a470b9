import Testing
import Weft

@Suite struct MinimizeTests {
  private func names(_ optimizers: [any Optimizer], at scope: String? = nil) -> [String] {
    let graph = Graph(seed: 1)
    func build() {
      let w = graph.variable([[1, 2], [3, 4], [5, 6]] as Tensor<Float>, name: "w")
      for optimizer in optimizers { optimizer.minimize(l2Loss(w)) }
    }
    if let scope { graph.scope(scope, build) } else { build() }
    return graph.variables.map(\.name)
  }

  @Test func slotsAreCalledAsInTensorFlow() {
    #expect(names([GradientDescent(learningRate: 1)]) == ["w"])
    #expect(names([Momentum(learningRate: 1, momentum: 0.9)]) == ["w", "w/Momentum"])
    #expect(names([Adagrad(learningRate: 1)]) == ["w", "w/Adagrad"])
    #expect(names([Adadelta()]) == ["w", "w/Adadelta", "w/Adadelta_1"])
    #expect(names([RMSProp(learningRate: 1)]) == ["w", "w/RMSProp", "w/RMSProp_1"])
    #expect(
      names([RMSProp(learningRate: 1, centered: true)])
        == ["w", "w/RMSProp", "w/RMSProp_1", "w/RMSProp_2"])
    #expect(names([Ftrl(learningRate: 1)]) == ["w", "w/Ftrl", "w/Ftrl_1"])
    #expect(names([Adam()]) == ["w", "beta1_power", "beta2_power", "w/Adam", "w/Adam_1"])
  }

  @Test func slotsInAScopeFollowTheVariableAndPowersTheScope() {
    #expect(
      names([Adam()], at: "model")
        == [
          "model/w", "model/beta1_power", "model/beta2_power", "model/w/Adam", "model/w/Adam_1",
        ])
  }

  @Test func slotsAreNotTrained() {
    let graph = Graph()
    let w = graph.variable([1, 2, 3] as Tensor<Float>, name: "w")
    Adam().minimize(l2Loss(w))
    #expect(graph.trainableVariables.map(\.name) == ["w"])
  }

  @Test func slotsStartAsTheRuleSays() throws {
    let graph = Graph()
    let w = graph.variable([[1, 2, 3]] as Tensor<Float>, name: "w")
    RMSProp(learningRate: 1).minimize(l2Loss(w))
    Adagrad(learningRate: 1, initialAccumulator: 0.25).minimize(l2Loss(w))
    let session = try Session(graph)
    try session.initializeVariables()
    let values = try graph.variables.map { try session.value(of: $0).doubles }
    #expect(values == [[1, 2, 3], [1, 1, 1], [0, 0, 0], [0.25, 0.25, 0.25]])
  }

  @Test func theOperationBearsTheOptimizersName() {
    let graph = Graph()
    let w = graph.variable([1, 2, 3] as Tensor<Float>, name: "w")
    let first = GradientDescent(learningRate: 0.5).minimize(l2Loss(w))
    let second = GradientDescent(learningRate: 0.5).minimize(l2Loss(w))
    let named = GradientDescent(learningRate: 0.5).minimize(l2Loss(w), name: "train")
    #expect(
      [first, second, named].map(\.name) == ["GradientDescent", "GradientDescent_1", "train"])
    let update = graph.operation(named: "GradientDescent/update_w/ApplyGradientDescent")
    #expect(update?.inputs[1].name == "GradientDescent/learning_rate:0")
  }

  @Test func aStepCountsTheGlobalStep() throws {
    let graph = Graph()
    let w = graph.variable([1, 2, 3] as Tensor<Double>, name: "w")
    let step = graph.variable(Tensor<Int64>(5), name: "global_step", trainable: false)
    let train = GradientDescent(learningRate: 0.5).minimize(l2Loss(w), globalStep: step)
    let session = try Session(graph)
    try session.initializeVariables()
    for _ in 0..<3 { try session.run(train) }
    #expect(try session.value(of: step).scalar == 8)
    #expect(try session.value(of: w).scalars == [0.125, 0.25, 0.375])
  }

  @Test func onlyTheGivenVariablesAreTrained() throws {
    let graph = Graph()
    let a = graph.variable([1, 2, 3] as Tensor<Float>, name: "a")
    let b = graph.variable([4, 5] as Tensor<Float>, name: "b")
    let train = GradientDescent(learningRate: 1).minimize(l2Loss(a) + l2Loss(b), variables: [b])
    let session = try Session(graph)
    try session.initializeVariables()
    try session.run(train)
    let (x, y) = try session.run(a, b)
    #expect(x.scalars == [1, 2, 3])
    #expect(y.scalars == [0, 0])
  }

  @Test func gradientsMayBeChangedBeforeTheyAreApplied() throws {
    let graph = Graph()
    let w = graph.variable([1, 2, 3] as Tensor<Float>, name: "w")
    let unused = graph.variable([9] as Tensor<Float>, name: "unused")
    let optimizer = GradientDescent(learningRate: 1)
    let pairs = optimizer.computeGradients(l2Loss(w))
    #expect(pairs.map(\.variable.name) == ["w", "unused"])
    #expect(pairs[1].gradient == nil)
    let train = optimizer.applyGradients(
      pairs.mapGradients { (g: [Node<Float>]) in g.map { 0.5 * $0 } })
    let session = try Session(graph)
    try session.initializeVariables()
    try session.run(train)
    #expect(try session.value(of: w).scalars == [0.5, 1, 1.5])
    #expect(try session.value(of: unused).scalars == [9])
  }

  @Test func aRateMayBeANode() throws {
    let graph = Graph()
    let w = graph.variable([8, 16] as Tensor<Double>, name: "w")
    let rate = graph.placeholder(Float.self, shape: [], name: "rate")
    let train = GradientDescent(learningRate: rate).minimize(l2Loss(w))
    let session = try Session(graph)
    try session.initializeVariables()
    try session.run(train, feeding: [rate: 0.5])
    try session.run(train, feeding: [rate: 0.25])
    #expect(try session.value(of: w).scalars == [3, 6])
  }

  @Test func aLossWithoutVariablesIsAnErrorThatNamesThem() {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [2], name: "x")
    let w = graph.variable([1, 2] as Tensor<Float>, name: "w")
    let loss = l2Loss(x)
    GradientDescent(learningRate: 1).minimize(loss)
    #expect(
      graph.errors.map(\.message) == [
        "0 of 1 variables reach '\(loss.name)': 'w' has no path to the loss"
      ])
    #expect(throws: GraphError.self) { try Session(graph) }
    #expect(w.name == "w")
  }

  @Test func aGraphWithoutVariablesIsAnError() {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [2], name: "x")
    Adam().minimize(l2Loss(x))
    #expect(graph.errors.map(\.code) == [.noGradient])
  }

  @Test func aWrongGradientNamesBothShapes() throws {
    let graph = Graph()
    let w = graph.variable([1, 2, 3] as Tensor<Float>, name: "w")
    let wrong = graph.constant([1, 2] as Tensor<Float>)
    GradientDescent(learningRate: 1).applyGradients([VariableGradient(wrong, w)])
    let error = try #require(graph.errors.first)
    #expect(error.message == "the variable has the shape [3], delta [2]")
    #expect(error.location?.description.hasPrefix("MinimizeTests.swift:") == true)
  }

  @Test func gradientsMayBeClippedTogether() throws {
    let graph = Graph()
    let a = graph.variable([3] as Tensor<Float>, name: "a")
    let b = graph.variable([4, 0] as Tensor<Float>, name: "b")
    let optimizer = GradientDescent(learningRate: 1)
    let pairs = optimizer.computeGradients(l2Loss(a) + l2Loss(b)).mapGradients {
      (g: [Node<Float>]) in clipByGlobalNorm(g, 2.5).clipped
    }
    let train = optimizer.applyGradients(pairs)
    let session = try Session(graph)
    try session.initializeVariables()
    try session.run(train)
    let (x, y) = try session.run(a, b)
    #expect(x.scalars == [1.5])
    #expect(y.scalars == [2, 0])
  }

  @Test func anErrorBeforeIsTheOnlyOne() {
    let graph = Graph()
    let w = graph.variable([1, 2, 3] as Tensor<Float>, name: "w")
    let optimizer = Adam()
    let loss = l2Loss(w + graph.constant([1, 2] as Tensor<Float>))
    optimizer.minimize(loss)
    optimizer.applyGradients(optimizer.computeGradients(loss))
    #expect(graph.errors.map(\.message) == ["shapes do not broadcast: [3] and [2]"])
  }

  @Test func anUpdateOfNothingIsRefused() throws {
    let graph = Graph()
    let w = graph.variable([1] as Tensor<Float>, name: "w")
    let nothing = GradientDescent(learningRate: 1).applyGradients([])
    let session = try Session(graph)
    let error = try #require(throws: GraphError.self) { try session.run(nothing) }
    #expect(error.message.contains("GradientDescent_of_no_variables"))
    #expect(w.name == "w")
  }
}
