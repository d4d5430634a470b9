import Foundation
import WeftOps

/// One case of the corpus while its graph is built.
struct CorpusCase {
  let graph: Graph
  let inputs: [Output]
  let values: [AnyTensor]
  let names: [String]
  let attributes: [String: Corpus.Value]

  /// A description of how a function is called: the outputs for the operands.
  typealias Builder = @Sendable (CorpusCase) -> [Output]

  /// An operand as a node of that type.
  func node<S: TensorScalar>(_ index: Int, _: S.Type = S.self) -> Node<S> {
    Node(output: inputs[index])
  }

  /// The operand of that name, where there is one.
  func node<S: TensorScalar>(named name: String, _: S.Type = S.self) -> Node<S>? {
    names.firstIndex(of: name).map { Node(output: inputs[$0]) }
  }

  /// Whether an operand is of that type.
  func has(_ dtype: DType, _ index: Int = 0) -> Bool { values[index].dtype == dtype }

  func int(_ name: String) -> Int { ints(name).first ?? 0 }
  func double(_ name: String) -> Double {
    if case .number(let value)? = attributes[name] { value } else { 0 }
  }
  func bool(_ name: String) -> Bool { attributes[name] == .bool(true) }
  func string(_ name: String) -> String {
    if case .string(let value)? = attributes[name] { value } else { "" }
  }
  /// A number or a list of numbers; empty where the attribute is missing or null.
  func ints(_ name: String) -> [Int] {
    switch attributes[name] {
    case .number(let value): [Int(value)]
    case .list(let values):
      values.compactMap { if case .number(let value) = $0 { Int(value) } else { nil } }
    default: []
    }
  }
  /// The axes, nil where all are meant.
  func axes(_ name: String = "axis") -> [Int]? {
    switch attributes[name] {
    case nil, .null: nil
    default: ints(name)
    }
  }

  /// A definition applied to the operands as they are.
  func apply(_ definition: any OpDefinition, constants: [AnyTensor] = []) -> [Output] {
    let operation = graph.add(
      definition,
      inputs: inputs + constants.map { graph.add(Const($0), at: nil).output(0) }, at: nil)
    return operation.isPoisoned ? [operation.output(0)] : operation.outputs
  }
}

/// Builds and runs one case, and compares: nil if all is well, else what differs.
func difference(_ entry: Corpus.Case, in folder: URL, shapesKnown: Bool, _ build: CorpusCase.Builder)
  -> String?
{
  do {
    let graph = Graph()
    let values = try entry.inputs.map { try readNumPyFile(folder.appending(path: $0.file)) }
    let inputs = values.enumerated().map { index, value in
      let shape: TensorShape =
        shapesKnown ? TensorShape(value.shape) : .unknown(rank: value.shape.count)
      return graph.add(
        Placeholder(dtype: value.dtype, shape: shape), name: "in\(index)", at: nil
      ).output(0)
    }
    let outputs = build(
      CorpusCase(graph: graph, inputs: inputs, values: values, names: entry.inputs.map(\.name),
        attributes: entry.attrs ?? [:]))
    try graph.validate()
    let paths = backpropagate(
      from: outputs, to: inputs, seeds: try weights(outputs, values, inputs, graph))
    var evaluator = Evaluator(feeding: Dictionary(zip(inputs, values)) { a, _ in a })
    let results = try evaluator.evaluate(outputs)
    if let expected = entry.outputs, expected.count > results.count {
      return "\(results.count) outputs instead of \(expected.count)"
    }
    let tolerance = entry.tolerance
    for (index, expected) in (entry.outputs ?? []).enumerated() {
      guard let file = expected.file, index < results.count else { continue }
      if let text = mismatch(
        results[index], try readNumPyFile(folder.appending(path: file)),
        rtol: tolerance?.rtol ?? 1e-5, atol: tolerance?.atol ?? 1e-6)
      {
        return "output \(index): \(text)"
      }
    }
    for gradient in entry.grads ?? [] {
      guard case .gradient(let output) = paths[gradient.input] else {
        return "gradient \(gradient.input): \(paths[gradient.input])"
      }
      try graph.validate()
      if let text = mismatch(
        try evaluator.evaluate([output])[0],
        try readNumPyFile(folder.appending(path: gradient.file)),
        rtol: tolerance?.gradRtol ?? tolerance?.rtol ?? 1e-5,
        atol: tolerance?.gradAtol ?? tolerance?.atol ?? 1e-6)
      {
        return "gradient \(gradient.input): \(text)"
      }
    }
    return nil
  } catch { return "\(error)" }
}

/// The gradients with respect to the outputs that the corpus was made with: for output j the numbers
/// 2 frac((i + 1 + 7919 j) 0.6180339887498949) - 1.
private func weights(
  _ outputs: [Output], _ values: [AnyTensor], _ inputs: [Output], _ graph: Graph
) throws -> [Output?] {
  guard outputs.contains(where: { $0.type.map { isReal($0.dtype) } ?? false }) else { return [] }
  var evaluator = Evaluator(feeding: Dictionary(zip(inputs, values)) { a, _ in a })
  let results = try evaluator.evaluate(outputs)
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
    return open(result.dtype.scalarType).map { graph.add(Const($0), name: "weights", at: nil).output(0) }
  }
}

private func isReal(_ dtype: DType) -> Bool { !dtype.isInteger && dtype != .bool }

/// Nil if the tensors agree: integers exactly, real numbers within the tolerance, NaN with NaN.
private func mismatch(_ got: AnyTensor, _ want: AnyTensor, rtol: Double, atol: Double) -> String? {
  guard got.dtype == want.dtype, got.shape == want.shape else {
    return "\(got.dtype)\(got.shape) instead of \(want.dtype)\(want.shape)"
  }
  if got.dtype.isInteger || got.dtype == .bool {
    return got == want ? nil : "\(got.integers) instead of \(want.integers)"
  }
  for (index, (a, b)) in zip(got.doubles, want.doubles).enumerated() {
    if a == b || (a.isNaN && b.isNaN) || abs(a - b) <= atol + rtol * abs(b) { continue }
    return "element \(index) is \(a) instead of \(b)"
  }
  return nil
}
