/// NumPy's rule: shapes are aligned at their ends; a dimension of 1 stretches to the other's.
public func broadcast(_ a: TensorShape, _ b: TensorShape) throws(OpFailure) -> TensorShape {
  guard let x = a.dimensions, let y = b.dimensions else { return .unknown }
  let rank = max(x.count, y.count)
  var result: [Int?] = []
  for axis in 0..<rank {
    let i = axis - (rank - x.count)
    let j = axis - (rank - y.count)
    let p: Int? = i < 0 ? 1 : x[i]
    let q: Int? = j < 0 ? 1 : y[j]
    switch (p, q) {
    case (1, _): result.append(q)
    case (_, 1): result.append(p)
    case (let p?, let q?) where p != q:
      throw OpFailure("shapes do not broadcast: \(a) and \(b)", code: .invalidShape)
    default: result.append(p ?? q)
    }
  }
  return TensorShape(result)
}

/// The strides in elements by which an operand of a complete shape is read under a broadcast shape:
/// 0 where it stretches.
public func broadcastStrides(of shape: [Int], to result: [Int]) -> [Int] {
  let own = rowMajorStrides(shape)
  let lead = result.count - shape.count
  return result.indices.map { axis in
    axis < lead || (shape[axis - lead] == 1 && result[axis] != 1) ? 0 : own[axis - lead]
  }
}
