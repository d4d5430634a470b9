import WeftOps

private func pointwise(_ definition: any OpDefinition) -> CorpusCase.Builder {
  { $0.apply(definition) }
}

private func axesConstant(_ c: CorpusCase) -> AnyTensor {
  AnyTensor(indices: c.axes() ?? Array(c.values[0].shape.indices))
}

private func reduction(_ make: @escaping @Sendable (Bool) -> any OpDefinition)
  -> CorpusCase.Builder
{
  { c in c.apply(make(c.bool("keepdims")), constants: [axesConstant(c)]) }
}

private func scalar(_ value: Int) -> AnyTensor { AnyTensor(Tensor(Int32(value))) }

let corpusMath: [String: CorpusCase.Builder] = [
  "abs": pointwise(Abs()), "acos": pointwise(Acos()), "add": pointwise(AddV2()),
  "asin": pointwise(Asin()), "atan": pointwise(Atan()), "atan2": pointwise(Atan2()),
  "ceil": pointwise(Ceil()), "cos": pointwise(Cos()), "cosh": pointwise(Cosh()),
  "digamma": pointwise(Digamma()), "equal": pointwise(Equal()), "erf": pointwise(Erf()),
  "erfc": pointwise(Erfc()), "exp": pointwise(Exp()), "expm1": pointwise(Expm1()),
  "floor": pointwise(Floor()), "floordiv": pointwise(FloorDiv()),
  "greater": pointwise(Greater()), "greater_equal": pointwise(GreaterEqual()),
  "is_finite": pointwise(IsFinite()), "is_inf": pointwise(IsInf()),
  "is_nan": pointwise(IsNan()), "less": pointwise(Less()),
  "less_equal": pointwise(LessEqual()), "lgamma": pointwise(Lgamma()), "log": pointwise(Log()),
  "log1p": pointwise(Log1p()), "logical_and": pointwise(LogicalAnd()),
  "logical_not": pointwise(LogicalNot()), "logical_or": pointwise(LogicalOr()),
  "logical_xor": { c in [logicalXor(c.node(0), c.node(1)).output] },
  "maximum": pointwise(Maximum()), "minimum": pointwise(Minimum()),
  "mod": pointwise(FloorMod()), "multiply": pointwise(Mul()), "negative": pointwise(Neg()),
  "not_equal": pointwise(NotEqual()), "pow": pointwise(Pow()),
  "reciprocal": pointwise(Reciprocal()), "rint": pointwise(Rint()),
  "round": pointwise(Round()), "rsqrt": pointwise(Rsqrt()), "sigmoid": pointwise(Sigmoid()),
  "sign": pointwise(Sign()), "sin": pointwise(Sin()), "sinh": pointwise(Sinh()),
  "sqrt": pointwise(Sqrt()), "square": pointwise(Square()),
  "squared_difference": pointwise(SquaredDifference()), "subtract": pointwise(Sub()),
  "tan": pointwise(Tan()), "tanh": pointwise(Tanh()), "truncatemod": pointwise(TruncateMod()),
  "add_n": { c in c.apply(AddN(count: c.inputs.count)) },
  "div": { c in
    switch c.values[0].dtype {
    case .float32: [div(c.node(0, Float.self), c.node(1, Float.self)).output]
    case .float64: [div(c.node(0, Double.self), c.node(1, Double.self)).output]
    case .int64: [div(c.node(0, Int64.self), c.node(1, Int64.self)).output]
    default: [div(c.node(0, Int32.self), c.node(1, Int32.self)).output]
    }
  },
  "divide": { c in
    switch c.values[0].dtype {
    case .float32, .float64: c.apply(RealDiv())
    case .int64:
      [(cast(c.node(0, Int64.self), to: Double.self) / cast(c.node(1, Int64.self))).output]
    default: [(cast(c.node(0, Int32.self), to: Double.self) / cast(c.node(1, Int32.self))).output]
    }
  },
  "cast": { c in
    let types: [String: DType] = [
      "float32": .float32, "float64": .float64, "int32": .int32, "int64": .int64, "bool": .bool,
      "float16": .float16, "uint8": .uint8,
    ]
    return c.apply(Cast(to: types[c.string("dtype")] ?? .float32))
  },
  "argmax": { c in
    c.apply(
      ArgMax(outputType: c.string("output_type") == "int32" ? .int32 : .int64),
      constants: [scalar(c.int("axis"))])
  },
  "argmin": { c in
    c.apply(
      ArgMin(outputType: c.string("output_type") == "int32" ? .int32 : .int64),
      constants: [scalar(c.int("axis"))])
  },
  "cumsum": { c in
    c.apply(
      Cumsum(exclusive: c.bool("exclusive"), reverse: c.bool("reverse")),
      constants: [scalar(c.int("axis"))])
  },
  "cumprod": { c in
    c.apply(
      Cumprod(exclusive: c.bool("exclusive"), reverse: c.bool("reverse")),
      constants: [scalar(c.int("axis"))])
  },
  "reduce_all": reduction { AllTrue(keepDims: $0) },
  "reduce_any": reduction { AnyTrue(keepDims: $0) },
  "reduce_max": reduction { Max(keepDims: $0) }, "reduce_min": reduction { Min(keepDims: $0) },
  "reduce_mean": reduction { Mean(keepDims: $0) },
  "reduce_prod": reduction { Prod(keepDims: $0) },
  "reduce_sum": reduction { Sum(keepDims: $0) },
  "reduce_logsumexp": { c in
    let (axes, keep) = (c.axes(), c.bool("keepdims"))
    return c.has(.float64)
      ? [logSumExp(c.node(0, Double.self), axes: axes, keepDims: keep).output]
      : [logSumExp(c.node(0, Float.self), axes: axes, keepDims: keep).output]
  },
  "matmul": { c in
    c.apply(MatMul(transposeA: c.bool("transpose_a"), transposeB: c.bool("transpose_b")))
  },
]
