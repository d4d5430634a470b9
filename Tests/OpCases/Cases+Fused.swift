import Weft
import WeftTesting

extension CaseTable {
  /// Operations that the compiler makes of others.
  static let fused: [OpCase] = {
    let formula: ScalarExpression =
      .select(.input(1) .> 0, .input(0) * .input(1), .unary(.tanh, .input(2)))
    let update: ScalarExpression = .input(0) - .input(1) * .input(2)
    let skipped = OpCase.Gradient.skipped("made after gradients are")
    var result: [OpCase] = []
    for dtype in [DType.float32, .float64] {
      let tolerance =
        dtype == .float32
        ? Tolerance(ulps: 4, absolute: 1e-4) : Tolerance(ulps: 4, absolute: 1e-12)
      let rate = OpCase.Operand.fed(.values([0.1], shape: [], as: dtype))
      for shape in sizes {
        let operands = (1...3).map { OpCase.Operand.fed(.random(shape, seed: $0, as: dtype)) }
        result += [
          OpCase(
            FusedPointwise(expression: formula, inputCount: 3, overwritable: [0]), operands,
            tolerance: tolerance, gradient: skipped),
          OpCase(
            PointwiseUpdate(expression: update, inputCount: 3),
            [.variable(.random(shape, as: dtype)), rate, operands[1]], tolerance: tolerance,
            gradient: skipped),
        ]
      }
      let special = OpCase.Operand.fed(.special([37], as: dtype))
      result.append(
        OpCase(
          FusedPointwise(expression: formula, inputCount: 3, overwritable: [0]),
          [special, .fed(.random([37], as: dtype)), special], name: "\(dtype) special values",
          tolerance: tolerance, gradient: skipped))
      for (m, k, n) in [(3, 5, 7), (1, 1, 1), (3, 0, 2), (0, 2, 3), (130, 70, 130), (64, 90, 10)] {
        for (transposeA, transposeB) in [(false, false), (true, false), (false, true)] {
          let product = MatMul(transposeA: transposeA, transposeB: transposeB)
          let operands: [OpCase.Operand] = [
            .variable(.random([m, n], as: dtype)), rate,
            .fed(.random(transposeA ? [k, m] : [m, k], seed: 2, as: dtype)),
            .fed(.random(transposeB ? [n, k] : [k, n], seed: 3, as: dtype)),
          ]
          result += [
            OpCase(
              MatMulDescent(product: product, decay: 0.05), operands, tolerance: tolerance,
              gradient: skipped),
            OpCase(
              MatMulAccumulate(product: product), operands, tolerance: tolerance,
              gradient: skipped),
          ]
          for (index, epilogue) in epilogues.enumerated() {
            let bias = OpCase.Operand.fed(
              .random(index % 2 == 0 ? [n] : [1, n], seed: 4, as: dtype))
            let mask = OpCase.Operand.fed(.random([m, n], seed: 5, as: dtype))
            result.append(
              OpCase(
                MatMulEpilogue(product: product, epilogue: epilogue),
                Array(operands[2...]) + (epilogue.addsBias ? [bias] : [])
                  + (epilogue.isMasked ? [mask] : []), tolerance: tolerance, gradient: skipped))
          }
        }
      }
      for epilogue in epilogues {
        let row = OpCase.Operand.fed(.special([37], as: dtype))
        let mask = OpCase.Operand.fed(.special([40, 37], as: dtype))
        for (transposeB, k) in [(false, 3), (true, 3), (false, 70)] {
          let operands = [
            OpCase.Operand.fed(.random([40, k], seed: 2, as: dtype)),
            .fed(.random(transposeB ? [37, k] : [k, 37], seed: 3, as: dtype)),
          ]
          result.append(
            OpCase(
              MatMulEpilogue(product: MatMul(transposeB: transposeB), epilogue: epilogue),
              operands + (epilogue.addsBias ? [row] : []) + (epilogue.isMasked ? [mask] : []),
              name: "\(dtype) \(epilogue) of \(k) terms, special values", tolerance: tolerance,
              gradient: skipped))
        }
      }
    }
    return result
  }()

  /// Every combination that does something.
  private static let epilogues: [MatMulEpilogue.Epilogue] = (1..<8).map {
    MatMulEpilogue.Epilogue(
      addsBias: $0 & 1 != 0, isRectified: $0 & 2 != 0, isMasked: $0 & 4 != 0)
  }
}
