import CAllocationCounter
import Glibc
import Testing
import Weft

/// A model small enough that a step is all overhead.
struct TinyModel {
  let graph = Graph(seed: 7)
  let session: Session
  let step: PreparedStep<GraphOperation, Node<Float>, Node<Float>>
  let images: Tensor<Float> = [[1, 2, 3], [-1, 0.5, 2], [0, 1, -1], [2, 2, 1]]
  let classes: Tensor<Float> = [[1, 0], [0, 1], [1, 0], [0, 1]]

  init() throws {
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    let labels = graph.placeholder(Float.self, shape: [nil, 2], name: "labels")
    let w1 = graph.variable(try Tensor<Float>(repeating: 0.1, shape: [3, 5]), name: "w1")
    let b1 = graph.variable(try Tensor<Float>.zeros([5]), name: "b1")
    let w2 = graph.variable(try Tensor<Float>(repeating: 0.2, shape: [5, 2]), name: "w2")
    let logits = matmul(relu(matmul(x, w1) + b1), w2)
    let loss = mean(softmaxCrossEntropy(logits: logits, labels: labels))
    let variables = [w1, b1, w2]
    let slopes = gradients(of: loss, withRespectTo: variables)
    var updates: [GraphOperation] = []
    for (variable, slope) in zip(variables, slopes) {
      updates.append(variable.assignSub(0.1 * (try #require(slope))))
    }
    let train = graph.group(updates)
    let prediction = softmax(logits)
    session = try Session(graph, device: CPUDevice(threads: 2))
    try session.initializeVariables()
    step = try session.prepare(train, loss, prediction, feeding: x, labels)
  }
}

@Suite struct SteadyStepTests {
  @Test func aSteadyStepAllocatesNothing() throws {
    let model = try TinyModel()
    var total: Float = 0
    for _ in 0..<5 { total += try model.step.run(model.images, model.classes).1.scalar ?? 0 }
    let before = allocation_count()
    for _ in 0..<100 { _ = try model.step.run(model.images, model.classes) }
    #expect(allocation_count() - before == 0)
    // The counter does count: a new tensor is at least one allocation.
    let start = allocation_count()
    let tensor = Tensor<Float>([total])
    #expect(allocation_count() > start)
    #expect(tensor.count == 1)
  }

  @Test func aSteadyStepOfConvolutionsAllocatesNothing() throws {
    let graph = Graph(seed: 7)
    let x = graph.placeholder(Float.self, shape: [nil, 9, 7, 3], name: "x")
    let labels = graph.placeholder(Float.self, shape: [nil, 2], name: "labels")
    let last = maxPool2D(
      conv2D(x, filters: 5, kernel: 3, activation: .relu), window: 2, padding: .same)
    let first = transpose(last, permutation: [0, 3, 1, 2])
    let turned = conv2D(first, filters: 4, kernel: 2, strides: 2, dataFormat: .channelsFirst)
    let logits = dense(
      flatten(avgPool2D(turned, window: 2, dataFormat: .channelsFirst)), units: 2)
    let loss = mean(softmaxCrossEntropy(logits: logits, labels: labels))
    let train = Adam(learningRate: 0.01).minimize(loss)
    let session = try Session(graph, device: CPUDevice(threads: 2))
    try session.initializeVariables()
    let step = try session.prepare(train, loss, feeding: x, labels)
    let numbers = (0..<20 * 189).map { Float($0 % 17) / 8 - 1 }
    let images = try Tensor<Float>(shape: [20, 9, 7, 3], scalars: numbers)
    let classes = try Tensor<Float>(shape: [20, 2], scalars: (0..<40).map { Float($0 % 2) })
    var losses: [Float] = []
    for _ in 0..<5 { losses.append(try step.run(images, classes).1.scalar ?? .nan) }
    let before = allocation_count()
    for _ in 0..<50 { _ = try step.run(images, classes) }
    #expect(allocation_count() - before == 0)
    #expect(try #require(step.run(images, classes).1.scalar) < losses[0])
  }

  @Test func aSteadyStepOfLoopsAndBranchesAllocatesNothing() throws {
    let graph = Graph(seed: 7)
    let x = graph.placeholder(Float.self, shape: [nil, 3], name: "x")
    let w = graph.variable(try Tensor<Float>(repeating: 0.3, shape: [3, 3]), name: "w")
    let (_, h) = whileLoop(graph.constant(0 as Int32), x) { i, _ in
      i .< 5
    } body: { i, h in
      let next = tanh(matmul(h, w))
      return (
        i + 1,
        cond(i .> 2) {
          next * 0.9
        } else: {
          next + h
        }
      )
    }
    let loss = mean(square(h - 0.5))
    let train = GradientDescent(learningRate: 0.1).minimize(loss)
    let session = try Session(graph, device: CPUDevice(threads: 2))
    try session.initializeVariables()
    let step = try session.prepare(train, loss, feeding: x)
    let rows: Tensor<Float> = [[1, 2, 3], [-1, 0.5, 2], [0, 1, -1], [2, 2, 1]]
    var losses: [Float] = []
    for _ in 0..<5 { losses.append(try step.run(rows).1.scalar ?? .nan) }
    let before = allocation_count()
    for _ in 0..<50 { _ = try step.run(rows) }
    #expect(allocation_count() - before == 0)
    #expect(try #require(step.run(rows).1.scalar) < losses[0])
  }

  /// In a process of its own, so that no other test's memory is counted.
  @Test func aHundredThousandStepsLeaveTheMemoryFlat() async {
    await #expect(processExitsWith: .success) {
      let model = try TinyModel()
      for _ in 0..<1000 { _ = try model.step.run(model.images, model.classes) }
      // A leak shows in each quarter, what the system does with memory meanwhile in one of them.
      let growth = try (0..<4).map { _ in
        let before = residentPages()
        for _ in 0..<25_000 { _ = try model.step.run(model.images, model.classes) }
        return residentPages() - before
      }
      // A leak of 16 bytes a step would show as 100 pages.
      #expect(try #require(growth.min()) < 25, "\(growth)")
    }
  }
}

/// The pages of this process that are in memory.
private func residentPages() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var total = 0
  var resident = 0
  return withUnsafeMutablePointer(to: &total) { total in
    withUnsafeMutablePointer(to: &resident) { resident in
      _ = withVaList([total, resident]) { vfscanf(file, "%ld %ld", $0) }
      return resident.pointee
    }
  }
}
