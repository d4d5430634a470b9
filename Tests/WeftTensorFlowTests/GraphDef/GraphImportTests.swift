import Testing
import Weft
import WeftTensorFlow

/// y = x w + b in TensorFlow's text form, with a ref variable and its initial value.
private let line = """
  node { name: "x" op: "Placeholder"
    attr { key: "dtype" value { type: DT_FLOAT } }
    attr { key: "shape" value { shape { dim { size: -1 } dim { size: 2 } } } } }
  node { name: "w/initial_value" op: "Const"
    attr { key: "dtype" value { type: DT_FLOAT } }
    attr { key: "value" value { tensor { dtype: DT_FLOAT
      tensor_shape { dim { size: 2 } dim { size: 3 } } float_val: [1, 2, 3, 4, 5, 6] } } } }
  node { name: "w" op: "VariableV2"
    attr { key: "dtype" value { type: DT_FLOAT } }
    attr { key: "container" value { s: "" } }
    attr { key: "shape" value { shape { dim { size: 2 } dim { size: 3 } } } } }
  node { name: "w/Assign" op: "Assign" input: "w" input: "w/initial_value"
    attr { key: "T" value { type: DT_FLOAT } } }
  node { name: "w/read" op: "Identity" input: "w" attr { key: "T" value { type: DT_FLOAT } } }
  node { name: "y" op: "Add" input: "product" input: "b"
    attr { key: "T" value { type: DT_FLOAT } } }
  node { name: "product" op: "MatMul" input: "x" input: "w/read"
    attr { key: "T" value { type: DT_FLOAT } }
    attr { key: "an_attribute_of_the_future" value { b: true } } }
  node { name: "b" op: "Const"
    attr { key: "dtype" value { type: DT_FLOAT } }
    attr { key: "value" value { tensor { dtype: DT_FLOAT
      tensor_shape { dim { size: 3 } } float_val: 10 } } } }
  node { name: "init" op: "NoOp" input: "^w/Assign" }
  """

private func importing(_ text: String) throws -> GraphImport {
  try GraphImport(bytes: Array(text.utf8))
}

@Suite struct GraphImportTests {
  @Test func listsWhatAFileHolds() throws {
    let model = try importing(line)
    #expect(model.placeholders.map(\.description) == ["x float32[?, 2]"])
    #expect(model.variables.map(\.description) == ["w float32[2, 3]"])
    #expect(model.outputs == ["y", "init"])
    #expect(model.unsupported.isEmpty)
    #expect(model.typeCounts["Const"] == 2)
  }

  @Test func runsWhatItImports() throws {
    let graph = Graph()
    let nodes = try importing(line).add(to: graph, prefix: "net")
    let x: Node<Float> = try nodes.node("x:0")
    let y: Node<Float> = try nodes.node("y")
    #expect(y.name == "net/y:0")
    #expect(y.shape == [nil, 3])
    let session = try Session(graph)
    try session.initializeVariables()
    let result = try session.run(y, feeding: [x: ([[1, 1], [0, 2]] as Tensor<Float>)])
    #expect(result == ([[15, 17, 19], [18, 20, 22]] as Tensor<Float>))
    try session.run(try nodes.operation("init"))
  }

  @Test func addsOnlyWhatIsNeeded() throws {
    let graph = Graph()
    let nodes = try importing(line).add(to: graph, outputs: ["product:0"])
    #expect(nodes.operations["y"] == nil)
    #expect(nodes.operations["b"] == nil)
    // The initial value comes along, so that a session can initialise the variable.
    #expect(nodes.operations["w/Assign"] != nil)
    #expect(graph.variables.map(\.name) == ["w"])
    #expect(throws: GraphError.self) { try nodes.output("y:0") }
  }

  @Test func mapsInputsToNodesOfTheGraph() throws {
    let graph = Graph()
    let mine = graph.constant(([[2, 0]] as Tensor<Float>))
    let nodes = try importing(line).add(
      to: graph, inputMap: ["x:0": mine.output], outputs: ["y"])
    #expect(nodes.operations["x"] == nil)
    let session = try Session(graph)
    try session.initializeVariables()
    #expect(try session.run(nodes.node("y") as Node<Float>) == ([[12, 14, 16]] as Tensor<Float>))
  }

  @Test func namesAllUnsupportedTypesAtOnce() throws {
    let more = """
      node { name: "f" op: "FlyToTheMoon" input: "x" }
      node { name: "g" op: "FlyToTheMoon" input: "y" }
      node { name: "h" op: "Yodel" }
      """
    let model = try importing(line + "\n" + more)
    #expect(
      model.unsupported.map(\.description) == ["FlyToTheMoon at 'f', 'g'", "Yodel at 'h'"])
    let graph = Graph()
    try model.add(to: graph, outputs: ["y"])
    let error = #expect(throws: GraphError.self) { try model.add(to: Graph()) }
    #expect(error?.code == .unsupported)
    #expect(
      error?.message == "2 op types are needed and not supported: FlyToTheMoon, Yodel")
  }

  @Test func namesWhatIsWrong() throws {
    func message(_ text: String) -> String? {
      do {
        try importing(text).add(to: Graph())
        return nil
      } catch { return (error as? GraphError)?.message }
    }
    let node = #"node { name: "a" op: "NoOp" }"#
    #expect(message(node + node) == "two nodes are called 'a'")
    #expect(
      message(#"node { name: "a" op: "Relu" input: "b" }"#)
        == "takes 'b', and no node is called 'b'")
    #expect(
      message(#"node { name: "a" op: "Relu" input: "a" }"#)
        == "the graph goes round in a circle through 'a'")
    #expect(message(#"node { op: "NoOp" }"#) == "node 0 has no name or no op type")
    #expect(message("node {")?.hasPrefix("is no graph in text form") == true)
    let operands = line.replacing(#"input: "x" input: "w/read""#, with: #"input: "x" input: "b""#)
    #expect(message(operands) == "takes matrices, not the shape [3]")
    let error = #expect(throws: GraphError.self) {
      try importing(line).add(to: Graph(), outputs: ["produce"])
    }
    #expect(error?.notes == ["there is 'product'"])
  }

  @Test func foldsTextsIntoMessages() throws {
    let text = """
      node { name: "p" op: "Placeholder" attr { key: "dtype" value { type: DT_BOOL } }
        attr { key: "shape" value { shape { } } } }
      node { name: "why" op: "Const" attr { key: "dtype" value { type: DT_STRING } }
        attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { }
          string_val: "too cold" } } } }
      node { name: "check" op: "Assert" input: "p" input: "why"
        attr { key: "T" value { list { type: DT_STRING } } } }
      """
    let graph = Graph()
    let nodes = try importing(text).add(to: graph)
    let p: Node<Bool> = try nodes.node("p")
    let session = try Session(graph)
    try session.run(try nodes.operation("check"), feeding: [p: true])
    let error = #expect(throws: GraphError.self) {
      try session.run(try nodes.operation("check"), feeding: [p: false])
    }
    #expect(error?.message.contains("too cold") == true)
  }
}
