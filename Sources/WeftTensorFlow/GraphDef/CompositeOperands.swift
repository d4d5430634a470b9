import WeftOps

/// Makes the operations that a node stands for, and gives its outputs.
public typealias CompositeBody = @Sendable (CompositeOperands) throws(OpFailure) -> [Output]

/// The operands of a node that becomes several operations.
public final class CompositeOperands {
  /// The graph.
  public let graph: Graph
  /// The operands.
  public let outputs: [Output]
  private var updates: [GraphOperation] = []

  init(graph: Graph, outputs: [Output]) {
    self.graph = graph
    self.outputs = outputs
  }

  /// The element type of an operand.
  public func dtype(_ index: Int) -> DType {
    outputs.indices.contains(index) ? outputs[index].type?.dtype ?? .float32 : .float32
  }

  /// An operand as a node.
  public func node<S: TensorScalar>(_ index: Int, as _: S.Type = S.self) -> Node<S> {
    Node(output: outputs[index])
  }

  /// Throws unless there are that many operands.
  public func require(count: Int) throws(OpFailure) {
    guard outputs.count == count else {
      throw OpFailure("takes \(count) operands, was given \(outputs.count)")
    }
  }

  /// The real element type of an operand.
  public func real(_ index: Int) throws(OpFailure) -> any FloatingScalar.Type {
    guard let type = dtype(index).floatingType else {
      throw OpFailure("is not defined for \(dtype(index))", code: .invalidType)
    }
    return type
  }

  /// The outputs of an operation over operands.
  public func add(_ definition: any OpDefinition, _ inputs: [Output]) -> [Output] {
    graph.add(definition, inputs: inputs, at: nil).outputs
  }

  /// The first output of an operation over operands.
  public func one(_ definition: any OpDefinition, _ inputs: Output...) -> Output {
    graph.add(definition, inputs: inputs, at: nil).output(0)
  }

  /// Adds an operation that is run for its effect: whoever waits for the node waits for it.
  public func update(_ definition: any OpDefinition, _ inputs: [Output]) {
    updates.append(graph.add(definition, inputs: inputs, at: nil))
  }

  /// A vector of whole numbers.
  public func constant(_ numbers: [Int]) -> Output {
    graph.constant(Tensor(numbers.map { Int32(clamping: $0) })).output
  }

  /// The operations of a body below a name, and one that bears the name and gives their results.
  func build(_ body: CompositeBody, name: String) -> GraphOperation {
    var results: [Output] = []
    graph.scope(name + "/parts") {
      do throws(OpFailure) { results = try body(self) } catch {
        graph.report(GraphError(error.code, error.message, subject: "node '\(name)'"))
      }
    }
    switch results.count {
    case 0: return graph.after(updates) { graph.add(NoOp(), name: name, at: nil) }
    case 1: return graph.add(Identity(), inputs: results, name: name, at: nil)
    default: return graph.add(IdentityN(), inputs: results, name: name, at: nil)
    }
  }
}
