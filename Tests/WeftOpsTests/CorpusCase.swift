import ReferenceCorpus
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
