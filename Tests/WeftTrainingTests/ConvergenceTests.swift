import Testing
import Weft

/// An optimizer with the steps and the loss that it needs for a small problem.
struct ConvergenceCase: Sendable, CustomStringConvertible {
  let optimizer: any Optimizer
  let steps: Int
  let loss: Double
  var description: String { "\(optimizer.name)" }
}

private let cases: [ConvergenceCase] = [
  ConvergenceCase(optimizer: GradientDescent(learningRate: 0.3), steps: 120, loss: 0.01),
  ConvergenceCase(optimizer: ProximalGradientDescent(learningRate: 0.3), steps: 120, loss: 0.01),
  ConvergenceCase(optimizer: Momentum(learningRate: 0.05, momentum: 0.9), steps: 120, loss: 0.01),
  ConvergenceCase(
    optimizer: Momentum(learningRate: 0.05, momentum: 0.9, useNesterov: true), steps: 120,
    loss: 0.01),
  ConvergenceCase(optimizer: Adagrad(learningRate: 0.5), steps: 120, loss: 0.01),
  ConvergenceCase(optimizer: Adadelta(learningRate: 20, rho: 0.9), steps: 200, loss: 0.05),
  ConvergenceCase(optimizer: RMSProp(learningRate: 0.02), steps: 200, loss: 0.02),
  ConvergenceCase(
    optimizer: RMSProp(learningRate: 0.02, momentum: 0.5, centered: true), steps: 200, loss: 0.02),
  ConvergenceCase(optimizer: Adam(learningRate: 0.05), steps: 200, loss: 0.02),
  ConvergenceCase(optimizer: Adam(learningRate: 0.05, useNesterov: true), steps: 200, loss: 0.02),
  ConvergenceCase(optimizer: Ftrl(learningRate: 0.5), steps: 200, loss: 0.05),
  ConvergenceCase(optimizer: Ftrl(learningRate: 0.5, l2Shrinkage: 1e-4), steps: 200, loss: 0.05),
]

@Suite struct ConvergenceTests {
  /// Linear regression of two targets on three features, whose solution is known.
  private func losses<S: FloatingScalar>(
    _: S.Type, _ item: ConvergenceCase, _ device: any Device, steps: Int
  ) throws -> (first: Double, last: Double, weights: Tensor<S>) {
    let graph = Graph(seed: 7)
    let truth: Tensor<S> = [[1, -0.5], [0.25, 0.75], [-1, 0.5]]
    let features: Tensor<S> = [
      [1, 0.5, -1], [0, 1, 1], [-1, 0.25, 0.5], [0.5, -1, 1], [1, 1, 0], [-0.5, 0, -1], [2, -1, 0],
    ]
    let x = graph.constant(features)
    let w = graph.variable(try Tensor<S>(repeating: S(0.1), shape: [3, 2]), name: "w")
    let b = graph.variable([0.5, -0.5] as Tensor<S>, name: "b")
    let difference = matmul(x, w) + b - matmul(x, graph.constant(truth))
    let loss = l2Loss(difference) / S(7)
    let train = item.optimizer.minimize(loss)
    let session = try Session(graph, device: device)
    try session.initializeVariables()
    let first = try session.run(loss)
    for _ in 0..<steps { try session.run(train) }
    let last = try session.run(loss)
    return (
      try #require(first.scalar).asDouble, try #require(last.scalar).asDouble,
      try session.value(of: w)
    )
  }

  @Test(arguments: cases, devices.indices)
  func everyOptimizerSolvesARegression(_ item: ConvergenceCase, _ index: Int) throws {
    let single = try losses(Float.self, item, devices[index], steps: item.steps)
    #expect(single.first > 0.5)
    #expect(single.last < item.loss)
    let double = try losses(Double.self, item, devices[index], steps: item.steps)
    #expect(double.last < item.loss)
  }

  @Test(arguments: cases)
  func bothDevicesComputeTheSame(_ item: ConvergenceCase) throws {
    let specification = try losses(Float.self, item, devices[0], steps: 10)
    let kernels = try losses(Float.self, item, devices[1], steps: 10)
    for (a, b) in zip(specification.weights.scalars, kernels.weights.scalars) {
      #expect(abs(a - b) < 1e-5)
    }
  }
}
