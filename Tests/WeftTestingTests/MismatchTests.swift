import Testing
import WeftTesting

@Suite struct MismatchTests {
  @Test func theWorstElementIsNamed() throws {
    let expected: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
    let actual: Tensor<Float> = [[1, 2.5, 3], [4, 5, 7]]
    let problem = try #require(mismatch(actual, expected))
    #expect(problem.contains("[1, 2] is 7.0, expected 6.0"))
    #expect(problem.contains("2 of 6"))
  }

  @Test func equalsAreNoMismatch() {
    let special = AnyTensor.special([37])
    #expect(mismatch(special, special) == nil)
    #expect(mismatch(Tensor<Float>([0]), Tensor<Float>([-0.0])) == nil)
    #expect(mismatch(Tensor<Float>([]), Tensor<Float>([])) == nil)
  }

  @Test(arguments: [
    (Float.nan, Float(1)), (1, .nan), (.infinity, -.infinity), (.infinity, 3e38), (3e38, .infinity),
  ]) func whatIsNotFiniteMustAgree(_ pair: (Float, Float)) {
    #expect(mismatch(Tensor(pair.0), Tensor(pair.1), ulps: 1 << 40, relative: 9) != nil)
  }

  @Test func toleranceIsCountedInRepresentableValues() {
    let one = Tensor<Float>(1)
    let near = Tensor<Float>(Float(1).nextUp.nextUp)
    #expect(mismatch(near, one, ulps: 2) == nil)
    #expect(mismatch(near, one, ulps: 1) != nil)
    #expect(ulpDistance(Float.leastNonzeroMagnitude, -Float.leastNonzeroMagnitude) == 2)
    #expect(ulpDistance(-1.0, Double(-1).nextDown) == 1)
    #expect(mismatch(Tensor<Float>(1.01), one, relative: 0.02) == nil)
    #expect(mismatch(Tensor<Float>(1.01), one, absolute: 0.005) != nil)
  }

  @Test func typesShapesAndWholeNumbersMustAgree() {
    #expect(mismatch(AnyTensor(Tensor<Int32>([1])), AnyTensor(Tensor<Int64>([1]))) != nil)
    #expect(mismatch(Tensor<Int32>([1, 2]), [[1, 2]]) != nil)
    let large = Int64(1) << 60
    #expect(mismatch(Tensor<Int64>(large), Tensor<Int64>(large + 1)) != nil)
    #expect(throws: MismatchError.self) {
      try expectClose(AnyTensor(Tensor<Float>(1)), AnyTensor(Tensor<Float>(2)))
    }
  }

  @Test func generatedTensorsRepeat() {
    #expect(AnyTensor.random([13, 5], seed: 3) == AnyTensor.random([13, 5], seed: 3))
    #expect(AnyTensor.random([13, 5], seed: 3) != AnyTensor.random([13, 5], seed: 4))
    #expect(AnyTensor.ramp([3], from: -1, to: 1).doubles == [-1, 0, 1])
    #expect(Set(AnyTensor.distinct([70]).doubles).count == 70)
    #expect(AnyTensor.indices([100], below: 3).integers.allSatisfy { (0..<3).contains($0) })
  }
}
