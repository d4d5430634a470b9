import Weft
import WeftTesting

extension CaseTable {
  static let unary: [OpCase] = smooth + kinked + steps

  private static let smooth: [OpCase] =
    cases(Acos(), in: -0.9...0.9, ulps: 4) + cases(Acosh(), in: 1.1...9, ulps: 4)
    + cases(Asin(), in: -0.9...0.9, ulps: 4) + cases(Asinh(), ulps: 4) + cases(Atan(), ulps: 4)
    + cases(Atanh(), in: -0.9...0.9, ulps: 4) + cases(Cos(), ulps: 4) + cases(Cosh(), ulps: 4)
    + cases(Digamma(), in: 0.2...9, ulps: 8, absolute: 1e-6) + cases(Erf(), ulps: 4)
    + cases(Erfc(), ulps: 8) + cases(Exp(), ulps: 4) + cases(Expm1(), ulps: 4)
    + cases(Inv(), in: 0.2...4) + cases(Lgamma(), in: 0.2...9, ulps: 8, absolute: 1e-6)
    + cases(Log(), in: 0.1...9, ulps: 4) + cases(Log1p(), in: -0.9...9, ulps: 4)
    + cases(Neg(), ulps: 0) + cases(Reciprocal(), in: 0.2...4)
    + cases(Rsqrt(), in: 0.1...9, ulps: 4)
    + cases(Sigmoid(), ulps: 4) + cases(Sin(), ulps: 4) + cases(Sinh(), ulps: 4)
    + cases(Softplus(), ulps: 4) + cases(Softsign(), ulps: 4) + cases(Sqrt(), in: 0.1...9)
    + cases(Square(), ulps: 1) + cases(Tan(), in: -1...1, ulps: 4) + cases(Tanh(), ulps: 4)

  // The ranges keep away from the kinks, where differences mean nothing.
  private static let kinked: [OpCase] =
    cases(Abs(), in: 0.1...2, ulps: 0) + cases(Elu(), ulps: 4) + cases(Relu(), ulps: 0)
    + cases(Relu6(), in: 0.1...5.9, ulps: 0) + cases(Selu(), in: 0.1...2, ulps: 4)
    + cases(LeakyRelu(alpha: 0.3), ulps: 2)

  private static let steps: [OpCase] =
    cases(Ceil(), ulps: 0, gradient: .none("a step"))
    + cases(Floor(), ulps: 0, gradient: .none("a step"))
    + cases(Rint(), ulps: 0, gradient: .none("a step"))
    + cases(Round(), ulps: 0, gradient: .none("a step"))
    + cases(Sign(), in: 0.1...2, ulps: 0, gradient: .skipped("0 nearly everywhere"))
    + cases(IsFinite(), ulps: 0, gradient: .skipped("a truth value"))
    + cases(IsInf(), ulps: 0, gradient: .skipped("a truth value"))
    + cases(IsNan(), ulps: 0, gradient: .skipped("a truth value"))
    + cases(LogicalNot(), gradient: .skipped("a truth value"), dtypes: [.bool])
    + cases(Neg(), in: -90...90, ulps: 0, dtypes: [.int32, .int64])
    + cases(Square(), in: -90...90, ulps: 0, dtypes: [.int32, .int64])

  static let binary: [OpCase] = arithmetic + divisions + comparisons

  private static let arithmetic: [OpCase] =
    cases(pair: Add(), ulps: 1) + cases(pair: AddV2(), ulps: 1) + cases(pair: Sub(), ulps: 1)
    + cases(pair: Mul(), ulps: 1) + cases(pair: SquaredDifference(), ulps: 1)
    + cases(pair: Atan2(), left: 0.3...2, right: 0.3...2, ulps: 4)
    + cases(pair: Pow(), left: 0.3...2, right: -2...2, ulps: 8)
    + cases(pair: Maximum(), left: 0...1, right: 1.1...2, ulps: 0)
    + cases(pair: Minimum(), left: 0...1, right: 1.1...2, ulps: 0)
    + cases(pair: Add(), left: -99...99, right: -99...99, ulps: 0, dtypes: [.int32, .int64])
    + cases(pair: Mul(), left: -99...99, right: -99...99, ulps: 0, dtypes: [.int32, .int64])
    + cases(pair: Maximum(), left: -99...99, right: -99...99, ulps: 0, dtypes: [.int32])

  private static let divisions: [OpCase] =
    cases(pair: RealDiv(), right: 0.5...2, ulps: 1)
    + cases(pair: Div(), right: 0.5...2, ulps: 1) + cases(pair: DivNoNan(), right: 0.5...2, ulps: 1)
    + cases(pair: Div(), left: -99...99, right: 1...9, ulps: 0, dtypes: [.int32])
    // No special values: where a quotient underflows, float32 and Double round to other whole
    // numbers.
    + cases(
      pair: FloorDiv(), right: 0.5...2, ulps: 1, gradient: .skipped("a step"), special: false)
    + cases(pair: FloorDiv(), left: -99...99, right: 1...9, ulps: 0, dtypes: [.int32, .int64])
    + cases(
      pair: TruncateDiv(), left: -99...99, right: 1...9, gradient: .skipped("integers"),
      dtypes: [.int32, .int64])
    + modulos(FloorMod()) + modulos(Mod()) + modulos(TruncateMod())

  private static func modulos(_ definition: some OpDefinition) -> [OpCase] {
    // A remainder jumps where a quotient does: no gradient is compared over ranges that cross one.
    cases(
      pair: definition, left: 2.1...2.9, right: 0.95...1.02, ulps: 2, special: false,
      broadcasts: false
    )
      + cases(
        pair: definition, left: -99...99, right: 1...9, ulps: 0, gradient: .skipped("integers"),
        dtypes: [.int32, .int64])
  }

  private static let comparisons: [OpCase] = {
    func both(_ definition: some OpDefinition) -> [OpCase] {
      cases(pair: definition, ulps: 0, gradient: .skipped("a truth value"))
        + cases(
          pair: definition, left: 0...3, right: 0...3, ulps: 0, gradient: .skipped("a truth value"),
          dtypes: [.int32, .int64])
    }
    let truths: [OpCase] =
      cases(pair: LogicalAnd(), gradient: .skipped("truth values"), dtypes: [.bool])
      + cases(pair: LogicalOr(), gradient: .skipped("truth values"), dtypes: [.bool])
    let ordered: [OpCase] =
      both(Less()) + both(LessEqual()) + both(Greater()) + both(GreaterEqual())
    return truths + ordered + both(Equal()) + both(NotEqual())
  }()

  static let gradientPointwise: [OpCase] =
    cases(pair: ReluGrad(), broadcasts: false)
    + cases(pair: Relu6Grad(), right: 0.1...5.9, broadcasts: false)
    + cases(pair: LeakyReluGrad(alpha: 0.3), broadcasts: false)
    + cases(pair: EluGrad(), right: 0.1...2, ulps: 4, broadcasts: false)
    + cases(pair: SeluGrad(), right: 0.1...2, ulps: 4, broadcasts: false)
    + cases(pair: SoftplusGrad(), ulps: 4, broadcasts: false)
    + cases(pair: SoftsignGrad(), right: 0.1...2, ulps: 4, broadcasts: false)
    + cases(pair: SigmoidGrad(), ulps: 4, broadcasts: false)
    + cases(pair: TanhGrad(), ulps: 4, broadcasts: false)
    + cases(pair: SqrtGrad(), left: 0.2...2, ulps: 4, broadcasts: false)
    + cases(pair: RsqrtGrad(), ulps: 4, broadcasts: false)
    + cases(pair: ReciprocalGrad(), ulps: 4, broadcasts: false)
    + cases(pair: InvGrad(), ulps: 4, broadcasts: false)

  static let otherPointwise: [OpCase] =
    casts + selections + [
      OpCase(
        AddN(count: 3), [.fed(.random([13, 5])), .fed(.ramp([13, 5])), .fed(.special([13, 5]))],
        tolerance: .ulps(2), gradient: .skipped("special values")),
      OpCase(
        AddN(count: 3),
        [.fed(.random([4, 3])), .fed(.random([4, 3], seed: 2)), .fed(.random([4, 3], seed: 3))],
        tolerance: .ulps(2)),
      OpCase(AddN(count: 1), [.fed(.random([7]))]),
    ]

  private static let casts: [OpCase] = {
    let numbers: [DType] = [.float32, .float64, .int32, .int64, .uint8, .bool, .float16, .bfloat16]
    var result: [OpCase] = []
    for source in numbers {
      for target in numbers {
        result.append(
          OpCase(
            Cast(to: target), [.fed(.random([13, 7], in: 0...99, as: source))],
            name: "\(source) to \(target)",
            gradient: source.isFloating && target.isFloating ? .skipped("rounds") : .none("steps")))
      }
    }
    let exact = OpCase(Cast(to: .float64), [.fed(.random([7], as: .float64))])
    return result.map { opCase in
      var opCase = opCase
      opCase.gradient = .skipped("types")
      return opCase
    } + [exact]
  }()

  private static let selections: [OpCase] = {
    let shapes: [([Int], [Int], [Int])] = [
      ([13, 5], [13, 5], [13, 5]), ([13, 1], [5], [13, 5]), ([], [3], [3]), ([0], [0], [0]),
    ]
    return shapes.map { condition, x, y in
      OpCase(
        SelectV2(), [.fed(.truths(condition)), .fed(.random(x)), .fed(.random(y, seed: 2))]
      )
    }.map { $0.operands[0].tensor.count == 0 ? $0.withoutGradient("no elements") : $0 } + [
      OpCase(
        SelectV2(),
        [.fed(.truths([70_001])), .fed(.random([70_001])), .fed(.special([70_001]))],
        gradient: .skipped("special values"))
    ]
  }()
}
