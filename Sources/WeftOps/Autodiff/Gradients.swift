import WeftGraph

/// The gradients of a node with respect to others: nodes like any other, which can be fetched,
/// combined and differentiated again.
///
/// ```swift
/// let slopes = gradients(of: loss, withRespectTo: [w, b])
/// ```
/// - Parameters:
///   - y: what is differentiated; a tensor counts as the sum of its elements.
///   - xs: with respect to what.
///   - gradient: the gradient with respect to `y` where it is not all ones.
///   - stopGradients: nodes counted as constants.
/// - Returns: for each of `xs` the gradient, nil where `y` does not depend on it or every path is
///   blocked by an operation that has no gradient.
public func gradients<S: FloatingScalar>(
  of y: some NodeConvertible<S>, withRespectTo xs: [any NodeConvertible<S>],
  gradient: Node<S>? = nil, stopGradients: [any NodeConvertible<S>] = []
) -> [Node<S>?] {
  gradients(
    of: [y], withRespectTo: xs, gradients: [gradient], stopGradients: stopGradients)
}

/// The gradients of the sum of several nodes with respect to others.
public func gradients<S: FloatingScalar>(
  of ys: [any NodeConvertible<S>], withRespectTo xs: [any NodeConvertible<S>],
  gradients: [Node<S>?] = [], stopGradients: [any NodeConvertible<S>] = []
) -> [Node<S>?] {
  let paths = backpropagate(
    from: ys.map { $0.node.output }, to: xs.map { $0.node.output },
    seeds: gradients.map { $0?.output },
    stops: Set(stopGradients.map { $0.node.output }))
  return paths.map { path in
    if case .gradient(let output) = path { return Node(output: output) }
    return nil
  }
}

/// The error of an objective that no variable reaches, with the reason for each.
///
/// `0 of 4 variables reach 'loss:0': 'w1' is blocked at 'Floor' (Train.swift:31), which has no
/// gradient; 'b2' has no path to the loss`
public func noGradientError(
  objective: Output, variables: [(name: String, path: GradientPath)], location: SourceLocation?
) -> GraphError {
  let reasons = variables.compactMap { variable -> String? in
    switch variable.path {
    case .gradient: return nil
    case .noPath: return "'\(variable.name)' has no path to the loss"
    case .blocked(let operation):
      let place = operation.origin.location.map { " (\($0))" } ?? ""
      return "'\(variable.name)' is blocked at '\(operation.name)'\(place), which has no gradient"
    }
  }
  let reached = variables.count - reasons.count
  return GraphError(
    .noGradient,
    "\(reached) of \(variables.count) variables reach '\(objective.name)': "
      + reasons.joined(separator: "; "))
}
