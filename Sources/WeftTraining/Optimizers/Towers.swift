import WeftOps

/// The mean of the gradients of several towers: copies of a model on several devices, which share their
/// variables and each see a part of the batch.
///
/// ```swift
/// var towers: [[VariableGradient]] = []
/// for (index, device) in ["/gpu:0", "/gpu:1"].enumerated() {
///   graph.device(device) {
///     let loss = loss(of: images[index], labels[index])  // its variables made by graph.getVariable,
///     towers.append(optimizer.computeGradients(loss))    // within variableScope(reuse: .automatic)
///   }
/// }
/// let train = graph.device("/cpu:0") { optimizer.applyGradients(averageGradients(towers)) }
/// ```
/// For a variable v it is (g₁ + ... + gₙ) / n over the n towers that have a gradient for v; it is
/// computed on the device of the present scope, or the session's own. Towers whose parts of the batch
/// are equally large give the gradient of the mean loss over the whole batch.
///
/// - Parameter towers: for each tower its gradients.
/// - Returns: a pair for each variable, in the order of the first tower that has it.
public func averageGradients(
  _ towers: [[VariableGradient]], name: String = "tower_average", fileID: String = #fileID,
  line: Int = #line
) -> [VariableGradient] {
  let location = SourceLocation(fileID, line)
  var order: [AnyVariable] = []
  var gradients: [Output: [Output]] = [:]
  for pair in towers.joined() {
    let key = pair.variable.reference
    if gradients[key] == nil {
      order.append(pair.variable)
      gradients[key] = []
    }
    if let gradient = pair.gradient { gradients[key]?.append(gradient) }
  }
  return order.map { variable in
    let parts = gradients[variable.reference] ?? []
    guard parts.count > 1 else {
      return VariableGradient(gradient: parts.first, variable: variable)
    }
    func mean<S: FloatingScalar>(_: S.Type) -> Output {
      let sum = addN(
        parts.map { Node<S>(output: $0) }, name: "\(name)/\(variable.name)/sum", fileID: fileID,
        line: line)
      let graph = sum.graph
      let share = graph.constant(
        Tensor(S(converting: 1 / Double(parts.count))), name: "\(name)/\(variable.name)/share",
        at: location)
      return graph.add(
        Mul(), inputs: [sum.output, share.output], name: "\(name)/\(variable.name)/mean",
        at: location
      ).output(0)
    }
    return VariableGradient(gradient: mean(realType(variable)), variable: variable)
  }
}
