import Testing
import WeftTensor

@Suite struct TensorTests {
  @Test func nestedLiteralsGiveShapeAndRowMajorOrder() {
    let tensor: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
    #expect(tensor.shape == [2, 3])
    #expect(tensor.scalars == [1, 2, 3, 4, 5, 6])
    #expect(tensor[1, 2] == 6)
    #expect(tensor[0].scalars == [1, 2, 3])
  }

  @Test func aChangedCopyLeavesTheOriginal() {
    let original: Tensor<Int32> = [1, 2, 3]
    var copy = original
    copy[element: 0] = 9
    #expect(original.scalars == [1, 2, 3])
    #expect(copy.scalars == [9, 2, 3])
  }

  @Test func aWrongCountIsAnErrorThatGivesBothValues() {
    #expect(throws: TensorError("3 scalars do not fill a tensor of shape [2, 2]")) {
      try Tensor<Float>(shape: [2, 2], scalars: [1, 2, 3])
    }
  }
}
