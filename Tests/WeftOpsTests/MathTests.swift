import Testing
import WeftOps

@Suite struct MathTests {
  let graph = Graph()

  @Test func integerDivisionsRoundAsTensorFlowDoes() throws {
    let x: Node<Int32> = graph.constant([-7, -6, 7, 7] as Tensor<Int32>)
    let y: Node<Int32> = graph.constant([2, 4, -2, 3] as Tensor<Int32>)
    #expect(try evaluate(floorDiv(x, y)).scalars == [-4, -2, -4, 2])
    #expect(try evaluate(div(x, y)).scalars == [-4, -2, -4, 2])
    #expect(try evaluate(truncateDiv(x, y)).scalars == [-3, -1, -3, 2])
    #expect(try evaluate(x / y).scalars == [-3, -1, -3, 2])
    #expect(try evaluate(floorMod(x, y)).scalars == [1, 2, -1, 1])
    #expect(try evaluate(truncateMod(x, y)).scalars == [-1, -2, 1, 1])
    #expect(try evaluate(x % 4).scalars == [-3, -2, 3, 3])
  }

  @Test func divisionByZeroFailsForIntegersOnly() throws {
    let whole: Node<Int32> = graph.constant([1, 2] as Tensor<Int32>)
    #expect(throws: OpFailure.self) { try evaluate(floorMod(whole, whole - whole)) }
    let real: Node<Float> = graph.constant([1, -2, 0] as Tensor<Float>)
    let zero: Node<Float> = graph.constant(Float(0))
    #expect(try evaluate(real / zero).scalars.prefix(2) == [.infinity, -.infinity])
    #expect(try evaluate(divideNoNaN(real, zero)).scalars == [0, 0, 0])
  }

  @Test func comparisonsTakeNodesNumbersAndVariables() throws {
    let x: Node<Float> = graph.constant(Tensor([1, 2, .nan]))
    #expect(try evaluate(x .< 2).scalars == [true, false, false])
    #expect(try evaluate(x .<= 2).scalars == [true, true, false])
    #expect(try evaluate(1 .< x).scalars == [false, true, false])
    #expect(try evaluate(x .>= 2).scalars == [false, true, false])
    #expect(try evaluate(x .== x).scalars == [true, true, false])
    #expect(try evaluate(x .!= x).scalars == [false, false, true])
    #expect(try evaluate(isNaN(x) .| (x .> 1)).scalars == [false, true, true])
    #expect(try evaluate(.!isFinite(x)).scalars == [false, false, true])
  }

  @Test func logicFollowsItsTruthTable() throws {
    let a = graph.constant([false, false, true, true] as Tensor<Bool>)
    let b = graph.constant([false, true, false, true] as Tensor<Bool>)
    #expect(try evaluate(logicalAnd(a, b)).scalars == [false, false, false, true])
    #expect(try evaluate(logicalOr(a, b)).scalars == [false, true, true, true])
    #expect(try evaluate(logicalXor(a, b)).scalars == [false, true, true, false])
    #expect(try evaluate(a .^ b).scalars == [false, true, true, false])
    #expect(try evaluate(any(a)).scalar == true)
    #expect(try evaluate(all(a)).scalar == false)
  }

  @Test func roundingGoesToEvenAndTruncationTowardsZero() throws {
    let x: Node<Float> = graph.constant([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5] as Tensor<Float>)
    #expect(try evaluate(round(x)).scalars == [-2, -2, 0, 0, 2, 2])
    #expect(try evaluate(trunc(x)).scalars == [-2, -1, 0, 0, 1, 2])
    #expect(try evaluate(floor(x)).scalars == [-3, -2, -1, 0, 1, 2])
  }

  @Test func theFirstOfSeveralLargestIsTaken() throws {
    let x: Node<Int32> = graph.constant([[3, 9, 9], [1, 1, 0]] as Tensor<Int32>)
    #expect(try evaluate(argMax(x, axis: 1)).scalars == [1, 0])
    #expect(try evaluate(argMin(x, axis: -1)).scalars == [0, 2])
    #expect(argMax(x, axis: 0).shape == [3])
  }

  @Test func anAxisWithoutElementsIsAnError() {
    let x: Node<Float> = graph.placeholder(shape: [4, 0], name: "x")
    _ = argMax(x, axis: 1)
    #expect(graph.errors.first?.message == "axis 1 of [4, 0] has no element")
  }

  @Test func batchedProductsGiveBothShapesInTheError() {
    let x: Node<Float> = graph.placeholder(shape: [nil, 5, 3])
    let y: Node<Float> = graph.placeholder(shape: [2, 4, 7])
    let line = #line + 1
    let product = matmul(x, y)
    #expect(product.shape == .unknown)
    #expect(graph.errors.first?.message == "inner dimensions differ: [?, 5, 3] x [2, 4, 7]")
    #expect(graph.errors.first?.location?.line == line)
  }

  @Test func anErrorInsideACompositeNamesTheUsersLine() {
    let x: Node<Float> = graph.placeholder(shape: [4, 3])
    let line = #line + 1
    _ = logSumExp(x, axes: [5], name: "total")
    let error = graph.errors.first
    #expect(error?.message == "axis 5 is outside rank 2")
    #expect(error?.subject == "max 'total/Max'")
    #expect(error?.location?.line == line)
    #expect(error?.location?.fileID.hasSuffix("MathTests.swift") == true)
  }

  @Test func checkedNumbersFailWhenTheyAreNotFinite() throws {
    let x: Node<Float> = graph.constant(Tensor([1, .infinity, .nan]))
    let sound = select(isFinite(x), x, graph.constant(Float(0)))
    #expect(try evaluate(checkNumerics(sound, message: "the loss")).scalars == [1, 0, 0])
    let failure = #expect(throws: OpFailure.self) {
      try evaluate(checkNumerics(x, message: "the loss"))
    }
    #expect(failure?.code == .notFinite)
    #expect(failure?.message == "the loss: the tensor has NaN and Inf, first at element 1 of 3")
  }
}
