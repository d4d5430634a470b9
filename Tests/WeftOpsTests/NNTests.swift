import Testing
import WeftOps

@Suite struct NNTests {
  let graph = Graph(seed: 3)

  @Test func aCustomGradientReplacesThatOfTheSubGraph() throws {
    let x: Node<Float> = graph.constant([0.4, 1.6, -2.2] as Tensor<Float>)
    let y = withCustomGradient([x]) {
      round($0[0])
    } gradient: { operands, result, slope in
      [slope * operands[0] + result]
    }
    #expect(try evaluate(y).scalars == [0, 2, -2])
    let slope = try #require(gradients(of: y * 3, withRespectTo: [x])[0])
    let expected: [Float] = [0.4 * 3 + 0, 1.6 * 3 + 2, -2.2 * 3 - 2]
    for (a, b) in zip(try evaluate(slope).scalars, expected) { #expect(Swift.abs(a - b) < 1e-6) }
  }

  @Test func aCustomGradientOfTheWrongLengthIsAnErrorWithItsLine() {
    let x: Node<Float> = graph.placeholder(shape: [3], name: "x")
    let line = #line + 1
    let y = withCustomGradient([x, x], name: "twice") {
      $0[0] + $0[1]
    } gradient: { _, _, g in
      [g]
    }
    _ = gradients(of: y, withRespectTo: [x])
    let error = graph.errors.first
    #expect(error?.message == "the gradient closure gave 1 gradients for 2 operands")
    #expect(error?.location?.line == line)
  }

  @Test func droppedElementsAreZeroAndTheOthersScaled() throws {
    let ones = graph.constant(try Tensor<Float>(repeating: 1, shape: [40, 50]))
    let y = dropout(ones, keep: 0.8, seed: 5)
    let values = try evaluate(y).scalars
    let scaled: Float = 1 / (1 - Float(1 - 0.8))
    #expect(values.allSatisfy { $0 == 0 || $0 == scaled })
    let kept = Double(values.count { $0 != 0 }) / 2000
    // Five standard deviations of 2,000 draws.
    #expect(Swift.abs(kept - 0.8) < 0.045)
    let slope = try #require(gradients(of: y, withRespectTo: [ones])[0])
    var evaluator = Evaluator()
    let both = try evaluator.evaluate([y.output, slope.output])
    #expect(both[0] == both[1])
  }

  @Test func keepOfOneAddsNothingAndABadOneIsAnError() {
    let x: Node<Float> = graph.placeholder(shape: [3], name: "x")
    let before = graph.operationCount
    #expect(dropout(x, keep: 1.0) == x)
    #expect(graph.operationCount == before)
    _ = dropout(x, keep: 1.5)
    #expect(
      graph.errors.first?.description.contains("keep is 1.5, which is no probability above 0")
        == true)
  }

  @Test func aLabelOutsideTheClassesFailsWhenItRuns() {
    let logits: Node<Float> = graph.constant([[1, 2, 3], [4, 5, 6]] as Tensor<Float>)
    let labels: Node<Int64> = graph.constant([2, 3] as Tensor<Int64>)
    let failure = #expect(throws: OpFailure.self) {
      try evaluate(sparseSoftmaxCrossEntropy(logits: logits, labels: labels))
    }
    #expect(failure?.message == "label 3 of row 1 is outside the 3 classes")
  }

  @Test func aSparseLossEqualsTheDenseOne() throws {
    let logits: Node<Float> = graph.constant([[1, -2, 3], [4, 0.5, 6]] as Tensor<Float>)
    let labels: Node<Int32> = graph.constant([0, 2] as Tensor<Int32>)
    let dense: Node<Float> = graph.constant([[1, 0, 0], [0, 0, 1]] as Tensor<Float>)
    let sparse = sparseSoftmaxCrossEntropy(logits: logits, labels: labels)
    let full = softmaxCrossEntropy(logits: logits, labels: dense)
    #expect(try evaluate(sparse) == evaluate(full))
    let slopes = [sparse, full].map { gradients(of: $0, withRespectTo: [logits])[0] }
    #expect(try evaluate(try #require(slopes[0])) == evaluate(try #require(slopes[1])))
  }

  @Test func aBiasMustFitTheChannels() {
    let x: Node<Float> = graph.placeholder(shape: [nil, 6, 5, 4])
    let bias: Node<Float> = graph.placeholder(shape: [6])
    #expect(biasAdd(x, bias, .channelsFirst).shape == [nil, 6, 5, 4])
    _ = biasAdd(x, bias)
    #expect(
      graph.errors.first?.message == "the bias [6] does not fit the 4 channels of [?, 6, 5, 4]")
  }

  @Test func lossesAreWeightedAndReduced() throws {
    let labels: Node<Float> = graph.constant([[1, 2, 3], [4, 5, 6]] as Tensor<Float>)
    let predictions: Node<Float> = graph.constant([[2, 2, 5], [4, 2, 6]] as Tensor<Float>)
    let weights: Node<Float> = graph.constant([[2], [0]] as Tensor<Float>)
    func loss(_ weights: Node<Float>?, _ reduction: LossReduction) throws -> [Float] {
      try evaluate(
        meanSquaredError(
          labels: labels, predictions: predictions, weights: weights, reduction: reduction)
      ).scalars
    }
    #expect(try loss(nil, .sumByNonzeroWeights) == [14.0 / 6])
    #expect(try loss(weights, .none) == [2, 0, 8, 0, 0, 0])
    #expect(try loss(weights, .sum) == [10])
    #expect(try loss(weights, .mean) == [10.0 / 6])
    #expect(try loss(weights, .sumOverElements) == [10.0 / 6])
    #expect(try loss(weights, .sumByNonzeroWeights) == [10.0 / 3])
    #expect(try loss(weights * 0, .mean) == [0])
  }

  @Test func hingeLogAndCosineLosses() throws {
    let labels: Node<Double> = graph.constant([1, 0, 1] as Tensor<Double>)
    let x: Node<Double> = graph.constant([0.25, 0.5, 2] as Tensor<Double>)
    #expect(try evaluate(hingeLoss(labels: labels, logits: x)).scalar == (0.75 + 1.5 + 0) / 3)
    let p: Node<Double> = graph.constant([0.25, 0.5, 0.75] as Tensor<Double>)
    let likelihood = try #require(
      try evaluate(logLoss(labels: labels, predictions: p, epsilon: 0)).scalar)
    // -(ln 0.25 + ln 0.5 + ln 0.75) / 3
    #expect(Swift.abs(likelihood - 0.7890411) < 1e-6)
    #expect(
      try evaluate(cosineDistance(labels: labels, predictions: p, axis: 0)).scalars == [0])
    #expect(try evaluate(absoluteDifference(labels: labels, predictions: p)).scalar == 1.5 / 3)
  }
}
