import Testing
import Weft
import WeftTensorFlow

/// `twice` adds its argument to itself by calling `sum`; `both` gives two outputs, the second from
/// the second output of TopKV2; `none` has an effect only.
private let library = """
  library {
    function {
      signature { name: "sum" input_arg { name: "a" type_attr: "T" } input_arg { name: "b" type_attr: "T" }
        output_arg { name: "s" type_attr: "T" } attr { name: "T" type: "type" } }
      node_def { name: "add" op: "AddV2" input: "a" input: "b"
        attr { key: "T" value { placeholder: "T" } } }
      ret { key: "s" value: "add:z:0" } }
    function {
      signature { name: "twice" input_arg { name: "x" type: DT_FLOAT } output_arg { name: "y" type: DT_FLOAT } }
      node_def { name: "call" op: "sum" input: "x" input: "x" attr { key: "T" value { type: DT_FLOAT } } }
      ret { key: "y" value: "call:s:0" } }
    function {
      signature { name: "both" input_arg { name: "x" type: DT_FLOAT }
        output_arg { name: "doubled" type: DT_FLOAT } output_arg { name: "places" type: DT_INT32 } }
      node_def { name: "k" op: "Const" attr { key: "dtype" value { type: DT_INT32 } }
        attr { key: "value" value { tensor { dtype: DT_INT32 tensor_shape { } int_val: 2 } } } }
      node_def { name: "twice" op: "PartitionedCall" input: "x"
        attr { key: "f" value { func { name: "twice" } } } }
      node_def { name: "top" op: "TopKV2" input: "twice:output:0" input: "k:output:0"
        attr { key: "T" value { type: DT_FLOAT } } }
      ret { key: "doubled" value: "top:values:0" } ret { key: "places" value: "top:indices:0" } }
    function {
      signature { name: "bump" input_arg { name: "w" type: DT_RESOURCE } control_output: "done" }
      node_def { name: "one" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { } float_val: 1 } } } }
      node_def { name: "add" op: "AssignAddVariableOp" input: "w" input: "one:output:0"
        attr { key: "dtype" value { type: DT_FLOAT } } }
      control_ret { key: "done" value: "add" } }
    function {
      signature { name: "endless" input_arg { name: "x" type: DT_FLOAT } output_arg { name: "y" type: DT_FLOAT } }
      node_def { name: "again" op: "endless" input: "x" }
      ret { key: "y" value: "again:y:0" } }
  }
  """

private let placeholder = """
  node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } }
    attr { key: "shape" value { shape { dim { size: 3 } } } } }
  """

private func importing(_ nodes: String) throws -> GraphImport {
  try GraphImport(bytes: Array((nodes + library).utf8))
}

@Suite struct FunctionTests {
  @Test func callsAreReplacedByBodies() throws {
    let model = try importing(
      placeholder + """
        node { name: "f" op: "StatefulPartitionedCall" input: "x"
          attr { key: "f" value { func { name: "both" } } } }
        node { name: "double" op: "AddV2" input: "f" input: "f:0"
          attr { key: "T" value { type: DT_FLOAT } } }
        """)
    #expect(model.unsupported.isEmpty)
    #expect(model.typeCounts["AddV2"] == 2 && model.typeCounts["IdentityN"] == 1)
    let graph = Graph()
    let nodes = try model.add(to: graph)
    let x: Node<Float> = try nodes.node("x")
    let values: Node<Float> = try nodes.node("f")
    let places: Node<Int32> = try nodes.node("f:1")
    let double: Node<Float> = try nodes.node("double")
    let inner: Node<Float> = try nodes.node("f/twice/call/add")
    let (v, p, d, i) = try Session(graph).run(
      values, places, double, inner, feeding: [x: [1, 5, 3] as Tensor<Float>])
    #expect(v.scalars == [10, 6] && p.scalars == [1, 2] && d.scalars == [20, 12])
    #expect(i.scalars == [2, 10, 6])
  }

  @Test func effectsOfAFunctionAreWaitedFor() throws {
    let model = try importing(
      """
      node { name: "w" op: "VarHandleOp" attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "shape" value { shape { } } } }
      node { name: "zero" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { } float_val: 7 } } } }
      node { name: "set" op: "AssignVariableOp" input: "w" input: "zero"
        attr { key: "dtype" value { type: DT_FLOAT } } }
      node { name: "bump" op: "StatefulPartitionedCall" input: "w" attr { key: "f" value { func { name: "bump" } } } }
      node { name: "after" op: "ReadVariableOp" input: "w" input: "^bump"
        attr { key: "dtype" value { type: DT_FLOAT } } }
      """)
    let graph = Graph()
    let nodes = try model.add(to: graph)
    let session = try Session(graph)
    try session.initializeVariables()
    let after: Node<Float> = try nodes.node("after")
    #expect(try values(after, session) == [8])
    try session.run(try nodes.operation("bump"))
    #expect(try values(after, session) == [10])
  }

  @Test func whatCannotBeInlinedIsAnError() throws {
    func failure(_ nodes: String) -> GraphError? {
      #expect(throws: GraphError.self) { try importing(placeholder + nodes) }
    }
    let endless = failure("node { name: \"e\" op: \"endless\" input: \"x\" }")
    #expect(endless?.message.contains("calls itself: endless > endless") == true)
    let few = failure("node { name: \"e\" op: \"sum\" input: \"x\" }")
    #expect(few?.message == "gives 'sum' 1 operands, and it takes 2")
    let unknown = failure(
      "node { name: \"e\" op: \"PartitionedCall\" attr { key: \"f\" value { func { name: \"g\" } } } }"
    )
    #expect(unknown?.message == "calls 'g', and the graph has no such function")
    let gradient = try importing(
      placeholder + "node { name: \"g\" op: \"SymbolicGradient\" input: \"x\" }")
    #expect(gradient.unsupported.first?.reason?.contains("is not taken on import") == true)
  }

  @Test func fewFunctionsThatMakeManyNodesAreRefused() throws {
    var text = "node { name: \"x\" op: \"NoOp\" } node { name: \"start\" op: \"f0\" } library {"
    for level in 0..<40 {
      let calls = (0..<2).map { "node_def { name: \"c\($0)\" op: \"f\(level + 1)\" }" }
      text += "function { signature { name: \"f\(level)\" } \(calls.joined()) }"
    }
    text += "function { signature { name: \"f40\" } node_def { name: \"n\" op: \"NoOp\" } } }"
    let error = #expect(throws: GraphError.self) { try GraphImport(bytes: Array(text.utf8)) }
    #expect(error?.code == .outOfMemory)
  }
}

private func values<S>(_ node: Node<S>, _ session: Session) throws -> [S] {
  let value = try session.run(node)
  return value.scalars
}
