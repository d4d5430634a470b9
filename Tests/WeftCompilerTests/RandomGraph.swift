import Weft

/// A random graph with a training step: pointwise chains, products, reductions, shared values,
/// variables with updates of several kinds, and reads before and after them.
struct RandomGraph {
  let graph: Graph
  let fetches: [Output]
  let targets: [GraphOperation]
  let feeds: Feeds
  private var generator: Generator

  /// The same numbers for the same seed, on every machine.
  struct Generator {
    var state: UInt64

    mutating func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }

    mutating func tensor(_ shape: [Int]) throws -> Tensor<Float> {
      let scalars = (0..<shape.reduce(1, *)).map { _ in Float(next(2001)) / 1000 - 1 }
      return try Tensor(shape: shape, scalars: scalars)
    }
  }

  init(seed: Int) throws {
    var generator = Generator(state: UInt64(seed) &* 7919 &+ 17)
    let graph = Graph(seed: seed)
    let (rows, columns) = (3 + generator.next(5), 2 + generator.next(6))
    let x = graph.placeholder(Float.self, shape: [nil, columns], name: "x")
    let input = try generator.tensor([rows, columns])
    var values: [Node<Float>] = [x]
    var variables: [Variable<Float>] = []
    for index in 0..<2 + generator.next(2) {
      let shape = generator.next(2) == 0 ? [columns, columns] : [columns]
      let variable = graph.variable(try generator.tensor(shape), name: "v\(index)")
      variables.append(variable)
    }
    for _ in 0..<6 + generator.next(10) {
      let a = values[generator.next(values.count)]
      let b = values[generator.next(values.count)]
      let variable = variables[generator.next(variables.count)]
      switch generator.next(12) {
      case 0: values.append(a + b)
      case 1: values.append(a * b)
      case 2: values.append(a - 0.5 * b)
      case 3: values.append(relu(a))
      case 4: values.append(tanh(a))
      case 5: values.append(sigmoid(a) * b)
      case 6: values.append(maximum(a, b))
      case 7:
        values.append(variable.shape.rank == 2 ? matmul(a, variable) : a * variable)
      case 8: values.append(a + mean(b, axes: [0], keepDims: true))
      case 9: values.append(a / (1.5 + square(b)))
      case 10:
        // A dense layer, perhaps one whose product has another user.
        guard let matrix = variables.first(where: { $0.shape.rank == 2 }) else { continue }
        let product = matmul(a, matrix)
        values.append(relu(variable.shape.rank == 1 ? product + variable : product))
        if generator.next(4) == 0 { values.append(product) }
      default: values.append(variable.shape.rank == 2 ? a : a + variable)
      }
    }
    let last = values[values.count - 1]
    var loss = mean(square(last)) + 0.01 * addN(variables.map { l2Loss($0) })
    if generator.next(2) == 0 { loss = loss + mean(values[generator.next(values.count)]) }
    var targets: [GraphOperation] = []
    switch generator.next(4) {
    case 0: targets = [Momentum(learningRate: 0.05, momentum: 0.9).minimize(loss)]
    case 1: targets = [Adam(learningRate: 0.01).minimize(loss)]
    default: targets = [GradientDescent(learningRate: 0.05).minimize(loss)]
    }
    var fetches = [loss.output, last.output, values[generator.next(values.count)].output]
    fetches.append(variables[0].output)
    let after = graph.after(targets) { variables[variables.count - 1] * 2 }
    fetches.append(after.output)
    self.graph = graph
    self.fetches = fetches
    self.targets = targets
    self.generator = generator
    feeds = [x: input]
  }

  /// The results of some steps and the variables after them.
  func run(_ device: any Device, _ pipeline: Pipeline) throws -> [AnyTensor] {
    let session = try Session(
      graph, device: device, configuration: SessionConfiguration(pipeline: pipeline))
    defer { session.close() }
    try session.initializeVariables()
    var results: [AnyTensor] = []
    for _ in 0..<3 {
      let (values, _) = try session.run(fetches, targets, feeding: feeds)
      results += values
    }
    for variable in graph.variables { results.append(try session.value(of: variable)) }
    return results
  }
}
