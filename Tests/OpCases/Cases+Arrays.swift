import Weft
import WeftTesting

extension CaseTable {
  static func vector(_ values: [Int]) -> OpCase.Operand { .constant(AnyTensor(indices: values)) }
  static func number(_ value: Int) -> OpCase.Operand { .constant(axisOf(value)) }

  /// One case in `float32`, and one of bytes and one of eight-byte elements without gradients.
  static func moves(
    _ definition: some OpDefinition, _ shape: [Int], name: String? = nil,
    _ operands: (OpCase.Operand) -> [OpCase.Operand]
  ) -> [OpCase] {
    let isSmall = shape.elements > 0 && shape.elements < 1000
    let real = OpCase(definition, operands(.fed(.random(shape))), name: name)
    return [
      isSmall ? real : real.withoutGradient("the size"),
      OpCase(
        definition, operands(.fed(.special(shape))), name: "special values",
        gradient: .skipped("special values")),
      OpCase(definition, operands(.fed(.truths(shape))), gradient: .skipped("truth values")),
      OpCase(
        definition, operands(.fed(.random(shape, in: -99...99, as: .int64))),
        gradient: .skipped("integers")),
    ]
  }

  static let arrangements: [OpCase] = {
    var result: [OpCase] = []
    let orders: [([Int], [Int])] = [
      ([13, 5], [1, 0]), ([2, 3, 4], [2, 0, 1]), ([2, 3, 4], [-1, 1, 0]), ([7], [0]), ([], []),
      ([0, 4], [1, 0]), ([301, 233], [1, 0]), ([2, 3, 4, 5], [0, 2, 1, 3]),
    ]
    for (shape, order) in orders {
      result += moves(Transpose(), shape) { [$0, vector(order)] }
    }
    for (shape, axes) in [
      ([13, 5], [0]), ([2, 3, 4], [-1, 0]), ([7], []), ([0, 4], [0]), ([70_001], [0]),
    ] {
      result += moves(ReverseV2(), shape) { [$0, vector(axes)] }
    }
    for (shape, times) in [
      ([3, 5], [2, 3]), ([7], [1]), ([2, 1, 3], [1, 4, 2]), ([], []), ([3, 2], [0, 2]),
      ([100, 7], [3, 35]),
    ] {
      result += moves(Tile(), shape) { [$0, vector(times)] }
    }
    result.append(
      OpCase(
        ReverseV2(), [.fed(.random([3, 4])), .fed(AnyTensor(indices: [1]))],
        name: "axes known only at run time"))
    return result
  }()

  static let joins: [OpCase] = {
    func parts(_ shapes: [[Int]], _ dtype: DType = .float32) -> [OpCase.Operand] {
      shapes.enumerated().map { .fed(.random($1, in: -9...9, seed: UInt64($0 + 1), as: dtype)) }
    }
    var result: [OpCase] = [
      OpCase(ConcatV2(count: 3), parts([[3, 2], [3, 5], [3, 1]]) + [number(1)]),
      OpCase(ConcatV2(count: 2), parts([[4, 2, 3], [1, 2, 3]]) + [number(-3)]),
      OpCase(ConcatV2(count: 1), parts([[7]]) + [number(0)]),
      OpCase(ConcatV2(count: 2), parts([[0, 3], [2, 3]]) + [number(0)]).withoutGradient("empty"),
      OpCase(ConcatV2(count: 2), parts([[301, 70], [301, 90]]) + [number(1)])
        .withoutGradient("the size"),
      OpCase(
        ConcatV2(count: 2), parts([[3, 2], [3, 4]], .uint8) + [number(1)],
        gradient: .skipped("integers")),
      OpCase(Pack(count: 3, axis: 0), parts([[2, 4], [2, 4], [2, 4]])),
      OpCase(Pack(count: 3, axis: 1), parts([[2, 4], [2, 4], [2, 4]])),
      OpCase(Pack(count: 2, axis: -1), parts([[2, 4], [2, 4]])),
      OpCase(Pack(count: 3, axis: 0), parts([[], [], []])),
      OpCase(Pack(count: 2, axis: 0), parts([[], []], .int64), gradient: .skipped("integers")),
      OpCase(Pack(count: 2, axis: 1), parts([[0, 3], [0, 3]])).withoutGradient("empty"),
      OpCase(
        ConcatOffset(count: 2),
        [.fed(axisOf(1)), .fed(AnyTensor(indices: [2, 3])), .fed(AnyTensor(indices: [2, 5]))],
        gradient: .skipped("indices")),
      OpCase(
        InvertPermutation(), [.fed(AnyTensor(indices: [2, 0, 3, 1]))], gradient: .skipped("indices")
      ),
      OpCase(
        InvertPermutation(), [.fed(AnyTensor(indices: [1, 2, 0], as: .int64))],
        gradient: .skipped("indices")),
      OpCase(
        InvertPermutation(), [.fed(AnyTensor(indices: [1, 2, 1]))], name: "a number twice",
        gradient: .skipped("fails"), failure: .invalidArgument),
      OpCase(
        InvertPermutation(), [.fed(AnyTensor(indices: [1, 3, 0], as: .int64))],
        name: "a number outside", gradient: .skipped("fails"), failure: .invalidArgument),
    ]
    for axis in [0, 1, -1] {
      result += moves(Split(count: 2), [4, 6, 2]) { [number(axis), $0] }
      result += moves(Unpack(count: [4, 6, 2][(axis + 3) % 3], axis: axis), [4, 6, 2]) { [$0] }
    }
    result += moves(Split(count: 3), [0, 6]) { [number(1), $0] }
    result += moves(SplitV(count: 3), [4, 6]) { [$0, vector([1, 2, 3]), number(1)] }
    result += moves(SplitV(count: 2), [4, 6]) { [$0, vector([-1, 3]), number(0)] }
    result += moves(Split(count: 5), [35, 301]) { [number(0), $0] }
    return result
  }()

  static let slices: [OpCase] = {
    var result: [OpCase] = []
    let blocks: [([Int], [Int], [Int])] = [
      ([13, 5], [2, 1], [7, 3]), ([13, 5], [0, 0], [-1, -1]), ([7], [7], [0]), ([], [], []),
      ([2, 3, 4], [1, 0, 2], [1, 3, 1]), ([301, 233], [5, 100], [290, 120]),
    ]
    for (shape, begin, size) in blocks {
      result += moves(SliceDefinition(), shape) { [$0, vector(begin), vector(size)] }
    }
    result += [
      OpCase(
        SliceDefinition(),
        [.fed(.random([5, 4])), .fed(AnyTensor(indices: [2, 1])), vector([2, 3])],
        name: "a begin known only at run time"),
      OpCase(
        SliceDefinition(),
        [.fed(.random([5, 4])), .fed(AnyTensor(indices: [4, 1])), vector([2, 3])],
        name: "a begin outside, known only at run time", gradient: .skipped("fails"),
        failure: .invalidShape),
    ]
    var shrink = SliceMasks()
    shrink.shrinkAxis = 1
    var open = SliceMasks()
    (open.begin, open.end) = (1, 2)
    var ellipsis = SliceMasks()
    (ellipsis.ellipsis, ellipsis.newAxis) = (2, 4)
    let strided: [(shape: [Int], begin: [Int], end: [Int], steps: [Int], masks: SliceMasks)] = [
      ([13, 5], [1, 0], [12, 5], [3, 2], SliceMasks()),
      ([13, 5], [-2, 4], [0, 0], [-2, -1], SliceMasks()),
      ([13, 5], [3, 1], [4, 3], [1, 1], shrink), ([13, 5], [2, 1], [9, 3], [2, 1], open),
      ([2, 3, 4, 5], [1, 0, 0, 1], [2, 0, 0, 4], [1, 1, 1, 2], ellipsis),
      ([7], [5], [2], [1], SliceMasks()),
      ([301, 233], [0, 3], [300, 230], [2, 3], SliceMasks()),
      ([7], [2], [3], [1 << 30], SliceMasks()),
    ]
    for part in strided {
      result += moves(StridedSlice(masks: part.masks), part.shape) {
        [$0, vector(part.begin), vector(part.end), vector(part.steps)]
      }
    }
    result += [
      OpCase(
        StridedSliceGrad(masks: SliceMasks()),
        [
          vector([13, 5]), vector([1, 0]), vector([12, 5]), vector([3, 2]), .fed(.random([4, 3])),
        ]),
      OpCase(
        StridedSliceGrad(masks: shrink),
        [vector([13, 5]), vector([3, 4]), vector([4, 0]), vector([1, -1]), .fed(.random([4]))]),
      OpCase(
        StridedSlice(masks: shrink),
        [
          .fed(.random([5, 4])), .fed(AnyTensor(indices: [2])), .fed(AnyTensor(indices: [3])),
          vector([1]),
        ],
        name: "an index known only at run time"),
    ]
    return result
  }()

  static func pads(_ pairs: [(Int, Int)]) -> OpCase.Operand {
    .constant(
      .values(pairs.flatMap { [Double($0.0), Double($0.1)] }, shape: [pairs.count, 2], as: .int32))
  }

  static let paddings: [OpCase] = {
    var result: [OpCase] = []
    let shapes: [([Int], [(Int, Int)])] = [
      ([3, 5], [(1, 2), (0, 3)]), ([7], [(0, 0)]), ([], []),
      ([2, 3, 4], [(0, 1), (2, 0), (1, 1)]),
      ([0, 3], [(2, 1), (1, 0)]), ([301, 100], [(3, 0), (1, 5)]),
    ]
    for (shape, pairs) in shapes {
      result += moves(Pad(), shape) { [$0, pads(pairs)] }
      let opCase = OpCase(
        PadV2(), [.fed(.random(shape)), pads(pairs), .fed(.values([3.5], shape: []))])
      let isSmall = shape.elements > 0 && shape.elements < 1000
      result.append(isSmall ? opCase : opCase.withoutGradient("the size"))
    }
    for mode in [MirrorMode.reflect, .symmetric] {
      let shapes: [([Int], [(Int, Int)])] = [
        ([3, 5], [(1, 2), (0, 3)]), ([7], [(6, 6)]), ([4, 3, 2], [(1, 0), (2, 1), (1, 1)]),
        ([301, 100], [(3, 0), (1, 5)]),
      ]
      for (shape, pairs) in shapes {
        result += moves(MirrorPad(mode: mode), shape) { [$0, pads(pairs)] }
        let padded = zip(shape, pairs).map { $0 + $1.0 + $1.1 }
        let opCase = OpCase(
          MirrorPadGrad(mode: mode), [.fed(.random(padded)), pads(pairs)],
          tolerance: .init(ulps: 4, absolute: 1e-6))
        result.append(shape.elements < 1000 ? opCase : opCase.withoutGradient("the size"))
      }
    }
    return result
  }()

  static let fillings: [OpCase] = {
    var result: [OpCase] = []
    for shape in sizes {
      result += [
        OpCase(Fill(), [vector(shape), .fed(.values([2.5], shape: []))])
          .withoutGradientIf(shape.elements != 65),
        OpCase(
          Fill(), [vector(shape), .fed(.values([1], shape: [], as: .bool))],
          gradient: .skipped("truth values")),
        OpCase(ZerosLike(), [.fed(.random(shape))], gradient: .none("constant")),
        OpCase(OnesLike(), [.fed(.random(shape))], gradient: .none("constant")),
        OpCase(
          OnesLike(), [.fed(.random(shape, as: .bfloat16))], gradient: .skipped("a storage type")),
      ]
    }
    for (shape, axis) in [([13], -1), ([13], 0), ([4, 3], 1), ([], 0), ([0], -1), ([5_001], -1)] {
      for dtype in [DType.int32, .int64, .uint8] {
        result.append(
          OpCase(
            OneHot(axis: axis),
            [
              .fed(.indices(shape, below: 7, as: dtype)), number(5), .fed(.values([2], shape: [])),
              .fed(.values([-1], shape: [])),
            ], gradient: .skipped("a choice")))
      }
    }
    result.append(
      OpCase(
        OneHot(axis: -1),
        [
          .fed(AnyTensor(indices: [-1, 0, 3, 9])), number(4),
          .constant(.values([1], shape: [], as: .bool)),
          .constant(.values([0], shape: [], as: .bool)),
        ], name: "indices outside", gradient: .skipped("a choice")))
    result.append(
      OpCase(
        LinSpace(),
        [.fed(.values([-1], shape: [])), .fed(.values([2], shape: [])), number(7)],
        tolerance: .ulps(2), gradient: .skipped("it makes constants")))
    return result
  }()

  static let gathers: [OpCase] = {
    var result: [OpCase] = []
    let cases: [([Int], [Int], Int)] = [
      ([13, 5], [7], 0), ([13, 5], [2, 3], 1), ([2, 3, 4], [5], -2), ([13, 5], [], 0),
      ([7], [0], 0),
      ([301, 50], [500], 0),
    ]
    for (shape, indices, axis) in cases {
      let limit = shape[(axis + shape.count) % shape.count]
      for dtype in [DType.int32, .int64] {
        result += moves(GatherV2(), shape) {
          [$0, .fed(.indices(indices, below: limit, as: dtype)), number(axis)]
        }
      }
      if axis == 0 {
        result += moves(Gather(), shape) { [$0, .fed(.indices(indices, below: limit))] }
      }
    }
    let ids = AnyTensor(indices: [2, -1, 0, 2])
    let points = AnyTensor.values([0, 1, 2, 3, 2, 0], shape: [3, 2], as: .int32)
    result += moves(GatherOrZero(), [3, 4]) { [$0, .fed(ids)] }
    result += moves(GatherNd(), [3, 4, 2]) { [$0, .fed(points)] }
    result += moves(GatherNd(), [3, 4]) { [$0, .fed(points)] }
    result += moves(GatherNd(), [3, 4]) { [$0, .fed(.indices([2, 1], below: 3, as: .int64))] }
    result += moves(GatherNd(), [3, 4]) { [$0, .fed(.indices([2, 0], below: 3))] }
    let outside = OpCase.Operand.fed(AnyTensor(indices: [0, 13]))
    result += [
      OpCase(
        GatherV2(), [.fed(.random([13, 5])), outside, number(0)], name: "an index outside",
        gradient: .skipped("fails"), failure: .invalidArgument),
      OpCase(
        GatherNd(), [.fed(.random([3, 3])), .fed(points)], name: "an index outside",
        gradient: .skipped("fails"), failure: .invalidArgument),
      OpCase(
        GatherOrZero(), [.fed(.random([2, 3])), .fed(ids)], name: "an index outside",
        gradient: .skipped("fails"), failure: .invalidArgument),
    ]
    return result
  }()

  static let scatters: [OpCase] = {
    let points = AnyTensor.values([0, 1, 2, 3, 0, 1], shape: [3, 2], as: .int32)
    let tolerance = Tolerance(ulps: 4, absolute: 1e-5)
    var result: [OpCase] = [
      OpCase(
        ScatterNd(), [.fed(points), .fed(.random([3, 2])), vector([3, 4, 2])], tolerance: tolerance),
      OpCase(
        ScatterNd(), [.fed(points), .fed(.random([3])), vector([3, 4])], tolerance: tolerance),
      OpCase(
        ScatterNd(),
        [.fed(.indices([500, 1], below: 301)), .fed(.random([500, 60])), vector([301, 60])],
        tolerance: tolerance
      ).withoutGradient("the size"),
      OpCase(
        ScatterNd(), [.fed(points), .fed(.random([3], in: 0...9, as: .uint8)), vector([3, 4])],
        gradient: .skipped("integers")),
      OpCase(
        ScatterNd(), [.fed(points), .fed(.random([3])), vector([3, 3])], name: "an index outside",
        gradient: .skipped("fails"), failure: .invalidArgument),
      OpCase(
        ScatterNd(), [.fed(.indices([0, 1], below: 1)), .fed(.random([0, 2])), vector([3, 2])]
      ).withoutGradient("empty"),
    ]
    for dtype in [DType.float32, .float64, .int32, .int64, .uint8] {
      for (shape, ids) in [
        ([6, 3], [6]), ([2, 3, 4], [2, 3]), ([0, 3], [0]), ([500, 40], [500]), ([6], [6]),
      ] {
        let opCase = OpCase(
          UnsortedSegmentSum(),
          [
            .fed(.random(shape, in: 0...9, as: dtype)), .fed(.indices(ids, below: 4)), number(5),
          ], tolerance: dtype.isFloating ? .init(ulps: 4, absolute: 1e-4) : .exact)
        let isSmall = dtype.isFloating && shape.elements > 0 && shape.elements < 1000
        result.append(isSmall ? opCase : opCase.withoutGradient("the size"))
      }
      let sorted = OpCase(
        SegmentSum(),
        [.fed(.random([6, 3], in: 0...9, as: dtype)), vector([0, 0, 1, 3, 3, 3])],
        tolerance: dtype.isFloating ? tolerance : .exact)
      result.append(dtype.isFloating ? sorted : sorted.withoutGradient("integers"))
    }
    result += [
      OpCase(
        UnsortedSegmentSum(),
        [.fed(.random([6, 3])), .fed(AnyTensor(indices: [2, -1, 0, -5, 2, -1])), number(3)],
        name: "negative numbers", tolerance: tolerance),
      OpCase(
        UnsortedSegmentSum(),
        [.fed(.random([3, 3])), .fed(AnyTensor(indices: [2, -1, 3])), number(3)],
        name: "a number outside", gradient: .skipped("fails"), failure: .invalidArgument),
    ]
    return result
  }()

  static let chosen: [OpCase] = {
    var result: [OpCase] = []
    for (condition, shape) in [
      ([13, 5], [13, 5]), ([13], [13, 5]), ([], [13, 5]), ([7], [7]), ([0], [0, 5]), ([], []),
    ] as [([Int], [Int])] {
      let opCase = OpCase(
        Select(), [.fed(.truths(condition)), .fed(.random(shape)), .fed(.random(shape, seed: 2))])
      result.append(shape.elements > 0 ? opCase : opCase.withoutGradient("empty"))
      result.append(
        OpCase(
          Select(),
          [
            .fed(.truths(condition)), .fed(.special(shape)),
            .fed(.random(shape, seed: 2)),
          ], name: "special values", gradient: .skipped("special values")))
    }
    for (shape, k) in [
      ([13, 5], 3), ([13, 5], 5), ([7], 1), ([7], 0), ([0, 5], 2), ([20, 301], 7), ([2, 3, 4], 2),
    ] {
      for dtype in [DType.float32, .float64, .int32, .int64, .uint8] {
        let operand: AnyTensor =
          dtype.isFloating
          ? .distinct(shape, as: dtype) : .random(shape, in: 0...9, as: dtype)
        let opCase = OpCase(TopKV2(sorted: true), [.fed(operand), number(k)])
        let isSmall = dtype.isFloating && k > 0 && shape.elements > 0 && shape.elements < 1000
        result.append(isSmall ? opCase : opCase.withoutGradient("the size"))
      }
    }
    result.append(
      OpCase(
        TopKV2(sorted: true), [.fed(.special([18, 4])), number(3)], name: "special values",
        gradient: .skipped("special values")))
    return result
  }()

  static let arrays: [OpCase] =
    arrangements + joins + slices + paddings + fillings + gathers + scatters + chosen
}

extension OpCase {
  /// Without the gradient under a condition.
  fileprivate func withoutGradientIf(_ condition: Bool) -> OpCase {
    condition ? withoutGradient("the size") : self
  }
}
