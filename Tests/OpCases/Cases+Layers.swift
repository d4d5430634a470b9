import Weft
import WeftTesting

extension CaseTable {
  static let products: [OpCase] = {
    var result: [OpCase] = []
    let sizes: [(m: Int, k: Int, n: Int)] = [
      (3, 5, 7), (1, 1, 1), (0, 3, 2), (3, 0, 2), (13, 40, 65), (130, 70, 130),
    ]
    for (m, k, n) in sizes {
      for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
        for dtype in [DType.float32, .float64, .int32, .int64] {
          let a = AnyTensor.random(
            transposeA ? [k, m] : [m, k], in: dtype.isFloating ? -2...2 : -99...99, as: dtype)
          let b = AnyTensor.random(
            transposeB ? [n, k] : [k, n], in: dtype.isFloating ? -2...2 : -99...99, seed: 2,
            as: dtype)
          let opCase = OpCase(
            MatMul(transposeA: transposeA, transposeB: transposeB), [.fed(a), .fed(b)],
            tolerance: dtype.isFloating
              ? Tolerance(ulps: 8, absolute: dtype == .float32 ? 1e-4 : 1e-12) : .exact)
          let isSmall = dtype.isFloating && m * k * n > 0 && m * k * n < 1000
          result.append(isSmall ? opCase : opCase.withoutGradient("the size"))
        }
      }
    }
    let tolerance = Tolerance(ulps: 8, absolute: 1e-4)
    let batches: [(x: [Int], y: [Int], ta: Bool, tb: Bool)] = [
      ([2, 3, 5], [2, 5, 4], false, false), ([2, 1, 5, 3], [3, 5, 4], true, false),
      ([4, 3, 5], [1, 4, 5], false, true), ([3, 5, 2], [2, 4, 3], true, true),
      ([0, 3, 5], [0, 5, 4], false, false), ([2, 3, 0], [2, 0, 4], false, false),
      ([300, 9, 40], [300, 40, 7], false, false),
      // More than cuBLASLt takes at once.
      ([70_001, 1, 3], [70_001, 3, 1], false, false),
    ]
    for batch in batches where batch.x.elements > 0 || batch.x[0] == 0 || batch.x[2] == 0 {
      guard batch.x != [3, 5, 2] else { continue }
      let operands: [OpCase.Operand] = [.fed(.random(batch.x)), .fed(.random(batch.y, seed: 2))]
      let cases = [
        OpCase(
          BatchMatMulV2(adjointX: batch.ta, adjointY: batch.tb), operands, tolerance: tolerance)
      ]
      let isSmall = batch.x.elements > 0 && batch.x.elements < 1000
      result += isSmall ? cases : cases.map { $0.withoutGradient("the size") }
    }
    result += [
      OpCase(
        BatchMatMul(adjointX: true, adjointY: true),
        [.fed(.random([2, 5, 3])), .fed(.random([2, 4, 5], seed: 2))], tolerance: tolerance),
      OpCase(
        BatchMatMulV2(),
        [
          .fed(.random([2, 3, 5], in: -9...9, as: .int32)),
          .fed(.random([5, 4], in: -9...9, seed: 2, as: .int32)),
        ], gradient: .skipped("integers")),
      OpCase(
        BatchMatMulV2(),
        [.fed(.random([2, 200, 130])), .fed(.random([130, 140], seed: 2))], tolerance: tolerance,
        gradient: .skipped("the size")),
    ]
    return result
  }()

  /// Rows that sum to 1 exactly, as the gradient of a cross-entropy takes them to.
  private static func distribution(_ shape: [Int], _ dtype: DType) -> AnyTensor {
    let parts = AnyTensor.indices(shape, below: 6, seed: 2).integers
    var values: [Double] = []
    for row in 0..<shape[0] {
      let others = parts[row * shape[1]..<(row + 1) * shape[1] - 1].map { Double($0) / 64 }
      values += others + [1 - others.reduce(0, +)]
    }
    return .values(values, shape: shape, as: dtype)
  }

  static let losses: [OpCase] = {
    var result: [OpCase] = []
    let tolerance = Tolerance(ulps: 8, absolute: 2e-6)
    for shape in [[7], [13, 5], [3, 4, 5], [0, 5], [200, 101], [3, 1]] {
      let operands: [OpCase.Operand] = [.fed(.random(shape, in: -5...5))]
      let cases = [
        OpCase(Softmax(), operands, tolerance: tolerance),
        OpCase(LogSoftmax(), operands, tolerance: tolerance),
      ]
      let isSmall = shape.elements > 0 && shape.elements < 1000
      result += isSmall ? cases : cases.map { $0.withoutGradient("the size") }
    }
    let special = OpCase.Operand.fed(.special([9, 4]))
    result += [
      OpCase(Softmax(), [special], tolerance: tolerance, gradient: .skipped("special values")),
      OpCase(LogSoftmax(), [special], tolerance: tolerance, gradient: .skipped("special values")),
      OpCase(
        Softmax(), [.fed(.random([5, 7], as: .float64))],
        tolerance: .init(ulps: 8, absolute: 1e-15)),
    ]
    let pairs: [([Int], [Int])] = [
      ([13, 5], [13, 5]), ([13, 5], [1, 5]), ([1, 5], [13, 5]), ([13, 1], [1, 5]),
      ([0, 5], [0, 5]),
      ([200, 10], [200, 10]),
    ]
    for (x, y) in pairs {
      for dtype in [DType.float32, .float64] {
        let opCase = OpCase(
          SoftmaxCrossEntropyWithLogits(),
          [
            .fed(.random(x, in: -4...4, as: dtype)),
            .fed(distribution(y, dtype)),
          ],
          tolerance: tolerance)
        let isSmall = x.elements > 0 && x.elements < 1000
        result.append(isSmall ? opCase : opCase.withoutGradient("the size"))
      }
    }
    for (rows, columns) in [(13, 5), (0, 5), (200, 10)] {
      for (dtype, labelType) in [(DType.float32, DType.int32), (.float64, .int64)] {
        let opCase = OpCase(
          SparseSoftmaxCrossEntropyWithLogits(),
          [
            .fed(.random([rows, columns], in: -4...4, as: dtype)),
            .fed(.indices([rows], below: columns, as: labelType)),
          ],
          tolerance: tolerance)
        result.append(rows == 13 ? opCase : opCase.withoutGradient("the size"))
      }
    }
    result.append(
      OpCase(
        SparseSoftmaxCrossEntropyWithLogits(),
        [.fed(.random([3, 4])), .fed(.values([0, 4, 1], as: .int32))], name: "a label outside",
        gradient: .skipped("fails"), failure: .evaluationFailed))
    for shape in sizes + [[271, 263]] {
      for dtype in [DType.float32, .float64] {
        let opCase = OpCase(
          L2Loss(), [.fed(.random(shape, as: dtype))],
          tolerance: .init(relative: dtype == .float32 ? 1e-6 : 1e-12))
        let isSmall = shape.elements > 0 && shape.elements < 1000
        result.append(isSmall ? opCase : opCase.withoutGradient("the size"))
      }
    }
    return result
  }()

  static let layers: [OpCase] = {
    var result: [OpCase] = []
    for (shape, channels) in [([13, 5], 5), ([2, 3, 4, 5], 5), ([0, 5], 5), ([300, 257], 257)] {
      let operands: [OpCase.Operand] = [.fed(.random(shape)), .fed(.random([channels], seed: 2))]
      let small = shape.elements > 0 && shape.elements < 1000
      let cases = [
        OpCase(BiasAdd(), operands, tolerance: .ulps(1)),
        OpCase(
          BiasAddGrad(), [.fed(.random(shape))], tolerance: .init(ulps: 4, absolute: 1e-4)),
      ]
      result += small ? cases : cases.map { $0.withoutGradient("the size") }
    }
    let images = AnyTensor.random([2, 3, 4, 5])
    result += [
      OpCase(
        BiasAddChannelsFirst(), [.fed(images), .fed(.random([3], seed: 2))], tolerance: .ulps(1)),
      OpCase(
        BiasAddGrad(dataFormat: .channelsFirst), [.fed(images)],
        tolerance: .init(ulps: 4, absolute: 1e-5)),
      OpCase(
        BiasAddGrad(dataFormat: .channelsFirst),
        [.fed(.random([2, 3, 4], in: -9...9, as: .int64))],
        gradient: .skipped("integers")),
      OpCase(
        BiasAddGrad(), [.fed(.random([4, 3], as: .float64))],
        tolerance: .init(relative: 1e-14, absolute: 1e-14)),
      OpCase(CheckNumerics(message: "checked"), [.fed(.random([13, 5]))]),
      OpCase(
        CheckNumerics(message: "checked"), [.fed(.special([37]))], name: "special values",
        gradient: .skipped("fails"), failure: .notFinite),
      OpCase(
        Polygamma(), [.fed(.values([1, 2, 3])), .fed(.random([2, 3], in: 0.5...4))],
        tolerance: .ulps(4), gradient: .checkedExcept([0], because: "the order is a whole number")),
      OpCase(
        Polygamma(),
        [
          .fed(.values([0, 1, 2, 3, 1.5, -1, .nan, .infinity], shape: [8, 1], as: .float64)),
          .fed(
            .values(
              [-3.5, -2, -0.25, 0, 0.5, 13, 1e6, -2e6, .nan, .infinity, -.infinity], as: .float64)),
        ], name: "poles and what is not defined", tolerance: Tolerance(relative: 1e-12),
        gradient: .skipped("poles")),
    ]
    let logits = AnyTensor.random([13, 7])
    for k in [1, 3, 7] {
      for dtype in [DType.int32, .int64] {
        result.append(
          OpCase(
            InTopKV2(),
            [
              .fed(logits), .fed(.indices([13], below: 8, as: dtype)),
              .constant(AnyTensor.values([Double(k)], shape: [], as: dtype)),
            ], gradient: .skipped("truth values")))
      }
    }
    result.append(
      OpCase(
        InTopKV2(),
        [.fed(.special([6, 6])), .fed(.indices([6], below: 6)), .fed(axisOf(2))],
        name: "special values", gradient: .skipped("truth values")))
    return result
  }()
}
