import Weft
import WeftTesting

extension CaseTable {
  private static let reductionShapes: [(shape: [Int], axes: [Int])] = [
    ([13, 5], [0]), ([13, 5], [1]), ([13, 5], [0, 1]), ([13, 5], []), ([3, 4, 5], [1]),
    ([3, 4, 5], [0, -1]), ([7], [0]), ([], []), ([0, 4], [0]), ([0, 4], [1]), ([4, 0], [1]),
    ([70_001], [0]), ([271, 263], [0]), ([271, 263], [1]), ([2, 1, 3], [1]),
  ]

  private static func reduced(
    _ definition: (Bool) -> any OpDefinition, dtypes: [DType], absolute: Double = 0,
    gradient: OpCase.Gradient = .checked
  ) -> [OpCase] {
    var result: [OpCase] = []
    for dtype in dtypes {
      for (index, (shape, axes)) in reductionShapes.enumerated() {
        let operand: AnyTensor =
          dtype == .bool
          ? .truths(shape, seed: UInt64(index))
          : dtype.isInteger
            ? .random(shape, in: 0...99, as: dtype)
            : .distinct(shape, spacing: 4 / Double(max(shape.elements, 1)), as: dtype)
        let tolerance = Tolerance(ulps: 4, absolute: dtype == .float32 ? absolute : absolute * 1e-9)
        let opCase = made(
          definition(index % 2 == 0), operand, axes, dtype == .bool ? .exact : tolerance, gradient)
        let isChecked = dtype.isFloating && shape.elements > 0 && shape.elements < 1000
        result.append(isChecked ? opCase : opCase.withoutGradient("the size"))
      }
      if dtype.isFloating {
        // Large ones cancel, so that rounding is left.
        let tolerance = Tolerance(ulps: 4, absolute: 100 * (dtype == .float32 ? 1e-7 : 1e-16))
        for axes in [[0], [1]] {
          let operand = AnyTensor.special([36, 5], as: dtype)
          result.append(
            made(definition(false), operand, axes, tolerance, gradient)
              .withoutGradient("special values"))
        }
      }
    }
    return result
  }

  private static func made(
    _ definition: any OpDefinition, _ operand: AnyTensor, _ axes: [Int], _ tolerance: Tolerance,
    _ gradient: OpCase.Gradient
  ) -> OpCase {
    func open(_ definition: some OpDefinition) -> OpCase {
      OpCase(
        definition, [.fed(operand), .constant(AnyTensor(indices: axes))],
        name: "\(operand.dtype)\(operand.shape) over \(axes)", tolerance: tolerance,
        gradient: gradient)
    }
    return open(definition)
  }

  static let reductions: [OpCase] =
    reduced({ Sum(keepDims: $0) }, dtypes: [.float32, .float64, .int32, .int64], absolute: 1e-3)
    + reduced({ Mean(keepDims: $0) }, dtypes: [.float32, .float64], absolute: 1e-6)
    + reduced({ Prod(keepDims: $0) }, dtypes: [.float32, .float64, .int32], absolute: 1e-6)
    + reduced({ Max(keepDims: $0) }, dtypes: [.float32, .float64, .int32, .int64, .uint8])
    + reduced({ Min(keepDims: $0) }, dtypes: [.float32, .float64, .int32, .int64, .uint8])
    + reduced({ AnyTrue(keepDims: $0) }, dtypes: [.bool], gradient: .skipped("truth values"))
    + reduced({ AllTrue(keepDims: $0) }, dtypes: [.bool], gradient: .skipped("truth values"))
    + argExtremes

  private static let argExtremes: [OpCase] = {
    var result: [OpCase] = []
    let shapes: [([Int], Int)] = [
      ([13, 5], 0), ([13, 5], -1), ([3, 4, 5], 1), ([7], 0), ([0, 4], 1), ([271, 263], 0),
      ([271, 263], 1), ([70_001], 0),
    ]
    for dtype in [DType.float32, .float64, .int32, .int64, .uint8] {
      for (shape, axis) in shapes {
        let operand = AnyTensor.random(shape, in: 0...9, as: dtype)
        let operands: [OpCase.Operand] = [.fed(operand), .constant(axisOf(axis))]
        result.append(OpCase(ArgMax(outputType: .int32), operands, gradient: .skipped("indices")))
        result.append(OpCase(ArgMin(), operands, gradient: .skipped("indices")))
      }
    }
    let numbers: [Double] = [
      .nan, 1, 2, 1, .nan, 2, 1, 2, .nan, .nan, .nan, .nan, -.infinity, .infinity, 0,
    ]
    for dtype in [DType.float32, .float64] {
      let operand = AnyTensor.values(numbers, shape: [5, 3], as: dtype)
      for axis in 0...1 {
        let operands: [OpCase.Operand] = [.fed(operand), .constant(axisOf(axis))]
        result.append(OpCase(ArgMax(), operands, name: "NaN", gradient: .skipped("indices")))
        result.append(OpCase(ArgMin(), operands, name: "NaN", gradient: .skipped("indices")))
      }
    }
    return result
  }()

  static func axisOf(_ axis: Int) -> AnyTensor { AnyTensor(Tensor(Int32(clamping: axis))) }

  static let scans: [OpCase] = {
    var result: [OpCase] = []
    let shapes: [([Int], Int)] = [
      ([13, 5], 0), ([13, 5], 1), ([3, 4, 5], -2), ([7], 0), ([0, 4], 0), ([4, 0], 0),
      ([301, 37], 0), ([37, 301], 1),
    ]
    for (index, (shape, axis)) in shapes.enumerated() {
      let (exclusive, reverse) = (index % 2 == 1, index % 3 == 1)
      for dtype in [DType.float32, .float64, .int32, .int64] {
        let operand = AnyTensor.random(
          shape, in: dtype.isFloating ? -1.5...1.5 : -9...9, seed: 4, as: dtype)
        let operands: [OpCase.Operand] = [.fed(operand), .constant(axisOf(axis))]
        let tolerance =
          dtype == .float32
          ? Tolerance(relative: 1e-4, absolute: 1e-4) : .init(relative: 1e-12, absolute: 1e-12)
        let scans = [
          OpCase(
            Cumsum(exclusive: exclusive, reverse: reverse), operands, tolerance: tolerance),
          OpCase(
            Cumprod(exclusive: exclusive, reverse: reverse), operands, tolerance: tolerance),
        ]
        let isChecked = dtype.isFloating && shape.elements > 0 && shape.elements < 1000
        result += isChecked ? scans : scans.map { $0.withoutGradient("the size") }
      }
    }
    result.append(
      OpCase(
        Cumsum(), [.fed(.special([37])), .constant(axisOf(0))], tolerance: .ulps(4),
        gradient: .skipped("special values")))
    // Zeros, where a quotient of products would fail.
    result.append(
      OpCase(
        Cumprod(), [.fed(.values([2, 0, 3, 0, -1])), .constant(axisOf(0))], tolerance: .ulps(4)))
    for reverse in [false, true] {
      result.append(
        OpCase(
          LinearScan(reverse: reverse),
          [.fed(.random([4, 3])), .fed(.random([4, 3], seed: 2)), .constant(axisOf(0))],
          tolerance: .init(ulps: 4, absolute: 1e-6)))
      result.append(
        OpCase(
          Cumsum(reverse: reverse), [.fed(.random([4, 3])), .fed(axisOf(-1))],
          name: "an axis known only at run time", tolerance: .ulps(4)))
    }
    return result
  }()
}
