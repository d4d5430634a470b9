import Weft
import WeftTesting

extension CaseTable {
  static let control: [OpCase] = {
    let truth = OpCase.Operand.fed(AnyTensor(Tensor(true)))
    let falsehood = OpCase.Operand.fed(AnyTensor(Tensor(false)))
    let values = OpCase.Operand.fed(.random([5]))
    return [
      OpCase(Assert(), [truth, values], gradient: .skipped("no outputs")),
      OpCase(
        Assert(message: "says why"), [falsehood, values], name: "false",
        gradient: .skipped("fails"), failure: .assertionFailed),
      OpCase(Print(message: "a printed line: ", summarize: 3), [values, truth]),
      OpCase(
        IdentityN(), [values, .fed(.random([2, 3])), .fed(.truths([4]))]),
      OpCase(
        PreventGradient(message: "none"), [values], gradient: .none("that is its purpose")),
      OpCase(ExpandDims(), [.fed(.random([2, 3])), number(1)]),
      OpCase(ExpandDims(), [.fed(.random([])), number(-1)]),
      OpCase(Squeeze(axes: [1, -1]), [.fed(.random([2, 1, 3, 1]))]),
      OpCase(Squeeze(axes: []), [.fed(.random([2, 1, 3, 1]))]),
      OpCase(
        "a gradient of one's own", [.fed(.random([2, 3]))], tolerance: .ulps(1),
        gradient: .skipped("it is deliberately another")
      ) { operands in
        [
          withCustomGradient([operands.node(0, as: Float.self)]) {
            $0[0] * $0[0]
          } gradient: { _, _, slope in
            [slope]
          }
        ]
      },
    ]
  }()

  static let scattered: [OpCase] = {
    let skipped = OpCase.Gradient.skipped("an update")
    var result: [OpCase] = []
    func add(_ definition: some OpDefinition) {
      for dtype in [DType.float32, .float64, .int32, .int64] {
        for (rows, width, count) in [(5, 3, 9), (5, 1, 4), (3, 2, 0), (301, 40, 500)] {
          let range: ClosedRange<Double> = dtype.isFloating ? 0.9...1.1 : 1...3
          result.append(
            OpCase(
              definition,
              [
                .variable(.random([rows, width], in: 1...99, as: dtype)),
                .fed(.indices([count], below: rows, as: count == 4 ? .int64 : .int32)),
                .fed(.random([count, width], in: range, seed: 3, as: dtype)),
              ],
              tolerance: dtype.isFloating
                ? Tolerance(ulps: 16, relative: dtype == .float32 ? 1e-5 : 1e-13) : .exact,
              gradient: skipped))
        }
      }
      let special = OpCase(
        definition,
        [
          .variable(.special([18, 18])), .fed(AnyTensor(indices: Array(0..<18))),
          .fed(.special([18, 18])),
        ], name: "special values", tolerance: .ulps(2), gradient: skipped)
      result += [
        special,
        OpCase(
          definition,
          [.variable(.random([5, 3])), .fed(AnyTensor(indices: [1, 5])), .fed(.random([2, 3]))],
          name: "an index outside", gradient: skipped, failure: .invalidArgument),
        OpCase(
          definition,
          [.variable(.random([5, 3])), .fed(axisOf(2)), .fed(.values([2], shape: []))],
          name: "one number for a row", tolerance: .ulps(2), gradient: skipped),
      ]
    }
    add(ScatterUpdate())
    add(ScatterAdd())
    add(ScatterSub())
    add(ScatterMul())
    add(ScatterDiv())
    add(ScatterMin())
    add(ScatterMax())
    result += [
      OpCase(
        ScatterDiv(),
        [
          .variable(.random([3, 2], in: 1...9, as: .int32)), .fed(AnyTensor(indices: [1])),
          .fed(.values([1, 0], shape: [1, 2], as: .int32)),
        ], name: "division by zero", gradient: skipped, failure: .invalidArgument),
      OpCase(
        ScatterUpdate(),
        [
          .variable(.truths([5, 3])), .fed(AnyTensor(indices: [1, 4])),
          .fed(.truths([2, 3], seed: 2)),
        ], gradient: skipped),
    ]
    return result
  }()

  static let normalizations: [OpCase] = {
    var result: [OpCase] = []
    let tolerance = Tolerance(relative: 1e-4, absolute: 1e-5)
    for format in DataFormat.allCases {
      for isTraining in [true, false] {
        for (shape, dtype) in [
          ([2, 3, 4, 3], DType.float32), ([2, 3, 4, 3], .float64), ([5, 16, 17, 16], .float32),
        ] {
          let channels = shape[format.channelAxis(rank: 4)]
          func vector(_ seed: UInt64) -> OpCase.Operand {
            .fed(.random([channels], in: 0.5...1.5, seed: seed, as: dtype))
          }
          let empty = OpCase.Operand.fed(.values([], as: dtype))
          let x = OpCase.Operand.fed(.random(shape, as: dtype))
          let definition = FusedBatchNormV3(
            epsilon: 0.01, dataFormat: format, isTraining: isTraining)
          let operands =
            [x, vector(2), vector(3)] + (isTraining ? [empty, empty] : [vector(4), vector(5)])
          result.append(
            OpCase(
              definition, operands, name: "\(format) \(isTraining) \(dtype)\(shape)",
              tolerance: tolerance, gradient: .skipped("its other outputs are constants")))
          if shape.elements < 1000 {
            var opCase = OpCase(
              "FusedBatchNormV3 output \(format) \(isTraining) \(dtype)", operands,
              tolerance: tolerance
            ) { operands in
              let operation = operands.graph.add(definition, inputs: operands.outputs, at: nil)
              return OpCase.Built(outputs: [operation.output(0)])
            }
            let reason = "moving averages are constants of the training step"
            opCase.gradient = isTraining ? .checked : .checkedExcept([3, 4], because: reason)
            result.append(opCase)
          }
          result.append(
            OpCase(
              FusedBatchNormGradV3(epsilon: 0.01, dataFormat: format, isTraining: isTraining),
              [
                .fed(.random(shape, seed: 9, as: dtype)), x, vector(2), vector(4), vector(5),
                .fed(.values([0], shape: [], as: dtype)),
              ], name: "\(format) \(isTraining) \(dtype)\(shape)", tolerance: tolerance,
              gradient: .none("not differentiated twice")))
        }
      }
    }
    return result
  }()
}
