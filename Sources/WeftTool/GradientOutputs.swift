import Weft
import WeftTensorFlow

/// Adds the gradients of an imported node with respect to others to the graph.
///
/// Throws ``WeftGraph/GraphError`` where nothing reaches one of them, with the reason.
func gradientOutputs(of name: String, withRespectTo others: [String], in nodes: ModelNodes)
  throws(GraphError) -> [NamedOutput]
{
  let objective = try nodes.output(name)
  var outputs: [Output] = []
  for other in others { outputs.append(try differentiable(other, in: nodes)) }
  func open<S: FloatingScalar>(_: S.Type) throws(GraphError) -> [NamedOutput] {
    let paths = backpropagate(from: [objective], to: outputs, seeds: [nil], stops: [])
    let named = zip(others, paths).map { (name: $0, path: $1) }
    var result: [NamedOutput] = []
    for (name, path) in named {
      guard case .gradient(let output) = path else {
        throw noGradientError(objective: objective, variables: named, location: nil)
      }
      result.append(NamedOutput("gradient/\(name)", output))
    }
    return result
  }
  guard let type = objective.type?.dtype.floatingType else {
    throw GraphError(.noGradient, "'\(name)' does not hold real numbers")
  }
  return try open(type)
}

/// A node, or for a variable the node that reads it: gradients flow to the value that others use.
private func differentiable(_ name: String, in nodes: ModelNodes) throws(GraphError) -> Output {
  let output = try nodes.output(name)
  return nodes.graph.variables.first { $0.reference == output }?.value ?? output
}
