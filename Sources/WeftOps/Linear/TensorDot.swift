import WeftGraph

/// The product of two tensors summed over pairs of axes.
///
/// Formula: the axes of `a` and of `b` named together meet; the result has the other axes of `a`, then
/// the other axes of `b`.
///
/// ```swift
/// let scores = tensordot(states, weights, axes: [2], [0])  // [n, time, k] and [k, m] to [n, time, m]
/// ```
/// Errors: lists of different lengths, axes outside the rank, sizes that differ, unknown ranks.
public func tensordot<S: NumericScalar>(
  _ a: some NodeConvertible<S>, _ b: some NodeConvertible<S>, axes left: [Int], _ right: [Int],
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (a, b, location) = (a.node, b.node, SourceLocation(fileID, line))
  return composite(name ?? "Tensordot", a.graph, location) {
    do throws(OpFailure) {
      guard left.count == right.count else {
        throw OpFailure("\(left.count) axes of one operand, \(right.count) of the other")
      }
      let x = try Contraction(a, left)
      let y = try Contraction(b, right)
      let columns = matrix(a, x.free + x.met, rowCount: x.free.count)
      let rows = matrix(b, y.met + y.free, rowCount: y.met.count)
      let shapes = [shapeOf(a, x.free), shapeOf(b, y.free)]
      return reshape(matmul(columns, rows), concat(shapes, axis: 0))
    } catch {
      a.graph.report(
        GraphError(
          error.code, error.message, subject: "tensordot of '\(a.name)' and '\(b.name)'",
          location: location))
      return a
    }
  }
}

/// The axes of an operand that meet the other's, and the rest.
private struct Contraction {
  let met: [Int]
  let free: [Int]

  init<S: TensorScalar>(_ x: Node<S>, _ axes: [Int]) throws(OpFailure) {
    guard let rank = x.shape.rank else {
      throw OpFailure("the rank of '\(x.name)' is not known", code: .invalidShape)
    }
    var met: [Int] = []
    for axis in axes { met.append(try resolveAxis(axis, rank: rank)) }
    guard Set(met).count == met.count else {
      throw OpFailure("an axis is given twice: \(axes)", code: .invalidShape)
    }
    self.met = met
    free = (0..<rank).filter { !met.contains($0) }
  }
}

/// The axes in that order, the first ones as rows and the others as columns.
private func matrix<S: TensorScalar>(_ x: Node<S>, _ order: [Int], rowCount: Int) -> Node<S> {
  let moved = order == Array(order.indices) ? x : transpose(x, permutation: order)
  func extent(_ axes: ArraySlice<Int>) -> Int? {
    checkedProduct(axes.map { x.shape[$0] ?? -1 })
  }
  let (rows, columns) = (extent(order.prefix(rowCount)), extent(order.dropFirst(rowCount)))
  if let columns, columns > 0 { return reshape(moved, [-1, columns]) }
  if let rows, rows > 0 { return reshape(moved, [rows, -1]) }
  let sizes = [Array(order.prefix(rowCount)), Array(order.dropFirst(rowCount))].map {
    prod(shapeOf(x, $0), axes: [0], keepDims: true)
  }
  return reshape(moved, concat(sizes, axis: 0))
}

/// The sizes of some axes when it runs.
private func shapeOf<S: TensorScalar>(_ x: Node<S>, _ axes: [Int]) -> Node<Int32> {
  let indices = x.graph.indices(axes, name: "axes", at: nil)
  return gather(shape(x), indices)
}
