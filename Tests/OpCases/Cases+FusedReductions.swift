import Weft
import WeftTesting

extension CaseTable {
  /// Shapes within one block and beyond it; axes at the front, at the end, on both sides and all.
  private static let formulaShapes: [(shape: [Int], axes: [Int])] = [
    ([13, 5], [0]), ([13, 5], [1]), ([13, 5], [0, 1]), ([3, 4, 5], [1]), ([3, 4, 5], [0, 2]),
    ([7], [0]), ([0, 4], [0]), ([4, 0], [1]), ([1, 1], [0]), ([70_001], [0]), ([2, 70_001], [0]),
    ([3, 40_003], [1]), ([271, 263], [0]), ([271, 263], [1]), ([271, 263], [0, 1]),
    ([41, 1, 17, 53], [0, 3]), ([41, 3, 17, 53], [2]), ([5, 3, 19_001], [0, 2]),
    ([5, 3, 19_001], [1]),
  ]

  static let fusedReductions: [OpCase] = {
    let skipped = OpCase.Gradient.skipped("made after gradients are")
    var result: [OpCase] = []
    for dtype in [DType.float32, .float64] {
      // A row is broadcast, a number too.
      let formula: ScalarExpression = .input(0) * .input(1) + .input(2)
      for (index, (shape, axes)) in formulaShapes.enumerated() {
        let operands: [OpCase.Operand] = [
          .fed(.random(shape, seed: 1, as: dtype)),
          .fed(.random(shape.suffix(1), seed: 2, as: dtype)),
          .fed(.values([0.25], shape: [], as: dtype)),
        ]
        for function in [ReductionFunction.sum, .mean, .max, .min] {
          let absolute = (function == .sum ? 2e-3 : 2e-6) * (dtype == .float32 ? 1 : 1e-6)
          result.append(
            OpCase(
              FusedReduction(
                expression: formula, inputCount: 3, function: function, axes: axes,
                keepDims: index % 2 == 0), operands,
              name: "\(function) of \(dtype)\(shape) over \(axes)",
              tolerance: Tolerance(ulps: 4, absolute: absolute), gradient: skipped))
        }
      }
      let small: [OpCase.Operand] = (1...2).map {
        .fed(.random([6, 5, 3], in: 0.8...1.2, seed: $0, as: dtype))
      }
      result.append(
        OpCase(
          FusedReduction(
            expression: .input(0) * .input(1), inputCount: 2, function: .prod, axes: [1],
            keepDims: false), small, name: "product of \(dtype)",
          tolerance: Tolerance(ulps: 16), gradient: skipped))
    }
    for function in [ReductionFunction.any, .all] {
      for (shape, axes) in formulaShapes {
        result.append(
          OpCase(
            FusedReduction(
              expression: .input(0) .> .input(1), inputCount: 2, function: function, axes: axes,
              keepDims: false),
            [.fed(.random(shape, seed: 3)), .fed(.values([0.9], shape: []))],
            name: "\(function) of \(shape) over \(axes)", tolerance: .exact, gradient: skipped))
      }
    }
    result.append(
      OpCase(
        FusedReduction(
          expression: .input(0) - .input(1), inputCount: 2, function: .sum, axes: [0],
          keepDims: false),
        [
          .fed(.random([23, 7], in: -50...50, seed: 1, as: .int32)),
          .fed(.random([7], in: -50...50, seed: 2, as: .int32)),
        ], tolerance: .exact, gradient: skipped))
    return result
  }()
}
