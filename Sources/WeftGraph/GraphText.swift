extension Graph {
  /// The graph as text, one line an operation, the same in every run: what golden tests compare.
  ///
  /// ```
  /// x = Placeholder{dtype: float32, shape: [?, 784]}() : float32[?, 784]
  /// y = Relu(x:0) : float32[?, 784]
  /// ```
  public var text: String {
    operations.map(\.text).joined(separator: "\n")
  }
}

extension GraphOperation {
  /// The operation as one line of ``Graph/text``.
  public var text: String {
    let attributes = definition.attributes.map { "\($0.name): \($0.value)" }
    var line = "\(name) = \(typeName)"
    if !attributes.isEmpty { line += "{" + attributes.joined(separator: ", ") + "}" }
    let operands = inputs.map(\.name) + controlInputs.map { "^\($0.name)" }
    line += "(" + operands.joined(separator: ", ") + ")"
    if let device { line += " on \(device.name)" }
    if isPoisoned { return line + " : error" }
    if !outputTypes.isEmpty {
      line += " : " + outputTypes.map(\.description).joined(separator: ", ")
    }
    for part in (definition as? any RegionDefinition)?.parts ?? [] {
      line +=
        "\n  \(part.label) ("
        + part.subgraph.inputs.map { $0?.name ?? "_" }
        .joined(separator: ", ") + "):"
      for operation in part.subgraph.operations {
        line += "\n    " + operation.text.split(separator: "\n").joined(separator: "\n    ")
      }
      let results = part.subgraph.results.map { $0?.name ?? "_" }
      line += "\n    gives " + results.joined(separator: ", ")
    }
    return line
  }
}
