import WeftOps

/// A fully connected layer: activation(x kernel + bias).
///
/// Shapes: [..., n] gives [..., units]. Variables: `dense/kernel` of [n, units] and `dense/bias` of
/// [units], found again where the variable scope shares them.
///
/// ```swift
/// let hidden = dense(x, units: 128, activation: .relu, name: "hidden")
/// let scores = dense(hidden, units: 10)
/// ```
/// - Parameters:
///   - x: the input; its last dimension must be known.
///   - units: the number of outputs.
///   - activation: what is done to the sums.
///   - kernelInitializer: by default Glorot's uniform distribution.
///   - biasInitializer: nil for a layer without a bias.
///   - name: the variable scope; by default `dense`, `dense_1`, ...
///   - reuse: whether the variables of that name are shared; by default as the scope around says.
public func dense<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, units: Int, activation: Activation<S>? = nil,
  kernelInitializer: Initializer<S> = .glorotUniform(),
  biasInitializer: Initializer<S>? = .zeros(), name: String? = nil, reuse: VariableReuse? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let x = x.node
  let graph = x.graph
  return graph.layer(name, "dense", reuse: reuse, at: location) {
    guard units > 0, let rank = x.shape.rank, rank > 1, let columns = x.shape[-1] else {
      return refuse(
        x, "dense",
        "takes the shape [..., n] with n known and at least 1 unit, not \(x.shape) and \(units)",
        at: location)
    }
    let kernel = graph.getVariable(
      S.self, "kernel", shape: [columns, units], kernelInitializer, fileID: fileID, line: line)
    let rows = rank == 2 ? x : reshape(x, [-1, columns], fileID: fileID, line: line)
    var sums = matmul(rows, kernel, fileID: fileID, line: line)
    if let biasInitializer {
      let bias = graph.getVariable(
        S.self, "bias", shape: [units], biasInitializer, fileID: fileID, line: line)
      sums = biasAdd(sums, bias, fileID: fileID, line: line)
    }
    if rank > 2 { sums = restored(sums, like: x, units: units, location) }
    return activation?(sums) ?? sums
  }
}

/// The rows of a product under the shape of the input, with its last dimension replaced.
private func restored<S: FloatingScalar>(
  _ rows: Node<S>, like x: Node<S>, units: Int, _ location: SourceLocation
) -> Node<S> {
  let lead = x.shape.dimensions?.dropLast() ?? []
  if lead.count(where: { $0 == nil }) > 1 {
    return refuse(
      x, "dense", "takes at most one unknown dimension before the last, not \(x.shape)",
      at: location)
  }
  return reshape(
    rows, lead.map { $0 ?? -1 } + [units], fileID: location.fileID, line: location.line)
}

/// Every element of the batch as one row: [n, a, b, ...] gives [n, a * b * ...].
///
/// ```swift
/// let scores = dense(flatten(images), units: 10)
/// ```
/// Errors: a shape of which more than one dimension is unknown. Gradient: reshaped back.
public func flatten<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let x = x.node
  let location = SourceLocation(fileID, line)
  let name = name ?? "flatten"
  if let dimensions = x.shape.dimensions, let batch = dimensions.first {
    if let columns = TensorShape(Array(dimensions.dropFirst())).elementCount {
      let rows = batch ?? (columns == 0 ? 0 : -1)
      return reshape(x, [rows, columns], name: name, fileID: fileID, line: line)
    }
    if let batch {
      return reshape(x, [batch, -1], name: name, fileID: fileID, line: line)
    }
  }
  return refuse(
    x, name, "takes a shape with one unknown dimension at most, not \(x.shape)", at: location)
}
