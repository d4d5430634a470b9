import WeftGraph

/// The positive and the negative parts side by side along an axis: relu(x) and relu(-x).
///
/// Shapes: the axis doubles.
public func crelu<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, axis: Int = -1, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let x = x.node
  return composite(name ?? "CRelu", x.graph, SourceLocation(fileID, line)) {
    relu(concat([x, -x], axis: axis))
  }
}
