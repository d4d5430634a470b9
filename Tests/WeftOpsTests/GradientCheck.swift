import Testing
import WeftOps

/// Compares the gradient of a random projection of `function` with central differences in `Double`,
/// and the same for the gradient itself unless `second` is false.
func checkGradient(
  at points: Tensor<Double>, second: Bool = true, tolerance: Double = 2e-6,
  sourceLocation: Testing.SourceLocation = #_sourceLocation,
  _ function: @escaping (Node<Double>) -> Node<Double>
) throws {
  try compare(points, tolerance, sourceLocation, function)
  if second {
    try compare(points, tolerance * 10, sourceLocation) { x in
      let y = function(x)
      let slope = gradients(of: y, withRespectTo: [x], gradient: weights(like: y, 0.37))[0]
      return slope ?? x * 0
    }
  }
}

private func compare(
  _ points: Tensor<Double>, _ tolerance: Double,
  _ sourceLocation: Testing.SourceLocation, _ function: (Node<Double>) -> Node<Double>
) throws {
  let graph = Graph()
  let x: Node<Double> = graph.placeholder(shape: .unknown(rank: points.rank), name: "x")
  let y = function(x)
  let loss = sum(y * weights(like: y, 0.61))
  let slope = try #require(
    gradients(of: loss, withRespectTo: [x])[0], sourceLocation: sourceLocation)
  func value(_ point: Tensor<Double>) throws -> Double {
    try #require(try evaluate(loss, feeding: [x.output: AnyTensor(point)]).scalar)
  }
  let got = try evaluate(slope, feeding: [x.output: AnyTensor(points)])
  #expect(got.shape == points.shape, sourceLocation: sourceLocation)
  let step = 1e-5
  for index in 0..<points.count {
    func moved(_ distance: Double) -> Tensor<Double> {
      var copy = points
      copy.withUnsafeMutableScalars { $0[index] += distance }
      return copy
    }
    let want = (try value(moved(step)) - value(moved(-step))) / (2 * step)
    let error = Swift.abs(got.scalars[index] - want)
    #expect(
      error <= tolerance * Swift.max(1, Swift.abs(want)),
      "element \(index): \(got.scalars[index]) instead of \(want)", sourceLocation: sourceLocation)
  }
}

/// Numbers of the shape that a node has when it runs, all different.
private func weights(like x: Node<Double>, _ start: Double) -> Node<Double> {
  let ones: Node<Double> = apply(
    BroadcastTo(), [x.graph.constant(Tensor(Double(1)), name: "one", at: nil), shape(x)])
  let flat = cumsum(reshape(ones, [-1]), axis: 0)
  return reshape(sin(flat + start), shape(x))
}
