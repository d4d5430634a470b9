import WeftOps

/// The share of rows whose highest number stands where the label's does, from 0 to 1.
///
/// ```swift
/// let p = try session.run(prediction, feeding: [x: images])
/// let share = try accuracy(p, labels)  // 0.893
/// ```
/// - Parameters:
///   - predictions: scores or probabilities, [n, classes]; or the classes themselves, [n].
///   - labels: one-hot rows, [n, classes]; or the classes themselves, [n].
///
/// The first of equal numbers counts; a row with NaN is wrong. Throws ``WeftTensor/TensorError`` if
/// the numbers of rows differ or a tensor is neither a matrix nor a vector.
public func accuracy<P: TensorScalar, L: TensorScalar>(
  _ predictions: Tensor<P>, _ labels: Tensor<L>
)
  throws(TensorError) -> Double
{
  let (guesses, truths) = try classPairs(predictions, labels)
  let hits = zip(guesses, truths).count { $0 != nil && $0 == $1 }
  return Double(hits) / Double(guesses.count)
}

/// The classes of predictions and labels, nil for a row with NaN.
func classPairs<P: TensorScalar, L: TensorScalar>(_ predictions: Tensor<P>, _ labels: Tensor<L>)
  throws(TensorError) -> (guesses: [Int?], truths: [Int?])
{
  let guesses = try classes(of: predictions)
  let truths = try classes(of: labels)
  guard guesses.count == truths.count else {
    throw TensorError("\(guesses.count) predictions do not match \(truths.count) labels")
  }
  return (guesses, truths)
}

private func classes<S: TensorScalar>(of tensor: Tensor<S>) throws(TensorError) -> [Int?] {
  switch tensor.rank {
  case 1:
    return tensor.withUnsafeScalars { scalars in
      scalars.map { value in
        let number = value.asDouble
        return number.isFinite && abs(number) < 1e15 ? Int(number) : nil
      }
    }
  case 2:
    let columns = tensor.shape[1]
    return tensor.withUnsafeScalars { scalars in
      (0..<tensor.shape[0]).map { highest(in: scalars[$0 * columns..<($0 + 1) * columns]) }
    }
  default:
    throw TensorError("classes are a vector or a matrix, not a tensor of shape \(tensor.shape)")
  }
}

/// The position of the first of the highest numbers, nil where there is none or NaN.
private func highest<S: TensorScalar>(in row: Swift.Slice<UnsafeBufferPointer<S>>) -> Int? {
  var best: (index: Int, value: Double)?
  for (index, scalar) in row.enumerated() {
    let value = scalar.asDouble
    if value.isNaN { return nil }
    if best.map({ value > $0.value }) ?? true { best = (index, value) }
  }
  return best?.index
}
