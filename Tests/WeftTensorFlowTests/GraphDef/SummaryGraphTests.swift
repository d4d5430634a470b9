import Testing
import Weft

@testable import WeftTensorFlow

/// Summaries in TensorFlow's graphs: as its own programs write them, and as we do.
@Suite struct SummaryGraphTests {
  private static let text = """
    node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } }
      attr { key: "shape" value { shape { dim { size: 3 } } } } }
    node { name: "loss/tags" op: "Const" attr { key: "dtype" value { type: DT_STRING } }
      attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { } string_val: "the loss" } } } }
    node { name: "axis" op: "Const" attr { key: "dtype" value { type: DT_INT32 } }
      attr { key: "value" value { tensor { dtype: DT_INT32 tensor_shape { } int_val: 0 } } } }
    node { name: "sum" op: "Sum" input: "x" input: "axis"
      attr { key: "T" value { type: DT_FLOAT } } attr { key: "Tidx" value { type: DT_INT32 } } }
    node { name: "loss" op: "ScalarSummary" input: "loss/tags" input: "sum"
      attr { key: "T" value { type: DT_FLOAT } } }
    node { name: "h/tag" op: "Const" attr { key: "dtype" value { type: DT_STRING } }
      attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { } string_val: "h" } } } }
    node { name: "h" op: "HistogramSummary" input: "h/tag" input: "x"
      attr { key: "T" value { type: DT_FLOAT } } }
    node { name: "inner" op: "MergeSummary" input: "h" attr { key: "N" value { i: 1 } } }
    node { name: "merged" op: "MergeSummary" input: "loss" input: "inner"
      attr { key: "N" value { i: 2 } } }
    """

  @Test func aGraphWithSummariesRunsAndGivesThem() throws {
    let model = try GraphImport(bytes: Array(Self.text.utf8))
    #expect(model.unsupported.isEmpty)
    #expect(model.typeCounts["MergeSummary"] == 2)
    let graph = Graph()
    let nodes = try model.add(to: graph)
    let session = try Session(graph)
    let x = try nodes.node("x", as: Float.self)
    let merged = try nodes.summary("merged:0")
    let sum = try nodes.node("sum:0", as: Float.self)
    let (values, total) = try session.run(
      merged, sum, feeding: [x: [1, 2, 4] as Tensor<Float>])
    #expect(total.scalar == 7)
    #expect(values == [.scalar("the loss", 7), .init(tag: "h", .histogram(Histogram([1, 2, 4])))])
    #expect(summary.mergeAll(in: graph).outputs.count == 2)
    // As a target it is no more than a wait.
    try session.run(try nodes.operation("merged"), feeding: [x: [1, 2, 4] as Tensor<Float>])
    let error = #expect(throws: GraphError.self) { try nodes.output("merged:0") }
    #expect(error?.message.contains("merges summaries") == true)
    #expect(throws: GraphError.self) { try nodes.summary("sum") }
    let message = try LogSummary(serializedBytes: SummaryValue.serialized(values))
    #expect(message.value.map(\.tag) == ["the loss", "h"])
  }

  @Test func summariesAreExportedAsTensorFlowHasThem() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [nil, 4, 5, 1], name: "x")
    graph.scope("train") { _ = summary.scalar("loss", mean(x)) }
    summary.image("pictures", x, maxOutputs: 2)
    let bytes = try GraphExport(graph).bytes()
    let written = try WireGraphDef(serializedBytes: bytes)
    func node(_ name: String) throws -> WireNodeDef {
      try #require(written.node.first { $0.name == name })
    }
    #expect(try node("train/loss").input.first == "train/loss/tags")
    #expect(try node("train/loss/tags").attr["value"]?.tensor.stringVal.count == 1)
    #expect(try node("pictures").input == ["pictures/tag", "x"])
    #expect(try node("pictures").attr["max_images"]?.i == 2)
    #expect(try node("pictures").attr["tag"] == nil)
    #expect(try node("Merge/MergeSummary").input == ["train/loss", "pictures"])
    // And back.
    let again = Graph()
    let nodes = try GraphImport(bytes: bytes).add(to: again)
    let merged = try nodes.summary("Merge/MergeSummary")
    let values = try Session(again).run(
      merged, feeding: [try nodes.node("x", as: Float.self): try Tensor<Float>.zeros([1, 4, 5, 1])])
    #expect(values.map(\.tag) == ["train/loss", "pictures/image/0"])
    let third = try WireGraphDef(serializedBytes: GraphExport(again).bytes())
    #expect(
      Set(third.node.map(\.name)).isSuperset(of: ["Merge/MergeSummary", "train/loss/tags"]))
    #expect(third.node.count == written.node.count)
  }

  @Test func theTimesOfARunAreAMessage() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    let w = graph.variable(.truncatedNormal([3, 5]), name: "w")
    let product = matmul(x, w, name: "product")
    let session = try Session(graph)
    try session.initializeVariables()
    let trace = RunTrace()
    for _ in 0..<2 {
      _ = try session.run(product, feeding: [x: [[1, 2, 3]] as Tensor<Float>], trace: trace)
    }
    let metadata = try LogRunMetadata(
      serializedBytes: RunMetadata.bytes(of: trace, device: "/device:CPU:0"))
    let nodes = metadata.stepStats.devStats.flatMap(\.nodeStats)
    let found = try #require(nodes.first { $0.nodeName == "product" })
    #expect(Set(nodes.map(\.nodeName)).count == nodes.count)
    #expect(found.opEndRelMicros > 0)
    #expect(found.memory.first?.totalBytes == 20)
    #expect(found.output.first?.tensorDescription.shape.dim.map(\.size) == [1, 5])
  }
}
