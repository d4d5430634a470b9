import Weft
import WeftTesting

extension CaseTable {
  static let shapes: [OpCase] = {
    let rows = AnyTensor(indices: [2, 3, 5])
    var result = [
      OpCase(Shape(dtype: .int64), [.fed(.random([4, 0, 3]))], gradient: .skipped("a shape")),
      OpCase(Identity(), [.fed(.special([37]))], gradient: .skipped("special values")),
      OpCase(Identity(), [.fed(.random([3, 4]))]),
      OpCase(Snapshot(), [.fed(.random([3, 4]))]),
      OpCase(
        StopGradient(), [.fed(.random([3, 4]))], gradient: .none("that is its purpose")),
      OpCase(Reshape(), [.fed(.random([6, 5])), .constant(rows)]),
      OpCase(
        Reshape(), [.fed(.random([6, 5])), .constant(AnyTensor(indices: [5, -1]))]),
      OpCase(BroadcastTo(), [.fed(.random([3, 1])), .constant(rows)]),
      OpCase(BroadcastTo(), [.fed(.random([])), .constant(rows)]),
      OpCase(
        BroadcastTo(), [.fed(.truths([5])), .constant(rows)], gradient: .skipped("truth values")),
      OpCase(
        BroadcastTo(), [.fed(.random([1, 4])), .constant(AnyTensor(indices: [0, 4]))],
        gradient: .skipped("no elements")),
      OpCase(
        BroadcastGradientArgs(), [.fed(AnyTensor(indices: [3, 1])), .fed(rows)],
        gradient: .skipped("shapes")),
      OpCase(
        BroadcastArgs(),
        [.fed(AnyTensor(indices: [3, 1])), .fed(AnyTensor(indices: [2, 1, 4]))],
        gradient: .skipped("shapes")),
      OpCase(
        KeptShape(), [.fed(.random([3, 4, 5])), .fed(AnyTensor(indices: [0, -1]))],
        gradient: .skipped("a shape")),
      OpCase(
        Orthonormalize(), [.fed(.random([5, 3]))], tolerance: .ulps(4),
        gradient: .skipped("it makes initial values")),
    ]
    result.append(
      OpCase(
        "gradient of a mean over all axes", [.fed(.random([3, 4]))],
        tolerance: .init(ulps: 4, absolute: 1e-6)
      ) { [mean($0.node(0, as: Double.self))] })
    return result
  }()

  static let updates: [OpCase] = {
    let skipped = OpCase.Gradient.skipped("an update")
    var result: [OpCase] = []
    for shape in [[0], [], [7], [13, 5]] {
      let operands: [OpCase.Operand] = [.variable(.random(shape)), .fed(.random(shape, seed: 2))]
      result += [
        OpCase(Assign(), operands, gradient: skipped),
        OpCase(AssignAdd(), operands, tolerance: .ulps(1), gradient: skipped),
        OpCase(AssignSub(), operands, tolerance: .ulps(1), gradient: skipped),
      ]
    }
    return result
  }()

  static let random: [OpCase] = {
    let skipped = OpCase.Gradient.skipped("random")
    var result: [OpCase] = []
    for shape in [[0], [], [7], [13, 5], [2_001]] {
      let dims = OpCase.Operand.constant(AnyTensor(indices: shape))
      for dtype in [DType.float32, .float64, .float16, .bfloat16] {
        // Doubles come from the C library's logarithm and sine on either side.
        let tolerance = dtype == .float64 ? Tolerance.ulps(4) : .exact
        result += [
          OpCase(
            RandomUniform(dtype: dtype, seed: 3, seed2: 5), [dims],
            name: "\(dtype)\(shape)", gradient: skipped),
          OpCase(
            RandomStandardNormal(dtype: dtype, seed: 3, seed2: 5), [dims],
            name: "\(dtype)\(shape)", tolerance: tolerance, gradient: skipped),
          OpCase(
            TruncatedNormal(dtype: dtype, seed: 3, seed2: 5), [dims],
            name: "\(dtype)\(shape)", tolerance: tolerance, gradient: skipped),
        ]
      }
      let seed = OpCase.Operand.fed(AnyTensor(indices: [3, 5]))
      result += [
        OpCase(StatelessRandomUniform(dtype: .float32), [dims, seed], gradient: skipped),
        OpCase(StatelessRandomNormal(dtype: .float32), [dims, seed], gradient: skipped),
        OpCase(StatelessTruncatedNormal(dtype: .float32), [dims, seed], gradient: skipped),
      ]
      for dtype in [DType.int32, .int64] {
        result.append(
          OpCase(
            RandomUniformInt(seed: 3, seed2: 5),
            [
              dims, .fed(.values([-5], shape: [], as: dtype)),
              .fed(.values([90], shape: [], as: dtype)),
            ], gradient: skipped))
      }
    }
    for shape in [[0], [1], [7], [13, 5], [2_001, 3]] {
      result.append(
        OpCase(RandomShuffle(seed: 3, seed2: 5), [.fed(.ramp(shape))], gradient: skipped))
    }
    let classes = OpCase.Operand.fed(.indices([4, 2], below: 50, as: .int64))
    result += [
      OpCase(
        Multinomial(dtype: .int64, seed: 3, seed2: 5),
        [.fed(.random([4, 6])), .constant(axisOf(9))], gradient: skipped),
      OpCase(
        RandomGamma(seed: 3, seed2: 5),
        [.constant(AnyTensor(indices: [20])), .fed(.values([0.5, 1, 3]))], gradient: skipped),
      OpCase(
        UniformCandidateSampler(
          trueClasses: 2, samples: 9, unique: true, range: 50, seed: 3, seed2: 5), [classes],
        gradient: skipped),
      OpCase(
        LogUniformCandidateSampler(
          trueClasses: 2, samples: 9, unique: false, range: 50, seed: 3, seed2: 5), [classes],
        gradient: skipped),
    ]
    return result
  }()
}
