import ReferenceCorpus
import Testing
import Weft

/// How a case of the corpus is run.
enum CorpusExecution: Sendable, CustomTestStringConvertible {
  /// Operation by operation, each by its own `evaluate`.
  case host
  /// Compiled, by a session on a device.
  case session(any Device)

  var testDescription: String {
    switch self {
    case .host: "host"
    case .session(let device): device.name
    }
  }
}

/// Builds and runs one case, and compares: nil if all is well, else what differs.
func difference(
  _ entry: Corpus.Case, _ tensors: CorpusTensors, on execution: CorpusExecution, shapesKnown: Bool,
  _ build: CorpusCase.Builder, updatesVariable: Bool
) -> String? {
  do {
    let built = try CorpusGraph(
      entry, tensors, shapesKnown: shapesKnown, build, updatesVariable: updatesVariable)
    let expected = try (entry.outputs ?? []).map { try $0.file.map(tensors.read) }
    guard expected.count <= built.outputs.count else {
      return "\(built.outputs.count) outputs instead of \(expected.count)"
    }
    let paths = backpropagate(
      from: built.outputs, to: built.inputs, seeds: try built.lossWeights(expected))
    var gradients: [Output] = []
    for gradient in entry.grads ?? [] {
      guard case .gradient(let output) = paths[gradient.input] else {
        return "gradient \(gradient.input): \(paths[gradient.input])"
      }
      gradients.append(output)
    }
    let wanted = built.outputs + gradients
    let results: [AnyTensor]
    switch execution {
    case .host: results = try built.evaluate(wanted)
    case .session(let device): results = try built.run(wanted, on: device)
    }
    let tolerance = entry.tolerance
    let (rtol, atol) = (tolerance?.rtol ?? 1e-5, tolerance?.atol ?? 1e-6)
    for (index, value) in expected.enumerated() {
      guard let value else { continue }
      if let text = mismatch(results[index], value, rtol: rtol, atol: atol) {
        return "output \(index): \(text)"
      }
    }
    for (gradient, result) in zip(entry.grads ?? [], results.dropFirst(built.outputs.count)) {
      if let text = mismatch(
        result, try tensors.read(gradient.file), rtol: tolerance?.gradRtol ?? rtol,
        atol: tolerance?.gradAtol ?? atol)
      {
        return "gradient \(gradient.input): \(text)"
      }
    }
    return nil
  } catch { return "\(error)" }
}

/// The graph of a case.
private struct CorpusGraph {
  let graph = Graph()
  let values: [AnyTensor]
  let inputs: [Output]
  let outputs: [Output]
  /// The variable that the case updates, which is its first operand.
  private var variable: AnyVariable?

  init(
    _ entry: Corpus.Case, _ tensors: CorpusTensors, shapesKnown: Bool,
    _ build: CorpusCase.Builder, updatesVariable: Bool
  ) throws {
    values = try entry.inputs.compactMap { try $0.file.map(tensors.read) }
    var inputs: [Output] = []
    for (index, value) in values.enumerated() {
      if updatesVariable, index == 0 {
        let made = Self.variable(value, graph)
        variable = made
        inputs.append(made.reference)
        continue
      }
      let shape: TensorShape =
        shapesKnown ? TensorShape(value.shape) : .unknown(rank: value.shape.count)
      let placeholder = graph.add(
        Placeholder(dtype: value.dtype, shape: shape), name: "in\(index)", at: nil)
      inputs.append(placeholder.output(0))
    }
    self.inputs = inputs
    outputs = build(
      CorpusCase(
        graph: graph, inputs: inputs, values: values, names: entry.inputs.map { $0.name ?? "" },
        attributes: entry.attrs ?? [:]))
    try graph.validate()
  }

  private static func variable(_ value: AnyTensor, _ graph: Graph) -> AnyVariable {
    func open<S: TensorScalar>(_: S.Type) -> AnyVariable {
      let initial = graph.add(Const(value), name: "initial", at: nil).output(0)
      return graph.variable(initialValue: Node<S>(output: initial), name: "in0").erased
    }
    return open(value.dtype.scalarType)
  }

  /// The gradients with respect to the outputs that the corpus was made with: for output j the
  /// numbers 2 frac((i + 1 + 7919 j) 0.6180339887498949) - 1.
  func lossWeights(_ expected: [AnyTensor?]) throws -> [Output?] {
    if variable != nil || !outputs.contains(where: { isReal($0.type?.dtype) }) { return [] }
    var results = expected.compactMap { $0 }
    if results.count < outputs.count { results = try evaluate(outputs) }
    return results.enumerated().map { number, result in
      guard isReal(result.dtype) else { return nil }
      let numbers = (0..<result.count).map { index in
        let product = Double(index + 1 + 7919 * number) * 0.6180339887498949
        return 2 * (product - product.rounded(.down)) - 1
      }
      func open<S: TensorScalar>(_: S.Type) -> AnyTensor? {
        let scalars = numbers.map { S(converting: $0) }
        return (try? Tensor<S>(shape: result.shape, scalars: scalars)).map { AnyTensor($0) }
      }
      return open(result.dtype.scalarType).map {
        graph.add(Const($0), name: "weights", at: nil).output(0)
      }
    }
  }

  func evaluate(_ outputs: [Output]) throws -> [AnyTensor] {
    var evaluator = Evaluator(feeding: Dictionary(zip(inputs, values)) { a, _ in a })
    return try evaluator.evaluate(outputs)
  }

  func run(_ outputs: [Output], on device: any Device) throws -> [AnyTensor] {
    let session = try Session(graph, device: device)
    var feeds = Feeds()
    for (input, value) in zip(inputs, values) where input != variable?.reference {
      func open<S: TensorScalar>(_: S.Type) { feeds.feed(Node<S>(output: input), value) }
      open(value.dtype.scalarType)
    }
    guard let variable else { return try session.run(outputs, feeding: feeds) }
    try session.initializeVariables()
    // What the update returns, and what the variable holds afterwards.
    return [try session.run(outputs[0], feeding: feeds), try session.value(of: variable)]
  }
}

private func isReal(_ dtype: DType?) -> Bool {
  guard let dtype else { return false }
  return !dtype.isInteger && dtype != .bool
}

/// Nil if the tensors agree: integers exactly, real numbers within the tolerance, NaN with NaN.
private func mismatch(_ got: AnyTensor, _ want: AnyTensor, rtol: Double, atol: Double) -> String? {
  guard got.dtype == want.dtype, got.shape == want.shape else {
    return "\(got.dtype)\(got.shape) instead of \(want.dtype)\(want.shape)"
  }
  if !isReal(got.dtype) {
    return got == want ? nil : "\(got.integers) instead of \(want.integers)"
  }
  for (index, (a, b)) in zip(got.doubles, want.doubles).enumerated() {
    if a == b || (a.isNaN && b.isNaN) || abs(a - b) <= atol + rtol * abs(b) { continue }
    return "element \(index) is \(a) instead of \(b)"
  }
  return nil
}
