import Foundation
import ReferenceCorpus
import Weft
import WeftTensorFlow

/// A graph with TensorFlow's control flow and what TensorFlow gives for it, made by
/// `Scripts/interop/make_control_flow_fixtures.py`.
struct ControlFlowFixture {
  static let names = [
    "assignments", "branches", "counts", "lengths", "lstm", "mapped", "nested_branches",
    "nested_loops", "nested_slopes",
  ]

  let path: String
  private let arrays: [String: AnyTensor]

  init(_ name: String) throws {
    let folder = fixture("tensorflow/control_flow")
    path = folder.appending(path: name + ".pb").path
    arrays = try NPZ.read(contentsOf: folder.appending(path: name + ".npz").path)
  }

  /// The arrays of a kind by the names of nodes.
  private func part(_ kind: String) -> [String: AnyTensor] {
    var result: [String: AnyTensor] = [:]
    for (key, value) in arrays where key.hasPrefix(kind + "/") {
      result[String(key.dropFirst(kind.count + 1))] = value
    }
    return result
  }

  var fetches: [String: AnyTensor] { part("fetch") }

  private var operations: [String] { Array(part("target").keys) + Array(part("init").keys) }

  /// All that a run asks for.
  var needed: [String] { Array(fetches.keys) + operations + fedNames }

  private var fedNames: [String] { Array(part("feed").keys) + Array(part("each").keys) }

  /// What a run over the graph of some bytes gives: for each fetch its values, step by step.
  func run(_ bytes: [UInt8], device: any Device) throws -> [String: [AnyTensor]] {
    let graph = Graph()
    let model = try GraphImport(bytes: bytes)
    let nodes = try model.add(to: graph, outputs: needed)
    let session = try Session(graph, device: device)
    for name in part("init").keys { try session.run(try nodes.operation(name)) }
    let each = part("each")
    let steps = each.values.first?.shape.first ?? 1
    let names = fetches.keys.sorted()
    let outputs = try names.map { try nodes.output($0) }
    let targets = try part("target").keys.map { try nodes.operation($0) }
    var results: [String: [AnyTensor]] = [:]
    for step in 0..<steps {
      var feeds = Feeds()
      for (name, value) in part("feed") { feeds.feed(AnyInput(try nodes.output(name)), value) }
      for (name, value) in each {
        feeds.feed(AnyInput(try nodes.output(name)), try value.row(step))
      }
      let (values, _) = try session.run(outputs, targets, feeding: feeds)
      for (name, value) in zip(names, values) { results[name, default: []].append(value) }
    }
    return results
  }

  /// How far the results lie from TensorFlow's, relatively; infinity where a shape is another.
  func worstDifference(_ results: [String: [AnyTensor]]) throws -> Double {
    let hasSteps = !part("each").isEmpty
    var worst = 0.0
    for (name, wanted) in fetches {
      for (step, value) in (results[name] ?? []).enumerated() {
        let expected = hasSteps ? try wanted.row(step) : wanted
        guard expected.shape == value.shape else { return .infinity }
        for (a, b) in zip(value.doubles, expected.doubles) {
          worst = max(worst, abs(a - b) / max(1e-3, abs(b)))
          if (a - b).isNaN { return .infinity }
        }
      }
      if results[name]?.isEmpty ?? true { return .infinity }
    }
    return worst
  }
}

/// A node of any element type, to be fed.
struct AnyInput: Feedable {
  let output: Output
  init(_ output: Output) { self.output = output }
  var feedType: DType { output.type?.dtype ?? .float32 }
}

extension AnyTensor {
  /// One entry along the first axis.
  func row(_ index: Int) throws -> AnyTensor {
    var result = try AnyTensor(uninitialized: dtype, shape: Array(shape.dropFirst()))
    let size = result.byteCount
    withUnsafeBytes { source in
      result.withUnsafeMutableBytes { target in
        target.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[index * size..<(index + 1) * size]))
      }
    }
    return result
  }
}
