import Weft
import WeftTesting

/// Operands that are known only when a step runs, where they need not be: places, axes, lengths.
extension CaseTable {
  static let runTimeOperands: [OpCase] = runTimeSlices + runTimeIndices + runTimeAxes

  private static func fed(_ values: [Int], _ dtype: DType = .int32) -> OpCase.Operand {
    .fed(AnyTensor(indices: values, as: dtype))
  }

  private static let noGradient = OpCase.Gradient.skipped("of a shape that depends on data")

  private static let runTimeSlices: [OpCase] = {
    var result: [OpCase] = []
    // Rows of a table that are moved by sixteen, eight, four, two bytes and one byte.
    let blocks: [([Int], [Int], [Int])] = [
      ([301, 28], [130, 0], [128, 28]), ([301, 30], [130, 4], [128, 26]),
      ([13, 5], [6, 2], [7, 3]), ([13, 5], [0, 0], [13, 5]), ([40_001], [3], [39_998]),
      ([2, 3, 4, 6], [1, 0, 2, 1], [1, 3, 1, 5]), ([4, 8, 3], [1, 4, 0], [2, 4, 3]), ([], [], []),
      ([7], [7], [0]),
    ]
    for (shape, begin, size) in blocks {
      for dtype in [DType.float32, .float64, .float16, .uint8] {
        let operand = AnyTensor.random(shape, in: 0...99, as: dtype)
        result.append(
          OpCase(
            SliceDefinition(),
            [.fed(operand), fed(begin, dtype == .float64 ? .int64 : .int32), typed(size, dtype)],
            name: "\(dtype)\(shape) from \(begin) of size \(size), read when it runs",
            gradient: noGradient))
      }
    }
    for (begin, size) in [
      ([-1, 0], [3, 5]), ([11, 0], [3, 5]), ([0, 1], [3, 5]), ([14, 0], [0, 5]),
    ] {
      result.append(
        OpCase(
          SliceDefinition(), [.fed(.random([13, 5])), fed(begin), vector(size)],
          name: "a block from \(begin) of size \(size), outside", gradient: .skipped("fails"),
          failure: .invalidShape))
    }
    return result
  }()

  private static func typed(_ size: [Int], _ dtype: DType) -> OpCase.Operand {
    .constant(AnyTensor(indices: size, as: dtype == .float64 ? .int64 : .int32))
  }

  private static let runTimeIndices: [OpCase] = {
    func masks(
      begin: Int = 0, end: Int = 0, ellipsis: Int = 0, newAxis: Int = 0, shrink: Int
    ) -> SliceMasks {
      var result = SliceMasks()
      (result.begin, result.end, result.ellipsis) = (begin, end, ellipsis)
      (result.newAxis, result.shrinkAxis) = (newAxis, shrink)
      return result
    }
    let slices: [(masks: SliceMasks, shape: [Int], begin: [Int], sliced: [Int])] = [
      (masks(shrink: 1), [5, 4], [-2], [4]),
      (masks(begin: 2, end: 2, shrink: 1), [6, 8, 4], [3, 0], [8, 4]),
      (masks(begin: 1, end: 1, shrink: 2), [6, 7], [0, 5], [6]),
      (masks(ellipsis: 2, shrink: 5), [3, 2, 4, 5], [2, 0, -1], [2, 4]),
      (masks(newAxis: 1, shrink: 6), [3, 4], [0, 1, 2], [1]),
      (masks(shrink: 1), [7], [6], []),
    ]
    var result: [OpCase] = []
    for slice in slices {
      let ones = vector(slice.begin.map { _ in 1 })
      let (begin, end) = (fed(slice.begin), fed(slice.begin.map { $0 + 1 }))
      let name = "\(slice.shape) at \(slice.begin), read when it runs"
      for dtype in [DType.float32, .bool] {
        let operand = dtype == .bool ? AnyTensor.truths(slice.shape) : .random(slice.shape)
        result.append(
          OpCase(
            StridedSlice(masks: slice.masks), [.fed(operand), begin, end, ones],
            name: "\(dtype)\(name)", gradient: dtype == .bool ? .skipped("truth values") : .checked)
        )
      }
      result.append(
        OpCase(
          StridedSliceGrad(masks: slice.masks),
          [vector(slice.shape), begin, end, ones, .fed(.random(slice.sliced))], name: name))
    }
    for index in [-6, 5] {
      let operands = [fed([index]), fed([index + 1]), vector([1])]
      let masks = masks(shrink: 1)
      result += [
        OpCase(
          StridedSlice(masks: masks), [.fed(.random([5, 4]))] + operands,
          name: "the index \(index), outside", gradient: .skipped("fails"), failure: .invalidShape),
        OpCase(
          StridedSliceGrad(masks: masks), [vector([5, 4])] + operands + [.fed(.random([4]))],
          name: "the index \(index), outside", gradient: .skipped("fails"), failure: .invalidShape),
      ]
    }
    return result
  }()

  private static let runTimeAxes: [OpCase] = {
    var result: [OpCase] = []
    for (shape, axes) in [
      ([13, 5], [0]), ([2, 3, 4], [-1, 0]), ([7], []), ([0, 4], [1]), ([70_001], [0]),
    ] {
      result += moves(ReverseV2(), shape, name: "\(shape) over \(axes), read when it runs") {
        [$0, fed(axes, axes.count == 2 ? .int64 : .int32)]
      }
    }
    for axes in [[2], [-3], [0, -2]] {
      result.append(
        OpCase(
          ReverseV2(), [.fed(.random([3, 4])), fed(axes)], name: "over \(axes)",
          gradient: .skipped("fails"), failure: .invalidShape))
    }
    for (shape, axis) in [([3, 4, 5], 1), ([2, 700], -1), ([600, 3], 0), ([0, 3], 0)] {
      for dtype in [DType.float64, .int64] {
        let operands: [OpCase.Operand] = [
          .fed(.random(shape, in: dtype == .int64 ? -9...9 : 0.5...1.5, as: dtype)),
          .fed(axisOf(axis)),
        ]
        let name = "\(dtype)\(shape) along \(axis), read when it runs"
        let tolerance = Tolerance(relative: 1e-12)
        let gradient = OpCase.Gradient.skipped("smaller cases check it")
        result += [
          OpCase(
            Cumsum(exclusive: true), operands, name: name, tolerance: tolerance, gradient: gradient),
          OpCase(
            Cumprod(reverse: true), operands, name: name, tolerance: tolerance, gradient: gradient),
        ]
      }
    }
    result += [
      OpCase(
        LinearScan(reverse: true),
        [.fed(.random([4, 3])), .fed(.random([4, 3], seed: 2)), .fed(axisOf(1))],
        name: "along an axis read when it runs", tolerance: .init(ulps: 4, absolute: 1e-6)),
      OpCase(
        Cumsum(), [.fed(.random([4, 3])), .fed(axisOf(2))], name: "an axis outside",
        gradient: .skipped("fails"), failure: .invalidShape),
    ]
    return result
  }()
}
