import Testing
import Weft

/// What a beginner's mistakes print, word for word.
@Suite struct ErrorWordingTests {
  @Test func matricesThatDoNotFit() throws {
    let graph = Graph()
    let features = graph.placeholder(Float.self, shape: [nil, 1108], name: "features");
    let one = #line - 1
    let kernel = try graph.scope("dense") {
      graph.variable(try Tensor<Float>.zeros([1120, 256]), name: "kernel")
    }
    let two = #line - 2
    graph.scope("dense_run") { _ = matmul(features, kernel, name: "MatMul") }
    let three = #line - 1
    let error = #expect(throws: GraphError.self) { try Session(graph) }
    #expect(
      error?.description == """
        matmul 'dense_run/MatMul' (ErrorWordingTests.swift:\(three)): inner dimensions differ: [?, 1108] x [1120, 256]
        ├─ left  'features:0' from ErrorWordingTests.swift:\(one)
        └─ right 'dense/kernel:0' from ErrorWordingTests.swift:\(two)
        """)
  }

  @Test func everyBuildingErrorIsReportedAtOnce() throws {
    let graph = Graph()
    let a = graph.placeholder(Float.self, shape: [2, 3], name: "a")
    let b = graph.placeholder(Float.self, shape: [4, 5], name: "b")
    _ = relu(matmul(a, b))
    _ = a + b
    let line = #line - 1
    let error = #expect(throws: GraphError.self) { try graph.validate() }
    #expect(error?.others.count == 1)
    // The operator takes no #line: the stack was walked.
    #expect(error?.others.first?.location?.line == line)
    #expect(error?.others.first?.message == "shapes do not broadcast: [2, 3] and [4, 5]")
  }

  @Test func variablesWithoutAValue() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    let (kernel, bias) = try graph.scope("dense") {
      (
        graph.variable(try Tensor<Float>.zeros([3, 2]), name: "kernel"),
        graph.variable([0, 0] as Tensor<Float>, name: "bias")
      )
    }
    let line = #line - 4
    let scale = graph.variable(Tensor<Float>(1), name: "scale")
    let loss = apply(
      Identity(), [sum(matmul(x, kernel) + bias) * scale], as: Float.self, name: "loss")
    let session = try Session(graph)
    try session.load(Tensor(2), into: scale)
    let error = #expect(throws: GraphError.self) {
      try session.run(loss, feeding: [x: [[1, 2, 3]] as Tensor<Float>])
    }
    #expect(
      error?.description == """
        2 of 3 variables that 'loss:0' needs have no value: 'dense/kernel' (ErrorWordingTests.swift:\(line)), 'dense/bias' (ErrorWordingTests.swift:\(line + 1))
        └─ call session.initializeVariables() or restore a checkpoint first
        """)
  }

  @Test func aModelBuiltTwice() throws {
    let graph = Graph()
    let first = graph.placeholder(Float.self, shape: [], name: "x")
    let one = #line - 1
    let second = graph.placeholder(Float.self, shape: [], name: "x")
    let two = #line - 1
    let loss = apply(Neg(), [second], as: Float.self, name: "loss")
    let session = try Session(graph)
    let error = #expect(throws: GraphError.self) { try session.run(loss, feeding: [first: 1]) }
    #expect(
      error?.description == """
        fetch 'loss:0' needs placeholder 'x_1' (ErrorWordingTests.swift:\(two)), which was not fed; you fed 'x' (ErrorWordingTests.swift:\(one)). Was the model built twice?
        """)
  }

  @Test func feedsThatDoNotFit() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil, 784], name: "x")
    let line = #line - 1
    let y = -x
    let session = try Session(graph)
    func message(_ feeds: Feeds) -> String? {
      #expect(throws: GraphError.self) { try session.run(y, feeding: feeds) }?.description
    }
    let place = "feed 'x:0' (ErrorWordingTests.swift:\(line)): "
    let narrow = try Tensor<Float>.zeros([128, 783])
    #expect(message([x: narrow]) == place + "takes the shape [?, 784], was given [128, 783]")
    #expect(
      message([x: try Tensor<Int32>.zeros([1, 784])]) == place + "takes float32, was given int32")
    let good = try Tensor<Float>.zeros([1, 784])
    var twice: Feeds = [x: good]
    twice.feed(x, good)
    #expect(message(twice) == place + "is fed twice")
    let other = Graph().placeholder(Float.self, shape: [], name: "x")
    #expect(message([other: 1])?.hasSuffix("belongs to another graph") == true)
  }

  @Test func anOperationMadeInTheTrainingLoop() throws {
    let graph = Graph()
    let x = graph.constant(Tensor<Float>([1, 2, 3]))
    let session = try Session(graph)
    let total = sum(x)
    let line = #line - 1
    let error = #expect(throws: GraphError.self) { try session.run(total) }
    #expect(
      error?.description.hasPrefix(
        "constant 'Const_1' (ErrorWordingTests.swift:\(line)): added after a session sealed the graph"
      )
        == true)
    #expect(error?.code == .sealedGraph)
  }

  @Test func aDeviceThatIsNotThere() throws {
    let graph = Graph()
    let x = graph.constant(Tensor<Float>([1, 2, 3]), name: "x")
    let y = graph.device("/gpu:0") { sum(x) }
    let soft = graph.device("/gpu:0", soft: true) { relu(x) }
    let session = try Session(graph)
    let error = #expect(throws: GraphError.self) { try session.run(y) }
    #expect(error?.code == .unavailableDevice)
    #expect(error?.message == "asks for '/gpu:0', and this session has '/cpu:0'")
    let elsewhere = try session.run(soft)
    #expect(elsewhere.scalars == [1, 2, 3])
  }

  @Test func aSessionThatWasClosed() throws {
    let graph = Graph()
    let x = graph.constant(Tensor<Float>([1, 2, 3]))
    let session = try Session(graph)
    session.close()
    #expect(throws: GraphError.self) { try session.run(x) }
    // Closing unseals: the graph may grow again.
    _ = sum(x)
    try graph.validate()
  }

  @Test func variablesThatTheLossDoesNotReach() throws {
    let graph = Graph()
    let w = graph.variable([1, 2] as Tensor<Float>, name: "w1")
    let b = graph.variable([1, 2] as Tensor<Float>, name: "b2")
    struct Step: PointwiseDefinition {
      static let typeName = "Step"
      var expression: ScalarExpression { .unary(.floor, .input(0)) }
    }
    let floored: Node<Float> = apply(
      Step(), [w.node], name: "Floor", at: SourceLocation("Model/Train.swift", 31))
    let loss = sum(floored, name: "loss")
    let paths = backpropagate(from: [loss.output], to: [w.output, b.output])
    let error = noGradientError(
      objective: loss.output, variables: [("w1", paths[0]), ("b2", paths[1])], location: nil)
    #expect(
      error.description
        == "0 of 2 variables reach 'loss:0': 'w1' is blocked at 'Floor' (Train.swift:31), which has no gradient; 'b2' has no path to the loss"
    )
  }
}
