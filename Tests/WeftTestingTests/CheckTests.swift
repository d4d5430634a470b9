import Testing
import Weft
import WeftTesting

@Suite struct CheckTests {
  let cpu = CPUDevice(threads: 2)

  func cube(_ mistake: Cube.Mistake = .none, _ shape: [Int] = [3, 7]) -> OpCase {
    OpCase(Cube(mistake: mistake), [.fed(.random(shape))])
  }

  @Test(arguments: [[], [0], [7], [13, 5], [2, 3, 4]])
  func aRightOperationHasNoProblems(_ shape: [Int]) {
    #expect(problems(with: cube(.none, shape), on: cpu) == [])
  }

  @Test func aWrongKernelIsCaught() throws {
    let problem = try #require(conformanceMismatch(cube(.kernel), on: cpu))
    #expect(problem.contains("result 0 of /cpu:0: element [2, 6] is 0.0"))
    #expect(gradientMismatch(cube(.kernel), on: ReferenceDevice()) == nil)
  }

  @Test func aWrongGradientIsCaughtAndItsWorstElementNamed() throws {
    let problem = try #require(gradientMismatch(cube(.gradient), on: cpu))
    #expect(problem.contains("the worst element ["))
    #expect(conformanceMismatch(cube(.gradient), on: cpu) == nil)
  }

  @Test func aGradientOfAnotherShapeIsCaught() {
    #expect(gradientMismatch(cube(.gradientShape), on: cpu) != nil)
  }

  @Test(arguments: [Cube.Mistake.shape, .type, .unknownRank])
  func aWrongShapeRuleIsCaught(_ mistake: Cube.Mistake) {
    #expect(shapeRuleMismatch(cube(mistake), on: cpu) != nil)
    #expect(conformanceMismatch(cube(mistake), on: cpu) == nil)
  }

  @Test func wrongExpectationsAreCaught() {
    var opCase = OpCase(Cube(), [.fed(AnyTensor(Tensor<Float>([1, 2])))])
    opCase.expected = [AnyTensor(Tensor<Float>([1, 8]))]
    #expect(conformanceMismatch(opCase, on: cpu) == nil)
    opCase.expected = [AnyTensor(Tensor<Float>([1, 9]))]
    #expect(conformanceMismatch(opCase, on: cpu) != nil)
    opCase.failure = .evaluationFailed
    #expect(conformanceMismatch(opCase, on: cpu) != nil)
  }

  @Test func missingAndClaimedGradientsAreCaught() {
    let input = OpCase.Operand.fed(.random([7]))
    #expect(gradientMismatch(OpCase(Step(), [input]), on: cpu) != nil)
    #expect(gradientMismatch(OpCase(Step(), [input], gradient: .none("a step")), on: cpu) == nil)
    let claimed = OpCase(Step(claimsGradient: true), [input], gradient: .none("a step"))
    #expect(gradientMismatch(claimed, on: cpu) != nil)
  }

  @Test func casesOverNodesAndVariablesRun() throws {
    let product = OpCase(
      "product", [.fed(.random([3, 5])), .fed(.random([5, 2], seed: 2))], tolerance: .ulps(4)
    ) { operands in
      [matmul(operands.node(0, as: Double.self), operands.node(1, as: Double.self))]
    }
    #expect(gradientMismatch(product, on: cpu) == nil)
    #expect(product.typeNames == ["MatMul"])
    let update = OpCase(
      AssignAdd(), [.variable(.ramp([5])), .fed(.ramp([5]))], gradient: .skipped("an update"))
    let after = try results(of: update, on: cpu)
    #expect(after.count == 2)
    #expect(after[1].doubles == [-4, -2, 0, 2, 4])
    #expect(bitMismatch(update, cpu, CPUDevice(threads: 1)) == nil)
  }
}
