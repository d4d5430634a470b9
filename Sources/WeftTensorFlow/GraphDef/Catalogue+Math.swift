import WeftOps

extension OperationCatalogue {
  private static let elementwise: [any OpDefinition] = [
    Abs(), Sign(), Neg(), Square(), Sqrt(), SqrtGrad(), Rsqrt(), RsqrtGrad(), Reciprocal(),
    ReciprocalGrad(), Inv(), InvGrad(), Exp(), Expm1(), Log(), Log1p(), Sin(), Cos(), Tan(), Asin(),
    Acos(), Atan(), Atan2(), Sinh(), Cosh(), Tanh(), TanhGrad(), Asinh(), Acosh(), Atanh(), Erf(),
    Erfc(), Lgamma(), Digamma(), Polygamma(), Sigmoid(), SigmoidGrad(), Floor(), Ceil(), Round(),
    Rint(), IsNan(), IsInf(), IsFinite(), Add(), AddV2(), Sub(), Mul(), RealDiv(), Div(),
    FloorDiv(),
    TruncateDiv(), DivNoNan(), FloorMod(), Mod(), TruncateMod(), Pow(), Maximum(), Minimum(),
    SquaredDifference(), Equal(), NotEqual(), Less(), LessEqual(), Greater(), GreaterEqual(),
  ]

  private static let logic: [any OpDefinition] = [LogicalAnd(), LogicalOr(), LogicalNot()]

  static let pointwise: [Row] =
    elementwise.map { .plain($0) } + logic.map { .plain($0, types: [:]) }
    + [
      Row(AddN.typeName) { AddN(count: try $0.count("N")) },
      Row(CheckNumerics.typeName) { CheckNumerics(message: try $0.string("message")) },
      Row(Cast.typeName, types: ["SrcT": .input(0)]) { Cast(to: try $0.type("DstT")) },
    ]

  static let reductions: [Row] = [
    Row(Sum.typeName, types: reduced) { Sum(keepDims: try $0.bool("keep_dims", default: false)) },
    Row(Mean.typeName, types: reduced) { Mean(keepDims: try $0.bool("keep_dims", default: false)) },
    Row(Prod.typeName, types: reduced) { Prod(keepDims: try $0.bool("keep_dims", default: false)) },
    Row(Max.typeName, types: reduced) { Max(keepDims: try $0.bool("keep_dims", default: false)) },
    Row(Min.typeName, types: reduced) { Min(keepDims: try $0.bool("keep_dims", default: false)) },
    Row(AnyTrue.typeName, types: ["Tidx": .input(1)]) {
      AnyTrue(keepDims: try $0.bool("keep_dims", default: false))
    },
    Row(AllTrue.typeName, types: ["Tidx": .input(1)]) {
      AllTrue(keepDims: try $0.bool("keep_dims", default: false))
    },
    Row(ArgMax.typeName, types: reduced) {
      ArgMax(outputType: try $0.type("output_type", default: .int64))
    },
    Row(ArgMin.typeName, types: reduced) {
      ArgMin(outputType: try $0.type("output_type", default: .int64))
    },
    Row(Cumsum.typeName, types: reduced) {
      Cumsum(
        exclusive: try $0.bool("exclusive", default: false),
        reverse: try $0.bool("reverse", default: false))
    },
    Row(Cumprod.typeName, types: reduced) {
      Cumprod(
        exclusive: try $0.bool("exclusive", default: false),
        reverse: try $0.bool("reverse", default: false))
    },
    .plain(BroadcastGradientArgs()),
  ]

  /// A tensor and axes.
  private static let reduced: [String: OperandTypes] = ["T": .input(0), "Tidx": .input(1)]
}
