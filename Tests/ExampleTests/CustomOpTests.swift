import Testing
import Weft
import WeftTesting

@testable import CustomOp

/// What anyone tests an operation of one's own with.
@Suite struct CustomOpTests {
  private static func operands(_ rows: Int, _ columns: Int, _ size: Int) -> [OpCase.Operand] {
    [.fed(.random([rows, size])), .fed(.random([columns, size], seed: 2))]
  }

  @Test(arguments: [(3, 5, 7), (1, 1, 1), (0, 4, 3), (4, 0, 3), (2, 3, 0), (33, 10, 784)])
  func everythingAboutItIsRight(_ rows: Int, _ columns: Int, _ size: Int) {
    let opCase = OpCase(
      SquaredDistances(), Self.operands(rows, columns, size),
      tolerance: Tolerance(relative: 1e-5))
    #expect(problems(with: opCase, on: CPUDevice(threads: 2)) == [])
  }

  @Test func theDistancesAreThoseOfTheFormula() throws {
    let graph = Graph()
    let rows: Tensor<Float> = [[0, 0, 0], [1, 2, 3]]
    let others: Tensor<Float> = [[1, 0, 0], [1, 2, 3], [0, 0, -2], [5, 2, 0]]
    let expected: Tensor<Float> = [[1, 14, 4, 29], [13, 0, 30, 25]]
    let distances = squaredDistances(graph.constant(rows), graph.constant(others))
    #expect(try Session(graph).run(distances) == expected)
  }

  @Test func rowsOfOtherLengthsAreRefusedWithBothShapes() throws {
    let graph = Graph()
    let a = graph.placeholder(Float.self, shape: [nil, 784], name: "a")
    let b = graph.placeholder(Float.self, shape: [10, 28], name: "b")
    _ = squaredDistances(a, b)
    let error = #expect(throws: GraphError.self) { try graph.validate() }
    #expect(error?.message == "rows have 784 and 28 elements: [?, 784] and [10, 28]")
    #expect(error?.location?.fileID.hasSuffix("CustomOpTests.swift") == true)
  }
}
