import ReferenceCorpus
import Testing
import Weft

@Suite struct MovingAverageTests {
  @Test(
    arguments: devices.indices)
  func everyAverageIsTensorFlows(_ device: Int) throws {
    let corpus = try #require(Corpus.found)
    let operation = "ExponentialMovingAverage"
    for entry in corpus.cases(of: operation) {
      let start = try #require(corpus.read(entry.inputs[0], of: operation).typed(Float.self))
      let adds = try #require(corpus.read(entry.inputs[1], of: operation).typed(Float.self))
      let outputs = try #require(entry.outputs)
      let graph = Graph()
      let w = graph.variable(start, name: "w")
      let count = graph.variable(Tensor<Int32>(0), name: "count", trainable: false)
      let add = graph.placeholder(Float.self, shape: TensorShape(start.shape), name: "add")
      let grow = w.assignAdd(add)
      let next = count.assignAdd(graph.constant(Tensor<Int32>(1)))
      let averages = ExponentialMovingAverage(
        decay: entry.double("decay"), updates: entry.has("num_updates") ? count : nil
      ).apply(to: [w], after: [grow, next])
      #expect(averages.average(of: w).name == "w/ExponentialMovingAverage")
      let session = try Session(graph, device: devices[device])
      try session.initializeVariables()
      let first = try corpus.read(outputs[0], of: operation)
      #expect(try session.value(of: averages.average(of: w)).erased.doubles == first.doubles)
      let wanted = try #require(corpus.read(outputs[1], of: operation).typed(Float.self))
      var agrees = true
      for step in 0..<adds.shape[0] {
        try session.run(averages.update, feeding: [add: adds[step]])
        let isClose = expectClose(
          try session.value(of: averages.average(of: w)).erased.doubles,
          wanted[step].erased.doubles, entry.tolerance, "case \(entry.id) step \(step)")
        agrees = agrees && isClose
      }
      Parity.note(.ours, operation, entry.id, agrees: agrees)
    }
  }
}
