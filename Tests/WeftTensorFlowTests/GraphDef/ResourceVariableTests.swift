import Testing
import Weft
import WeftTensorFlow

/// w = [1, 2], and an operation w -= 0.5 * [2, 4], through a resource handle.
private let resource = """
  node { name: "w" op: "VarHandleOp"
    attr { key: "dtype" value { type: DT_FLOAT } }
    attr { key: "shared_name" value { s: "w" } }
    attr { key: "shape" value { shape { dim { size: 2 } } } } }
  node { name: "first" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } }
    attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } }
      float_val: [1, 2] } } } }
  node { name: "set" op: "AssignVariableOp" input: "w" input: "first"
    attr { key: "dtype" value { type: DT_FLOAT } } }
  node { name: "rate" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } }
    attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { } float_val: 0.5 } } } }
  node { name: "slope" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } }
    attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } }
      float_val: [2, 4] } } } }
  node { name: "step" op: "ResourceApplyGradientDescent" input: "w" input: "rate" input: "slope"
    attr { key: "T" value { type: DT_FLOAT } } }
  node { name: "before" op: "ReadVariableOp" input: "w"
    attr { key: "dtype" value { type: DT_FLOAT } } }
  node { name: "after" op: "ReadVariableOp" input: "w" input: "^step"
    attr { key: "dtype" value { type: DT_FLOAT } } }
  """

@Suite struct ResourceVariableTests {
  @Test func readsKeepTheOrderThatControlInputsSay() throws {
    let graph = Graph()
    let nodes = try GraphImport(bytes: Array(resource.utf8)).add(to: graph)
    let session = try Session(graph)
    try session.initializeVariables()
    let before: Node<Float> = try nodes.node("before")
    let after: Node<Float> = try nodes.node("after")
    let (old, new) = try session.run(before, after)
    #expect(old == Tensor<Float>([1, 2]))
    #expect(new == Tensor<Float>([0, 0]))
    #expect(graph.variables.first?.isTrainable == true)
  }
}
