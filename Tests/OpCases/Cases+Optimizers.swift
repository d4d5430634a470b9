import Weft
import WeftTesting

extension CaseTable {
  /// Operands in order: v is the variable, s a slot of positive numbers, z a slot of any, g the
  /// gradient; numbers are hyper-parameters.
  private enum Part {
    case v, s, z, g
    case number(Double)
  }

  private static func updated(
    _ definition: some OpDefinition, _ parts: [Part], _ shape: [Int], _ dtype: DType
  ) -> OpCase {
    let operands = parts.enumerated().map { index, part -> OpCase.Operand in
      let seed = UInt64(index + 1)
      return switch part {
      case .v, .z: .variable(.random(shape, seed: seed, as: dtype))
      case .s: .variable(.random(shape, in: 0.5...2, seed: seed, as: dtype))
      case .g: .fed(.random(shape, seed: seed, as: dtype))
      case .number(let value): .fed(.values([value], shape: [], as: dtype))
      }
    }
    let tolerance =
      dtype == .float32
      ? Tolerance(relative: 1e-5, absolute: 1e-6) : Tolerance(relative: 1e-12, absolute: 1e-13)
    return OpCase(
      definition, operands, name: "\(dtype)\(shape)", tolerance: tolerance,
      gradient: .skipped("an update"))
  }

  static let optimizers: [OpCase] = {
    let rate = Part.number(0.1)
    var result: [OpCase] = []
    for shape in [[0], [], [7], [13, 5], [70_001]] {
      for dtype in [DType.float32, .float64] {
        func add(_ definition: some OpDefinition, _ parts: [Part]) {
          result.append(updated(definition, parts, shape, dtype))
        }
        add(ApplyGradientDescent(), [.v, rate, .g])
        add(ApplyProximalGradientDescent(), [.v, rate, .number(0.05), .number(0.2), .g])
        add(ApplyAdadelta(), [.v, .s, .s, rate, .number(0.9), .number(1e-6), .g])
        for flag in [false, true] {
          add(ApplyAdagrad(updateSlots: flag), [.v, .s, rate, .g])
          add(ApplyMomentum(useNesterov: flag), [.v, .z, rate, .g, .number(0.9)])
          add(
            ApplyAdam(useNesterov: flag),
            [
              .v, .z, .s, .number(0.81), .number(0.998), rate, .number(0.9), .number(0.999),
              .number(1e-8), .g,
            ])
        }
        // The penalty's part of the gradient; a clipping factor.
        add(
          FusedUpdate(
            update: ApplyAdam(), expression: .input(9) + .input(10) * .input(0), inputCount: 11),
          [
            .v, .z, .s, .number(0.5), .number(0.7), rate, .number(0.9), .number(0.99),
            .number(1e-3), .g, .number(0.05),
          ])
        add(
          FusedUpdate(
            update: ApplyAdagrad(updateSlots: true), expression: .input(3) * .input(4) - .input(5),
            inputCount: 6), [.v, .s, rate, .g, .number(0.5), .g])
        add(
          ApplyAdaMax(),
          [.v, .z, .s, .number(0.81), rate, .number(0.9), .number(0.999), .number(1e-8), .g])
        add(ApplyAdagradV2(), [.v, .s, rate, .number(1e-3), .g])
        add(ApplyProximalAdagrad(), [.v, .s, rate, .number(0.05), .number(0.2), .g])
        add(ApplyAddSign(), [.v, .z, rate, .number(1), .number(0.5), .number(0.9), .g])
        add(ApplyRMSProp(), [.v, .s, .z, rate, .number(0.9), .number(0.5), .number(1e-3), .g])
        add(
          ApplyFtrl(), [.v, .s, .z, .g, rate, .number(0.05), .number(0.2), .number(-0.5)])
        add(
          ApplyFtrlV2(),
          [.v, .s, .z, .g, rate, .number(0.05), .number(0.2), .number(0.1), .number(-0.5)])
        // The mean square stays above the square of the mean, as it does in training.
        result.append(centered(shape, dtype))
      }
    }
    return result
  }()

  /// Rows of variables, one of them twice.
  static let sparseOptimizers: [OpCase] = {
    let rate = Part.number(0.1)
    var result: [OpCase] = []
    func add<Dense: ParameterUpdate>(_ dense: Dense, _ parts: [Part]) {
      for dtype in [DType.float32, .float64] {
        for shape in [[6, 5], [6], [4, 0], [3, 2, 4]] {
          var opCase = updated(dense, parts, shape, dtype)
          let rows = shape[0] == 3 ? [2] : [3, 0, 3, 1]
          let slope = [rows.count] + shape.dropFirst()
          opCase.operands[dense.gradientIndex] = .fed(.random(slope, seed: 9, as: dtype))
          let type: DType = shape.count == 1 ? .int64 : .int32
          opCase.operands.insert(
            .fed(AnyTensor(indices: rows, as: type)), at: dense.gradientIndex + 1)
          result.append(
            OpCase(
              SparseApply(dense), opCase.operands, tolerance: opCase.tolerance,
              gradient: .skipped("an update")))
        }
      }
    }
    add(ApplyProximalGradientDescent(), [.v, rate, .number(0.05), .number(0.2), .g])
    add(ApplyAdadelta(), [.v, .s, .s, rate, .number(0.9), .number(1e-6), .g])
    add(ApplyAdagrad(), [.v, .s, rate, .g])
    add(ApplyProximalAdagrad(), [.v, .s, rate, .number(0.05), .number(0.2), .g])
    add(ApplyAdagradV2(), [.v, .s, rate, .number(1e-3), .g])
    add(ApplyMomentum(useNesterov: true), [.v, .z, rate, .g, .number(0.9)])
    add(ApplyRMSProp(), [.v, .s, .z, rate, .number(0.9), .number(0.5), .number(1e-3), .g])
    add(ApplyFtrl(), [.v, .s, .z, .g, rate, .number(0.05), .number(0.2), .number(-0.5)])
    add(
      ApplyFtrlV2(),
      [.v, .s, .z, .g, rate, .number(0.05), .number(0.2), .number(0.1), .number(-0.6)])
    // Very many rows of few, so that each takes part in many updates.
    for dtype in [DType.float32, .float64] {
      result.append(
        OpCase(
          SparseApply(ApplyAdagrad(updateSlots: false)),
          [
            .variable(.random([7, 3], as: dtype)),
            .variable(.random([7, 3], in: 0.5...1, as: dtype)),
            .fed(.values([0.1], shape: [], as: dtype)),
            .fed(.random([5000, 3], seed: 9, as: dtype)),
            .fed(.indices([5000], below: 7, as: .int64)),
          ], name: "\(dtype), rows that meet often", tolerance: Tolerance(relative: 1e-5),
          gradient: .skipped("an update")))
    }
    result.append(
      OpCase(
        SparseApply(ApplyAdagrad()),
        [
          .variable(.random([3, 2])), .variable(.random([3, 2], in: 0.5...1)),
          .fed(.values([0.1], shape: [])), .fed(.random([1, 2])), .fed(AnyTensor(indices: [3])),
        ], name: "a row outside", gradient: .skipped("an update"), failure: .invalidArgument))
    return result
  }()

  private static func centered(_ shape: [Int], _ dtype: DType) -> OpCase {
    var opCase = updated(
      ApplyCenteredRMSProp(),
      [.v, .z, .s, .z, .number(0.1), .number(0.9), .number(0.5), .number(1e-3), .g], shape, dtype)
    opCase.operands[1] = .variable(.random(shape, in: -0.5...0.5, seed: 2, as: dtype))
    opCase.operands[2] = .variable(.random(shape, in: 1...2, seed: 3, as: dtype))
    return opCase
  }
}
