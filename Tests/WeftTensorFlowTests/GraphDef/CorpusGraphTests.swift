import Foundation
import ReferenceCorpus
import Testing
import Weft
import WeftTensorFlow

/// The graphs of the corpus as TensorFlow wrote them: values, and the gradient nodes that it added.
@Suite struct CorpusGraphTests {
  @Test(.enabled(if: sharedReference != nil, "there is no reference folder beside the package"))
  func graphsGiveTheValuesAndGradientsOfTensorFlow() throws {
    let corpus = try #require(try Corpus.shared())
    let device = CPUDevice(threads: 2)
    var (passed, total) = (0, 0)
    var failures: [String] = []
    for entry in corpus.operations {
      let tensors = try corpus.tensors(of: entry.op)
      for item in entry.cases {
        guard let bytes = try corpus.graph(of: item, in: entry.op) else { continue }
        total += 1
        var difference: String?
        do { difference = try self.difference(item, tensors, bytes, device) } catch {
          difference = "\(error)"
        }
        Parity.note(.graph, entry.op, item.id, agrees: difference == nil)
        if let difference {
          failures.append("\(entry.op) \(item.id): \(difference)")
        } else {
          passed += 1
        }
      }
    }
    print("graph cases passed: \(passed) of \(total)")
    for failure in failures { print("failed: \(failure)") }
    #expect(failures == [])
    #expect(total > 1000)
  }

  private func difference(
    _ item: Corpus.Case, _ tensors: CorpusTensors, _ bytes: [UInt8], _ device: CPUDevice
  ) throws -> String? {
    let described = try #require(item.graph)
    let graph = Graph()
    let wanted = described.outputs + described.grads.compactMap { $0 }
    let nodes = try GraphImport(bytes: bytes).add(to: graph, outputs: wanted)
    let session = try Session(graph, device: device)
    defer { session.close() }
    var feeds = Feeds()
    for input in item.inputs {
      let name = try #require(input.name)
      guard nodes.operations[name] != nil else { continue }
      let value = try tensors.read(try #require(input.file))
      feeds.feed(FedOutput(output: try nodes.output(name)), value)
    }
    let outputs = try wanted.map { try nodes.output($0) }
    let values = try session.run(outputs, feeding: feeds)
    let tolerance = item.tolerance
    let gradients = item.grads ?? []
    for (index, value) in values.enumerated() {
      let isGradient = index >= described.outputs.count
      let file =
        isGradient
        ? gradients[index - described.outputs.count].file : item.outputs?[index].file
      let expected = try tensors.read(try #require(file))
      let relative = isGradient ? tolerance?.gradRtol ?? tolerance?.rtol : tolerance?.rtol
      let absolute = isGradient ? tolerance?.gradAtol ?? tolerance?.atol : tolerance?.atol
      guard value.shape == expected.shape else {
        return "\(wanted[index]) has the shape \(value.shape), not \(expected.shape)"
      }
      let exact = !expected.dtype.isFloating
      for (a, b) in zip(value.doubles, expected.doubles) {
        let bound = exact ? 0 : (absolute ?? 0) + (relative ?? 0) * abs(b)
        guard a == b || (a.isNaN && b.isNaN) || abs(a - b) <= bound else {
          return "\(wanted[index]) has \(a) instead of \(b)"
        }
      }
    }
    return nil
  }
}

private struct FedOutput: Feedable {
  let output: Output
  var feedType: DType { output.type?.dtype ?? .float32 }
}
