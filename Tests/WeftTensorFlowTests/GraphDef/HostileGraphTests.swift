import Foundation
import Testing
import Weft
import WeftTensorFlow

/// Damaged graphs end in errors: never in a trap, a hang, or memory without bounds.
@Suite struct HostileGraphTests {
  /// A small generator, so that a failure can be repeated.
  private struct Dice {
    var state: UInt64
    mutating func roll(_ sides: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(sides, 1)))
    }
  }

  private static let sample: [UInt8] = {
    let sample = SampleGraph(width: 3) { Adam(learningRate: 0.1).minimize($0) }
    return (try? GraphExport(sample.graph).bytes()) ?? []
  }()

  /// Imports and, where that works, builds; only errors may come of it.
  private func tryOut(_ bytes: [UInt8]) {
    do { try GraphImport(bytes: bytes).add(to: Graph()) } catch {}
  }

  @Test func truncatedFiles() {
    let sample = Self.sample
    #expect(sample.count > 1000)
    for length in stride(from: 0, to: sample.count, by: 37) { tryOut(Array(sample[..<length])) }
  }

  /// As many as `WEFT_FUZZ` says.
  @Test func mutatedFiles() {
    var dice = Dice(state: 1)
    let count = ProcessInfo.processInfo.environment["WEFT_FUZZ"].flatMap { Int($0) } ?? 1000
    for _ in 0..<count {
      var bytes = Self.sample
      for _ in 0..<(1 + dice.roll(4)) {
        switch dice.roll(3) {
        case 0: bytes[dice.roll(bytes.count)] = UInt8(dice.roll(256))
        case 1: bytes[dice.roll(bytes.count)] ^= UInt8(1 << dice.roll(8))
        default: bytes.remove(at: dice.roll(bytes.count))
        }
      }
      tryOut(bytes)
    }
  }

  /// Loops and branches whose nodes are tied together wrongly.
  @Test(arguments: ["lengths", "nested_branches"]) func tangledControlFlow(_ name: String) throws {
    let graph = Graph()
    let fixture = try ControlFlowFixture(name)
    try GraphImport(contentsOf: fixture.path).add(to: graph, outputs: fixture.needed)
    let lines = try GraphExport(graph).text.split(separator: "\n").map(String.init)
    let inputs = lines.indices.filter { lines[$0].contains("  input: ") }
    #expect(inputs.count > 100)
    var dice = Dice(state: 7)
    for _ in 0..<60 {
      var changed = lines
      for _ in 0..<(1 + dice.roll(3)) {
        let (a, b) = (inputs[dice.roll(inputs.count)], inputs[dice.roll(inputs.count)])
        if dice.roll(4) == 0 { changed[a] = "" } else { changed[a] = lines[b] }
      }
      tryOut(Array(changed.joined(separator: "\n").utf8))
    }
  }

  @Test(arguments: [
    // A shape of 2⁵⁰ elements for one number.
    "tensor { dtype: DT_FLOAT tensor_shape { dim { size: 1125899906842624 } } float_val: 1 }",
    "tensor { dtype: DT_FLOAT tensor_shape { dim { size: 4611686018427387904 } dim { size: 4 } } }",
    "tensor { dtype: DT_INT32 tensor_shape { dim { size: -1 } } }",
    "tensor { dtype: DT_INT32 tensor_shape { unknown_rank: true } }",
    "tensor { dtype: DT_INT64 tensor_shape { dim { size: 2 } } tensor_content: \"abc\" }",
    "tensor { dtype: DT_INT64 tensor_shape { } int64_val: [1, 2] }",
    "tensor { dtype: DT_COMPLEX64 tensor_shape { } scomplex_val: [1, 2] }", "i: 3",
  ])
  func brokenConstants(_ value: String) throws {
    let text = """
      node { name: "c" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "value" value { \(value) } } }
      """
    let model = try GraphImport(bytes: Array(text.utf8))
    #expect(model.unsupported.map(\.typeName) == ["Const"])
    #expect(throws: GraphError.self) { try model.add(to: Graph()) }
  }

  @Test(arguments: [
    ("AddN", "N", "1000000000000"), ("Pack", "N", "-1"),
    ("Split", "num_split", "4611686018427387904"),
    ("Unpack", "num", "9000000"), ("ShapeN", "N", "70000"),
  ])
  func absurdCounts(_ type: String, _ attribute: String, _ count: String) throws {
    let text = """
      node { name: "a" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }
      node { name: "b" op: "\(type)" input: "a"
        attr { key: "\(attribute)" value { i: \(count) } } }
      """
    let model = try GraphImport(bytes: Array(text.utf8))
    #expect(model.unsupported.map(\.typeName) == [type])
  }

  @Test func deepGraphsDoNotExhaustTheStack() throws {
    var text =
      #"node { name: "n0" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }"#
    for index in (1...20_000).reversed() {
      text += #"node { name: "n\#(index)" op: "Relu" input: "n\#(index - 1)" }"# + "\n"
    }
    let graph = Graph()
    try GraphImport(bytes: Array(text.utf8)).add(to: graph)
    #expect(graph.operationCount == 20_001)
  }

  /// Any operation with too few or too many operands of any type.
  @Test func everyTypeWithWrongOperands() throws {
    for type in OperationCatalogue.standard.typeNames {
      for count in 0...3 {
        for dtype in ["DT_FLOAT", "DT_INT32", "DT_BOOL"] {
          let inputs = (0..<count).map { _ in #"input: "c" "# }.joined()
          let text = """
            node { name: "c" op: "Const" attr { key: "dtype" value { type: \(dtype) } }
              attr { key: "value" value { tensor { dtype: \(dtype) tensor_shape { dim { size: 2 } } } } } }
            node { name: "o" op: "\(type)" \(inputs) attr { key: "N" value { i: 1 } }
              attr { key: "dtype" value { type: \(dtype) } } attr { key: "num" value { i: 1 } }
              attr { key: "num_split" value { i: 1 } } attr { key: "seq_dim" value { i: -9 } }
              attr { key: "block_size" value { i: 0 } } attr { key: "DstT" value { type: DT_BOOL } }
              attr { key: "num_partitions" value { i: 1 } } attr { key: "padding" value { s: "SAME" } }
              attr { key: "strides" value { list { i: [1, 0, -1, 1] } } }
              attr { key: "ksize" value { list { i: [1, 0, -1, 1] } } } }
            """
          tryOut(Array(text.utf8))
        }
      }
    }
  }
}
