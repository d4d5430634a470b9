import Foundation
import ReferenceCorpus
import Testing
import Weft
import WeftTensorFlow

/// Small graphs that TensorFlow wrote, of op types that the corpus of operations lacks, with what they
/// give there; made by `Scripts/interop/make_op_graphs.py`.
@Suite struct OpGraphTests {
  @Test func givesWhatTensorFlowGives() throws {
    let all = try NPZ.read(contentsOf: fixture("tensorflow/op_graphs.npz").path)
    let names = all.keys.compactMap { $0.hasSuffix("/graph") ? String($0.dropLast(6)) : nil }
    #expect(names.count >= 60)
    for name in names.sorted() {
      do { try check(name, all) } catch { Issue.record("\(name): \(error)") }
    }
  }

  private func check(_ name: String, _ all: [String: AnyTensor]) throws {
    let bytes = try #require(all[name + "/graph"]?.typed(UInt8.self)).scalars
    func parts(_ kind: String) -> [String: AnyTensor] {
      let head = "\(name)/\(kind)/"
      return Dictionary(
        uniqueKeysWithValues: all.filter { $0.key.hasPrefix(head) }
          .map { (String($0.key.dropFirst(head.count)), $0.value) })
    }
    let (feeds, values, variables) = (parts("feed"), parts("value"), parts("variable"))
    let graph = Graph()
    let model = try GraphImport(bytes: bytes)
    let nodes = try model.add(to: graph, outputs: ["targets", "init"] + values.keys + feeds.keys)
    var fed = Feeds()
    for (input, value) in feeds { fed.feed(AnyNodeFeed(output: try nodes.output(input)), value) }
    let session = try Session(graph)
    try session.run(try nodes.operation("init"))
    let wanted = values.keys.sorted()
    let fetches = try wanted.map { try nodes.output($0) }
    let results: [AnyTensor] = try session.run(fetches, feeding: fed)
    for (index, key) in wanted.enumerated() {
      expect(results[index], values[key], "\(name) \(key)")
    }
    if variables.isEmpty { return }
    try session.run(try nodes.operation("targets"), feeding: fed)
    for key in variables.keys.sorted() {
      let variable = try #require(graph.variables.first { $0.name == key })
      expect(try session.value(of: variable), variables[key], "\(name) \(key)")
    }
  }

  private func expect(_ value: AnyTensor, _ wanted: AnyTensor?, _ place: String) {
    guard let wanted, value.dtype == wanted.dtype, value.shape == wanted.shape else {
      Issue.record("\(place) is \(value.dtype)\(value.shape)")
      return
    }
    let worst = zip(value.doubles, wanted.doubles).map { a, b in
      a == b || a.isNaN && b.isNaN ? 0 : abs(a - b) / max(1e-1, abs(b))
    }.max()
    // Of 16 bits the last few differ with the order of the sums.
    #expect((worst ?? 0) < (place.contains("float16") ? 2e-2 : 2e-5), "\(place)")
  }

  /// Forms that today's TensorFlow does not run any more, and old frozen graphs are made of.
  @Test func formsOfThePast() throws {
    func vector(_ name: String, _ values: String) -> String {
      """
      node { name: "\(name)" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } }
          float_val: [\(values)] } } } }
      """
    }
    let text = """
      node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "shape" value { shape { dim { size: 1 } dim { size: 1 } dim { size: 3 }
          dim { size: 2 } } } } }
      \(vector("m", "1, -1")) \(vector("v", "3, 0")) \(vector("beta", "10, 20"))
      \(vector("gamma", "2, 3"))
      node { name: "norm" op: "BatchNormWithGlobalNormalization" input: "x" input: "m" input: "v"
        input: "beta" input: "gamma" attr { key: "T" value { type: DT_FLOAT } }
        attr { key: "variance_epsilon" value { f: 1 } }
        attr { key: "scale_after_normalization" value { b: true } } }
      node { name: "top" op: "TopK" input: "norm" attr { key: "k" value { i: 1 } } }
      """
    let graph = Graph()
    let nodes = try GraphImport(bytes: Array(text.utf8)).add(to: graph)
    let x: Node<Float> = try nodes.node("x")
    let (norm, top): (Node<Float>, Node<Float>) = (try nodes.node("norm"), try nodes.node("top"))
    let place: Node<Int32> = try nodes.node("top:1")
    let value = try Tensor<Float>(shape: [1, 1, 3, 2], scalars: [1, 2, 3, 4, 50, 6])
    let (a, b, c) = try Session(graph).run(norm, top, place, feeding: [x: value])
    let wanted: [Float] = [10, 29, 12, 35, 59, 41]
    for (p, q) in zip(a.scalars, wanted) { #expect(abs(p - q) < 1e-4) }
    #expect(b.shape == [1, 1, 3, 1] && c.scalars == [1, 1, 0])
  }

  @Test func ourOwnGradientOfAProductOverNamedAxes() throws {
    for (equation, shapes) in [
      ("bqhd,bkhd->bhqk", [[2, 3, 2, 4], [2, 5, 2, 4]]),
      ("...ij,jk->...ik", [[2, 3, 4], [4, 5]]),
      ("ab,bc,cd->ad", [[2, 3], [3, 4], [4, 2]]), ("ij->", [[3, 2]]),
    ] {
      let graph = Graph()
      let unknown = shapes.map { shape in
        graph.placeholder(Double.self, shape: TensorShape(shape.map { _ in nil }))
      }
      let operands = shapes.enumerated().map { seed, shape in
        Tensor<Double>((0..<shape.reduce(1, *)).map { sin(Double($0 * 7 + seed)) }).erased.shaped(
          shape)
      }
      let result = einsum(equation, unknown, at: SourceLocation(#fileID, #line))
      let loss = sum(result * result)
      let slopes = gradients(of: loss, withRespectTo: unknown)
      let session = try Session(graph)
      func value(_ tensors: [AnyTensor]) throws -> Double {
        var feeds = Feeds()
        for (node, tensor) in zip(unknown, tensors) { feeds.feed(node, tensor) }
        return try session.run(loss, feeding: feeds).scalars[0]
      }
      var feeds = Feeds()
      for (node, tensor) in zip(unknown, operands) { feeds.feed(node, tensor) }
      for index in unknown.indices {
        let slope = try session.run(try #require(slopes[index]), feeding: feeds).scalars
        for place in slope.indices {
          func moved(_ step: Double) throws -> Double {
            var tensors = operands
            var numbers = tensors[index].doubles
            numbers[place] += step
            tensors[index] = Tensor(numbers).erased.shaped(shapes[index])
            return try value(tensors)
          }
          let difference = (try moved(1e-5) - moved(-1e-5)) / 2e-5
          #expect(abs(difference - slope[place]) < 1e-5 * max(1, abs(difference)), "\(equation)")
        }
      }
    }
  }

  @Test func equationsThatDoNotFitAreErrors() throws {
    for (equation, message) in [
      ("ij,jk->ik", "is for 2 operands"), ("ii->i", "names an axis twice"),
      ("ijk->i", "does not fit an operand of rank 2"), ("ij->k", "no operand has"),
      ("i.j->i", "neither letters"),
    ] {
      let graph = Graph()
      _ = einsum(equation, graph.placeholder(Float.self, shape: [2, 2]))
      let error = #expect(throws: GraphError.self) { try graph.validate() }
      #expect(error?.message.contains(message) == true, "\(equation)")
    }
  }
}

private struct AnyNodeFeed: Feedable {
  let output: Output
  var feedType: DType { output.type?.dtype ?? .float32 }
}

extension AnyTensor {
  fileprivate func shaped(_ shape: [Int]) -> AnyTensor { (try? reshaped(shape)) ?? self }
}
