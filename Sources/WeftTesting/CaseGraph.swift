import WeftSession

/// A case built into a graph of its own, perhaps with less known of its operands.
struct CaseGraph {
  let graph: Graph
  let operands: CaseOperands
  let built: OpCase.Built
  let operandCount: Int
  private let feeds: [(index: Int, output: Output)]

  /// - Parameters:
  ///   - shapes: the shapes that placeholders are given, where not the operands' own.
  ///   - unknown: constants that are fed instead.
  init(_ opCase: OpCase, shapes: [Int: TensorShape] = [:], unknown: Set<Int> = []) {
    let graph = Graph(seed: 7)
    self.graph = graph
    var outputs: [Output] = []
    var variables: [AnyVariable] = []
    var feeds: [(Int, Output)] = []
    for (index, operand) in opCase.operands.enumerated() {
      let tensor = operand.tensor
      func placeholder() -> Output {
        let shape = shapes[index] ?? TensorShape(tensor.shape)
        return graph.add(
          Placeholder(dtype: tensor.dtype, shape: shape), name: "operand\(index)", at: nil
        ).output(0)
      }
      switch operand {
      case .constant where unknown.contains(index), .fed:
        outputs.append(placeholder())
        feeds.append((index, outputs[index]))
      case .constant:
        outputs.append(graph.add(Const(tensor), name: "operand\(index)", at: nil).output(0))
      case .variable:
        let variable = Self.variable(tensor, index, graph)
        variables.append(variable)
        outputs.append(variable.reference)
      }
    }
    self.feeds = feeds
    operandCount = graph.operationCount
    operands = CaseOperands(graph: graph, outputs: outputs, variables: variables)
    built = opCase.body(operands)
  }

  private static func variable(_ tensor: AnyTensor, _ index: Int, _ graph: Graph) -> AnyVariable {
    func open<S: TensorScalar>(_: S.Type) -> AnyVariable {
      let initial = Node<S>(
        output: graph.add(Const(tensor), name: "initial\(index)", at: nil).output(0))
      return graph.variable(initialValue: initial, name: "operand\(index)").erased
    }
    return open(tensor.dtype.scalarType)
  }

  /// The values for the placeholders.
  func feedValues(_ opCase: OpCase) -> Feeds {
    var result = Feeds()
    for feed in feeds {
      result.feed(FeedTarget(output: feed.output), opCase.operands[feed.index].tensor)
    }
    return result
  }

  /// The operands' placeholders by their position.
  var placeholders: [(index: Int, output: Output)] { feeds }
}

/// An output as something to feed, whatever its element type.
struct FeedTarget: Feedable {
  let output: Output
  var feedType: DType { output.type?.dtype ?? .float32 }
}

/// Runs a case on a device: its outputs, then the values that its variables have afterwards.
///
/// Throws ``GraphError`` as a session does.
public func results(of opCase: OpCase, on device: any Device) throws(GraphError) -> [AnyTensor] {
  let built = CaseGraph(opCase)
  let session = try Session(built.graph, device: device)
  try session.initializeVariables()
  let (outputs, _) = try session.run(
    built.built.outputs, built.built.targets, feeding: built.feedValues(opCase))
  var all = outputs
  for variable in built.operands.variables { all.append(try session.value(of: variable)) }
  return all
}
