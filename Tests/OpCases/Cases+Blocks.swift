import Weft
import WeftTesting

extension CaseTable {
  static let blocks: [OpCase] = diagonals + bands + rearranged + segments

  private static let diagonals: [OpCase] = {
    var result: [OpCase] = []
    for shape in [[3], [2, 3], [], [0]] {
      result += moves(Diag(), shape) { [$0] }
      result += moves(DiagPart(), shape + shape) { [$0] }
    }
    for shape in [[3], [2, 3], [0], [4, 0], [5, 70]] {
      result += moves(MatrixDiag(), shape) { [$0] }
    }
    for shape in [[3, 3], [2, 3, 5], [4, 2], [0, 3], [2, 90, 70]] {
      result += moves(MatrixDiagPart(), shape) { [$0] }
      let length = min(shape[shape.count - 2], shape[shape.count - 1])
      let opCase = OpCase(
        MatrixSetDiag(),
        [.fed(.random(shape)), .fed(.random(shape.dropLast(2) + [length], seed: 2))])
      let isSmall = shape.elements > 0 && shape.elements < 1000
      result.append(isSmall ? opCase : opCase.withoutGradient("the size"))
      for (lower, upper) in [(0, 0), (-1, 0), (1, -1), (1, 1), (99, 0), (-1, -1)] {
        result += moves(MatrixBandPart(), shape) {
          [
            $0, .constant(.values([Double(lower)], shape: [], as: .int64)),
            .constant(.values([Double(upper)], shape: [], as: .int64)),
          ]
        }
      }
    }
    return result
  }()

  private static let rearranged: [OpCase] = {
    var result: [OpCase] = []
    result += moves(SpaceToDepth(blockSize: 2), [2, 4, 6, 3]) { [$0] }
    result += moves(SpaceToDepth(blockSize: 3), [1, 3, 6, 1]) { [$0] }
    result += moves(DepthToSpace(blockSize: 2), [2, 3, 2, 12]) { [$0] }
    result += moves(DepthToSpace(blockSize: 2), [0, 3, 2, 4]) { [$0] }
    let spaces: [([Int], [Int], [(Int, Int)])] = [
      ([2, 4, 6, 3], [2, 3], [(0, 0), (0, 0)]), ([1, 3, 5, 2], [2, 2], [(1, 0), (2, 1)]),
      ([3, 7], [4], [(3, 2)]), ([1, 2, 2, 1], [3, 2], [(4, 0), (0, 4)]),
      ([2, 3, 4], [1], [(0, 0)]),
    ]
    for (shape, block, edges) in spaces {
      result += moves(SpaceToBatchND(), shape) { [$0, vector(block), pads(edges)] }
    }
    let batches: [([Int], [Int], [(Int, Int)])] = [
      ([12, 2, 2, 3], [2, 3], [(0, 0), (0, 0)]), ([4, 2, 4, 2], [2, 2], [(1, 0), (2, 1)]),
      ([12, 3], [4], [(3, 2)]), ([2, 3, 4], [1], [(0, 1)]),
    ]
    for (shape, block, edges) in batches {
      result += moves(BatchToSpaceND(), shape) { [$0, vector(block), pads(edges)] }
    }
    for (shape, sequence, batch) in [([4, 7], 1, 0), ([7, 4, 2], 0, 1), ([2, 4, 3, 7], -1, 1)] {
      let lengths = AnyTensor(indices: [0, 7, 1, 4])
      let definition = ReverseSequence(sequenceAxis: sequence, batchAxis: batch)
      result += moves(definition, shape) { [$0, .fed(lengths)] }
    }
    result += [
      OpCase(
        ReverseSequence(sequenceAxis: 1, batchAxis: 0),
        [.fed(.random([2, 3])), .fed(AnyTensor(indices: [1, 4]))], name: "a length too large",
        gradient: .skipped("fails"), failure: .invalidArgument),
      OpCase(
        ReverseSequence(sequenceAxis: 0, batchAxis: 1),
        [.fed(.random([3, 2])), .fed(AnyTensor(indices: [-1, 3], as: .int64))],
        name: "a length below 0", gradient: .skipped("fails"), failure: .invalidArgument),
      OpCase(
        DynamicStitch(count: 2),
        [
          vector([4, 0]), vector([2, 1, 3]), .fed(.random([2, 3])), .fed(.random([3, 3], seed: 2)),
        ]),
      OpCase(
        DynamicStitch(count: 1), [vector([3, 0]), .fed(.random([2], in: 0...9, as: .int64))],
        name: "places left out", gradient: .skipped("integers")),
      OpCase(
        DynamicStitch(count: 2),
        [
          .fed(AnyTensor(indices: [1, 0])), vector([2]), .fed(.random([2, 3])),
          .fed(.random([1, 3], seed: 2)),
        ], name: "places known only at run time"),
    ]
    return result
  }()

  private static let segments: [OpCase] = {
    var result: [OpCase] = []
    for dtype in [DType.float32, .float64, .int32, .int64, .uint8] {
      let data: AnyTensor =
        dtype.isFloating ? .distinct([6, 3], as: dtype) : .random([6, 3], in: 0...9, as: dtype)
      let tolerance: Tolerance = dtype.isFloating ? .ulps(2) : .exact
      let ids = vector([0, 0, 1, 3, 3, 3])
      let cases = [
        OpCase(
          UnsortedSegmentMax(),
          [.fed(data), .fed(AnyTensor(indices: [2, 0, 2, 1, 0, 2])), number(3)],
          tolerance: tolerance),
        OpCase(
          UnsortedSegmentMax(),
          [.fed(data), .fed(AnyTensor(indices: [2, 0, 2, 4, 0, 2])), number(5)],
          name: "segments without rows", tolerance: tolerance,
          gradient: .skipped("the lowest numbers overflow in a sum")),
        OpCase(SegmentMax(), [.fed(data), ids], tolerance: tolerance),
        OpCase(
          SegmentProd(), [.fed(data), ids], tolerance: tolerance,
          gradient: dtype.isFloating ? .none("none in TensorFlow 1") : .skipped("integers")),
        OpCase(SegmentMean(), [.fed(data), ids], tolerance: tolerance),
      ]
      result += dtype.isFloating ? cases : cases.map { $0.withoutGradient("integers") }
    }
    result.append(
      OpCase(
        UnsortedSegmentMax(),
        [.fed(.distinct([4, 2])), .fed(AnyTensor(indices: [1, -1, 0, -1])), number(2)],
        name: "negative numbers"))
    return result
  }()
}
