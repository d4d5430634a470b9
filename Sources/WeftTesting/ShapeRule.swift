import WeftSession

/// What an operation's shape rule says wrongly, or nil if nothing: with each dimension of each
/// operand unknown in turn, with all unknown, with an unknown rank, and with each constant operand
/// unknown, the inferred types must agree with those that a run gives.
public func shapeRuleMismatch(_ opCase: OpCase, on device: any Device) -> String? {
  let actual: [TensorType]
  do throws(GraphError) {
    actual = try results(of: opCase, on: device).map { TensorType($0.dtype, TensorShape($0.shape)) }
  } catch {
    return "\(opCase): \(error)"
  }
  for (index, operand) in opCase.operands.enumerated() {
    switch operand {
    case .variable: continue
    case .constant:
      if let problem = disagreement(
        CaseGraph(opCase, unknown: [index]), actual, "an unknown value of operand \(index)")
      {
        return "\(opCase): \(problem)"
      }
    case .fed(let tensor):
      for partial in partialShapes(tensor.shape) {
        let built = CaseGraph(opCase, shapes: [index: partial])
        if let problem = disagreement(built, actual, "the shape \(partial) of operand \(index)") {
          return "\(opCase): \(problem)"
        }
      }
    }
  }
  return nil
}

/// The shape with each dimension unknown in turn, with all unknown, and of unknown rank.
private func partialShapes(_ shape: [Int]) -> [TensorShape] {
  let single = shape.indices.map { axis in
    TensorShape(shape.indices.map { $0 == axis ? nil : shape[$0] })
  }
  return single + (shape.count > 1 ? [.unknown(rank: shape.count)] : []) + [.unknown]
}

private func disagreement(_ built: CaseGraph, _ actual: [TensorType], _ given: String) -> String? {
  if let error = GraphError.combining(built.graph.errors) {
    return "with \(given) building fails: \(error)"
  }
  for (index, output) in built.built.outputs.enumerated() {
    guard let inferred = output.type else { return "with \(given) output \(index) has no type" }
    guard inferred.dtype == actual[index].dtype,
      inferred.shape.isCompatible(with: actual[index].shape)
    else {
      return "with \(given) output \(index) is inferred as \(inferred), and is \(actual[index])"
    }
  }
  return nil
}
