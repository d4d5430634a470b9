import Glibc
import Weft
import WeftTensorFlow

extension Format {
  /// Graphs: read in either form, looked through, built, written, and run.
  ///
  /// - Parameter folder: where further graphs lie, in folders.
  static func graphs(_ folder: String?) throws -> [Format] {
    let models = Samples.models
    var binary = try models.map { try GraphExport($0).bytes() }
    var text = try models.map { Array(try GraphExport($0).text.utf8) }
    if let folder {
      let found = try Scratch.files(below: folder, ending: ".pb").filter { $0.count < 20_000 }
      // Each process reads them anew.
      let more = stride(from: 0, to: found.count, by: max(1, found.count / 150)).map { found[$0] }
      binary += more
      text += more.compactMap { bytes in
        let graph = Graph()
        guard (try? GraphImport(bytes: bytes).add(to: graph)) != nil else { return nil }
        return (try? GraphExport(graph)).map { Array($0.text.utf8) }
      }
    }
    return [
      Format(name: "graph-binary", samples: binary, read: { bytes, _ in try build(bytes) }),
      Format(
        name: "graph-text", samples: text, read: { bytes, _ in try build(bytes) }, isText: true),
      Format(
        name: "graph-run", samples: text, read: { bytes, _ in try run(bytes) }, isText: true),
    ]
  }

  private static func build(_ bytes: [UInt8]) throws {
    let model = try GraphImport(bytes: bytes)
    _ = (model.placeholders, model.variables, model.outputs, model.unsupported, model.typeCounts)
    let graph = Graph()
    try model.add(to: graph)
    _ = graph.text.count
    _ = try GraphExport(graph).bytes()
  }

  /// Runs all that is left of the graph once, the placeholders fed with small numbers.
  private static func run(_ bytes: [UInt8]) throws {
    let graph = Graph()
    let model = try GraphImport(bytes: bytes)
    let nodes = try model.add(to: graph)
    let session = try Session(graph, device: Samples.device)
    defer { session.close() }
    try session.initializeVariables()
    var feeds = Feeds()
    for entry in model.placeholders {
      let shape = (entry.type.shape.dimensions ?? [2]).map { $0 ?? 2 }
      guard let count = Samples.product(shape), count <= 10_000 else { continue }
      let output = try nodes.output(entry.name)
      feeds.feed(Fed(output: output), try Samples.numbers(entry.type.dtype, shape))
    }
    var failure: (any Error)?
    for name in model.outputs {
      let operation = try nodes.operation(name)
      let fetches = operation.outputTypes.indices.map { operation.output($0) }
      do {
        let (values, _) = try session.run(fetches, [operation], feeding: feeds)
        values.forEach(Samples.use)
      } catch { failure = error }
    }
    if let failure { throw failure }
  }
}

private struct Fed: Feedable {
  let output: Output
  var feedType: DType { output.type?.dtype ?? .float32 }
}

extension Samples {
  /// One thread, so that a failure repeats.
  static let device = CPUDevice(threads: 1)

  static func product(_ shape: [Int]) -> Int? {
    shape.reduce(1 as Int?) { product, size in
      product.flatMap { $0.multipliedReportingOverflow(by: size) }.flatMap { $1 ? nil : $0 }
    }
  }

  /// Small numbers of a type.
  static func numbers(_ type: DType, _ shape: [Int]) throws -> AnyTensor {
    let count = product(shape) ?? 0
    let values = (0..<count).map { $0 % 5 }
    switch type {
    case .float32: return try Tensor(shape: shape, scalars: values.map { Float($0) * 0.3 }).erased
    case .float64: return try Tensor(shape: shape, scalars: values.map { Double($0) * 0.3 }).erased
    case .int32: return try Tensor(shape: shape, scalars: values.map { Int32($0) }).erased
    case .int64: return try Tensor(shape: shape, scalars: values.map { Int64($0) }).erased
    case .uint8: return try Tensor(shape: shape, scalars: values.map { UInt8($0) }).erased
    case .bool: return try Tensor(shape: shape, scalars: values.map { $0 > 2 }).erased
    default:
      var tensor = try AnyTensor(uninitialized: type, shape: shape)
      tensor.withUnsafeMutableBytes { bytes in
        for index in bytes.indices { bytes[index] = UInt8(index % 60) }
      }
      return tensor
    }
  }
}
