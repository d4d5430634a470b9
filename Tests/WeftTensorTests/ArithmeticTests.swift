import Testing
import WeftTensor

@Suite struct ArithmeticTests {
  let matrix: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]

  @Test func operatorsStretchShapes() {
    let row: Tensor<Float> = [10, 20, 30]
    let column: Tensor<Float> = [[1], [2]]
    #expect(matrix + row == [[11, 22, 33], [14, 25, 36]])
    #expect(matrix * column == [[1, 2, 3], [8, 10, 12]])
    #expect(column - row == [[-9, -19, -29], [-8, -18, -28]])
    #expect(matrix / 2 == [[0.5, 1, 1.5], [2, 2.5, 3]])
    #expect(1 - matrix * 2 == [[-1, -3, -5], [-7, -9, -11]])
  }

  @Test func emptyTensorsStretchToo() throws {
    let empty = try Tensor<Float>.zeros([0, 3])
    #expect((empty + matrix[0]).shape == [0, 3])
    #expect((try Tensor<Float>.zeros([2, 0]) + ([[1], [2]] as Tensor<Float>)).shape == [2, 0])
  }

  @Test func unfitShapesThrowWithBoth() {
    let other: Tensor<Float> = [1, 2]
    let expected = TensorError("the shapes [2, 3] and [2] cannot be combined")
    #expect(throws: expected) { try matrix.adding(other) }
    #expect(throws: expected) { try matrix.subtracting(other) }
    #expect(throws: expected) { try matrix.multiplied(by: other) }
    #expect(throws: expected) { try matrix.divided(by: other) }
  }

  @Test func unfitShapesStopAnOperatorWithBoth() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor<Float>([1, 2]) + [1, 2, 3]
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains("tensors of shapes [2] + [3]: the shapes [2] and [3] cannot be combined"))
  }

  @Test func integersWrap() {
    #expect(Tensor<UInt8>([250, 3]) + Tensor<UInt8>(10) == [4, 13])
    #expect(Tensor<Int32>([.max]) * 2 == [-2])
  }

  @Test func reductions() throws {
    #expect(matrix.sum() == 21)
    #expect(matrix.mean() == 3.5)
    #expect(matrix.max() == 6 && matrix.min() == 1)
    #expect(try matrix.sum(axis: 0) == [5, 7, 9])
    #expect(try matrix.mean(axis: -1) == [2, 5])
    #expect(try matrix.max(axis: 0) == [4, 5, 6])
    #expect(try matrix.min(axis: 1) == [1, 4])
    #expect(try ([[0.1, 0.9, 0.9], [0.7, 0.3, 0]] as Tensor<Float>).argMax() == [1, 0])
    #expect(try matrix.argMax(axis: 0) == [1, 1, 1])
    let cube = try Tensor<Int32>(shape: [2, 3, 4], scalars: (0..<24).map { Int32($0) })
    #expect(try cube.sum(axis: 1) == [[12, 15, 18, 21], [48, 51, 54, 57]])
  }

  @Test func reductionsOfNothingAndOfNaN() throws {
    let empty = try Tensor<Float>.zeros([0, 3])
    #expect(empty.sum() == 0 && empty.max() == nil && empty.mean().isNaN)
    #expect(try empty.sum(axis: 0) == [0, 0, 0])
    #expect(try empty.max(axis: 1).shape == [0])
    #expect(throws: TensorError.self) { try empty.argMax(axis: 0) }
    #expect(throws: TensorError("a tensor of shape [2, 3] has no dimension 2")) {
      try matrix.sum(axis: 2)
    }
    #expect(Tensor<Float>([1, .nan, 3]).max()?.isNaN == true)
    #expect(try Tensor<Float>([1, .nan, 3]).argMax() == 1)
  }

  @Test func transposeAndConcatenate() throws {
    #expect(try matrix.transposed() == [[1, 4], [2, 5], [3, 6]])
    let cube = try Tensor<UInt8>(shape: [2, 3, 4], scalars: (0..<24).map { UInt8($0) })
    let turned = try cube.transposed([2, 0, 1])
    #expect(turned.shape == [4, 2, 3])
    #expect(turned[element: 3, 1, 2] == cube[element: 1, 2, 3])
    #expect(throws: TensorError.self) { try matrix.transposed([0, 0]) }
    #expect(try Tensor.concatenation(of: [matrix, [[7, 8, 9]]]).shape == [3, 3])
    #expect(
      try Tensor.concatenation(of: [matrix, [[7], [8]]], axis: 1) == [[1, 2, 3, 7], [4, 5, 6, 8]])
    #expect(throws: TensorError.self) { try Tensor.concatenation(of: [matrix, [[7], [8]]]) }
    #expect(throws: TensorError.self) { try Tensor<Float>.concatenation(of: []) }
    #expect(throws: TensorError.self) { try Tensor.concatenation(of: [matrix, [1]]) }
  }

  @Test func differences() throws {
    #expect(try matrix.maximumAbsoluteDifference(from: matrix + 0.5) == 0.5)
    #expect(try Tensor<Float>([.nan]).maximumAbsoluteDifference(from: [1]).isNaN)
    #expect(
      try Tensor<Float>([.infinity]).maximumAbsoluteDifference(from: Tensor([.infinity])) == 0)
    #expect(try matrix.isClose(to: matrix * 1.000001))
    #expect(try !matrix.isClose(to: matrix * 1.1))
    #expect(throws: TensorError.self) { try matrix.isClose(to: [1]) }
  }

  @Test func partsAreReadAndReplaced() throws {
    var table = try Tensor<Int32>(shape: [3, 4], scalars: (0..<12).map { Int32($0) })
    #expect(table[0..<2, 1...2] == [[1, 2], [5, 6]])
    #expect(table[1..., 3...] == [[7], [11]])
    #expect(table[0..., ..<1].shape == [3, 1])
    #expect(table[3..., 0..<4].shape == [0, 4])
    table[1..<3, 2...] = [[-1, -2], [-3, -4]]
    #expect(table == [[0, 1, 2, 3], [4, 5, -1, -2], [8, 9, -3, -4]])
    table[0] = [9, 9, 9, 9]
    table[1..<2] = [[7, 7, 7, 7]]
    #expect(table == [[9, 9, 9, 9], [7, 7, 7, 7], [8, 9, -3, -4]])
    #expect(throws: TensorError.self) { try table.slice([0..<4]) }
    #expect(throws: TensorError.self) { try table.slice([0..<1, 0..<1, 0..<1]) }
    #expect(try table.slice([2..<3, 0..<2]) == [[8, 9]])
  }

  @Test func hugeEmptyShapesHaveNoElements() throws {
    let empty = try Tensor<Float>.zeros([1 << 40, 1 << 40, 0])
    #expect(empty.count == 0)
    #expect(throws: TensorError.self) { try Tensor<Float>.zeros([1 << 40, 1 << 40]) }
    #expect(throws: TensorError.self) { try Tensor<Float>.zeros([1 << 55]) }
  }
}
