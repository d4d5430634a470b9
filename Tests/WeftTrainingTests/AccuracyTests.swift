import Testing
import Weft

@Suite struct AccuracyTests {
  @Test func accuracyTakesRowsAndClasses() throws {
    let missing = Tensor(Float.nan)
    let scores: Tensor<Float> = [
      [0.1, 0.7, 0.2], [0.5, 0.5, 0], [0.2, 0.3, 0.5], [missing, 1, 0],
    ]
    let oneHot: Tensor<Float> = [[0, 1, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0]]
    #expect(try accuracy(scores, oneHot) == 0.5)
    #expect(try accuracy(scores, [1, 1, 2, 0] as Tensor<Int32>) == 0.5)
    #expect(try accuracy([2, 0, 1] as Tensor<Int64>, [2, 1, 1] as Tensor<UInt8>) == 2.0 / 3)
  }

  @Test func accuracyRefusesWhatDoesNotMatch() {
    #expect(throws: TensorError("3 predictions do not match 2 labels")) {
      try accuracy([1, 2, 3] as Tensor<Int32>, [1, 2] as Tensor<Int32>)
    }
    #expect(throws: TensorError.self) {
      try accuracy(Tensor<Float>(1), [1] as Tensor<Int32>)
    }
  }

  @Test func aConfusionMatrixPrintsAsATable() throws {
    var confusion = ConfusionMatrix(classes: ["cat", "dog", "newt"])
    try confusion.add(
      predictions: [0, 0, 1, 1, 1] as Tensor<Int32>, labels: [0, 0, 0, 1, 2] as Tensor<Int32>)
    try confusion.add(
      predictions: [[0.1, 0.2, 0.7]] as Tensor<Float>, labels: [[0, 1, 0]] as Tensor<Float>)
    #expect(confusion.counts == [[2, 1, 0], [0, 1, 1], [0, 1, 0]])
    #expect(confusion.total == 6)
    #expect(confusion.accuracy == 0.5)
    #expect(confusion.precision(of: 1) == 1.0 / 3)
    #expect(confusion.recall(of: 0) == 2.0 / 3)
    #expect(confusion.f1(of: 1) == 0.4)
    #expect(
      "\(confusion)" == """
        true \\ guess     cat     dog    newt   recall
        cat                2       1       0    66.7%
        dog                0       1       1    50.0%
        newt               0       1       0     0.0%
        precision     100.0%   33.3%    0.0%    50.0%
        """)
  }

  @Test func aClassOutOfRangeCountsNothing() {
    var confusion = ConfusionMatrix(classCount: 2)
    #expect(throws: TensorError("row 1 holds the classes 2 and 1, and there are 2")) {
      try confusion.add(predictions: [0, 2] as Tensor<Int32>, labels: [0, 1] as Tensor<Int32>)
    }
    #expect(confusion.total == 0)
  }
}
