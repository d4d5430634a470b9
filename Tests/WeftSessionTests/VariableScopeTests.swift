import Testing
import Weft

@Suite struct VariableScopeTests {
  @Test func namesAreThoseOfTensorFlow() throws {
    let graph = Graph()
    let plain = graph.scope("layer") { graph.variable(.zeros([2]), name: "w") }
    let again = graph.scope("layer") { graph.variable(.zeros([2]), name: "w") }
    let shared = graph.variableScope("deep") {
      graph.variableScope("layer") { graph.getVariable("w", .zeros([2])) }
    }
    #expect([plain.name, again.name, shared.name] == ["layer/w", "layer_1/w", "deep/layer/w"])
    try graph.validate()
  }

  @Test func sharingOnPurposeGivesTheSameVariable() throws {
    let graph = Graph()
    func layer() -> Variable<Float> {
      graph.variableScope("layer", reuse: .automatic) { graph.getVariable("w", shape: [3, 4]) }
    }
    #expect(layer() == layer())
    #expect(graph.variables.count == 1)
    try graph.validate()
  }

  @Test func sharingByAccidentNamesBothWaysOut() throws {
    let graph = Graph()
    func layer() -> Variable<Float> {
      graph.variableScope("layer") { graph.getVariable("w", shape: [3, 4]) }
    }
    let line = #line - 2
    _ = layer()
    _ = layer()
    let error = #expect(throws: GraphError.self) { try graph.validate() }
    #expect(
      error?.description == """
        variable 'layer/w' (VariableScopeTests.swift:\(line)): exists already
        ├─ it was made at VariableScopeTests.swift:\(line)
        ├─ to share it: graph.variableScope("layer", reuse: .automatic) { ... }
        └─ to have another: open a variable scope of another name
        """)
  }

  @Test func reuseOfWhatDoesNotExistNamesTheNearest() throws {
    let graph = Graph()
    _ = graph.variableScope("layer1") { graph.getVariable("kernel", shape: [3, 4]) }
    _ = graph.variableScope("layer1", reuse: .always) {
      graph.getVariable("kernal", shape: [3, 4])
    }
    let error = #expect(throws: GraphError.self) { try graph.validate() }
    #expect(error?.code == .missingVariable)
    #expect(error?.notes.first == "there is 'layer1/kernel'")
  }

  @Test func anotherShapeIsAnError() throws {
    let graph = Graph()
    for shape in [[3, 4], [4, 3]] {
      _ = graph.variableScope("layer", reuse: .automatic) { graph.getVariable("w", shape: shape) }
    }
    let error = #expect(throws: GraphError.self) { try graph.validate() }
    #expect(error?.message == "is float32[3, 4], and is asked for as float32[4, 3]")
  }

  @Test func initialisersHaveTheirVariances() throws {
    let graph = Graph(seed: 3)
    let cases: [(Initializer<Float>, Double)] = [
      (.glorotUniform([300, 500]), 2.0 / 800), (.heNormal([300, 500]), 2.0 / 300),
      (.lecunUniform([300, 500]), 1.0 / 300), (.truncatedNormal([300, 500]), 0.7737),
      (.normal([300, 500], stddev: 2), 4), (.uniform([300, 500], min: -1, max: 1), 1.0 / 3),
      (.orthogonal([30, 50]), 1.0 / 50),
    ]
    let variables = cases.enumerated().map { graph.variable($1.0, name: "v\($0)") }
    let session = try Session(graph)
    try session.initializeVariables()
    for (variable, (_, variance)) in zip(variables, cases) {
      let values = try session.value(of: variable).scalars.map(Double.init)
      let measured = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      #expect(abs(measured / variance - 1) < 0.02, "\(variable.name)")
    }
    let q = try session.value(of: variables[6])
    for row in 0..<3 {
      let dot = (0..<50).reduce(Float(0)) { $0 + q[row, $1] * q[row + 1, $1] }
      #expect(abs(dot) < 1e-5)
    }
  }
}
