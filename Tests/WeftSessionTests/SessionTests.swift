import Testing
import Weft

/// Both devices answer every question alike.
func devices() -> [any Device] { [ReferenceDevice(), CPUDevice(threads: 2)] }

@Suite struct SessionTests {
  @Test(arguments: devices().indices) func aStepOfGradientDescentLowersTheLoss(_ index: Int) throws
  {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    let labels = graph.placeholder(Float.self, shape: [nil, 2], name: "labels")
    let w = graph.variable([[0.1, -0.2], [0.3, 0.4], [-0.5, 0.6]] as Tensor<Float>, name: "w")
    let b = graph.variable([0, 0] as Tensor<Float>, name: "b")
    let logits = matmul(x, w) + b
    let loss = mean(softmaxCrossEntropy(logits: logits, labels: labels)) + 0.01 * l2Loss(w)
    let slopes = gradients(of: loss, withRespectTo: [w, b])
    let updates = [
      w.assignSub(0.5 * (try #require(slopes[0]))), b.assignSub(0.5 * (try #require(slopes[1]))),
    ]
    let train = graph.group(updates)
    let session = try Session(graph, device: devices()[index])
    try session.initializeVariables()
    let images: Tensor<Float> = [[1, 2, 3], [-1, 0.5, 2], [0, 1, -1], [2, 2, 1]]
    let classes: Tensor<Float> = [[1, 0], [0, 1], [1, 0], [0, 1]]
    var losses: [Float] = []
    for _ in 0..<20 {
      let (_, value) = try session.run(train, loss, feeding: [x: images, labels: classes])
      losses.append(try #require(value.scalar))
    }
    #expect(abs(losses[0] - 1.012446) < 1e-5)
    #expect(abs(losses[19] - 0.632002) < 1e-5)
  }
}
