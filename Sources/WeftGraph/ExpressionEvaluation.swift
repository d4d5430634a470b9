import Glibc

/// Evaluates a ``ScalarExpression`` over whole operands on the host: the specification of every
/// device's pointwise kernels.
///
/// Real numbers are computed in `Double` and rounded to the element type after every function;
/// integers in 64 bits, wrapped to their width after every function.
struct ExpressionEvaluator {
  /// The operands' elements at each position, already broadcast.
  let inputs: [Lane]
  let count: Int

  /// The elements of one value.
  struct Lane {
    var dtype: DType
    var reals: [Double] = []
    var integers: [Int64] = []
    var isReal: Bool { dtype.isFloating || dtype == .float16 || dtype == .bfloat16 }
  }

  func evaluate(_ expression: ScalarExpression, as wanted: DType) throws(OpFailure) -> Lane {
    switch expression {
    case .input(let index): return inputs[index]
    case .constant(let value):
      return constant(value, wanted)
    case .unary(let function, let a):
      let x = try evaluate(a, as: wanted)
      return x.isReal
        ? reals(x.dtype) { scalarFunction(function, x.reals[$0]) }
        : integers(x.dtype) { integerFunction(function, x.integers[$0]) }
    case .binary(let function, let a, let b):
      let type = try operandType(a, b) ?? wanted
      let x = try evaluate(a, as: type)
      let y = try evaluate(b, as: type)
      if x.isReal {
        return reals(type) { scalarFunction(function, x.reals[$0], y.reals[$0]) }
      }
      if [.divide, .floorDivide, .floorModulo, .truncateModulo].contains(function),
        y.integers.contains(0)
      {
        throw OpFailure("integer division by zero", code: .evaluationFailed)
      }
      if function == .power, y.integers.contains(where: { $0 < 0 }) {
        throw OpFailure("an integer to a negative power", code: .evaluationFailed)
      }
      return integers(type) { integerFunction(function, x.integers[$0], y.integers[$0]) }
    case .compare(let comparison, let a, let b):
      let type = try operandType(a, b) ?? .float32
      let x = try evaluate(a, as: type)
      let y = try evaluate(b, as: type)
      return integers(.bool) {
        x.isReal
          ? holds(comparison, x.reals[$0], y.reals[$0])
          : holds(comparison, x.integers[$0], y.integers[$0])
      }
    case .test(let test, let a):
      let x = try evaluate(a, as: .float32)
      return integers(.bool) { index in
        let value = x.reals[index]
        return switch test {
        case .isNaN: value.isNaN ? 1 : 0
        case .isInf: value.isInfinite ? 1 : 0
        case .isFinite: value.isFinite ? 1 : 0
        }
      }
    case .not(let a):
      let x = try evaluate(a, as: .bool)
      return integers(.bool) { 1 - x.integers[$0] }
    case .select(let condition, let a, let b):
      let c = try evaluate(condition, as: .bool)
      let type = try operandType(a, b) ?? wanted
      let x = try evaluate(a, as: type)
      let y = try evaluate(b, as: type)
      return x.isReal
        ? reals(type) { c.integers[$0] != 0 ? x.reals[$0] : y.reals[$0] }
        : integers(type) { c.integers[$0] != 0 ? x.integers[$0] : y.integers[$0] }
    case .cast(let type, let a):
      return cast(try evaluate(a, as: type), to: type)
    }
  }

  private func operandType(_ a: ScalarExpression, _ b: ScalarExpression) throws(OpFailure) -> DType?
  {
    let types = inputs.map(\.dtype)
    if let type = try a.dtype(types) { return type }
    return try b.dtype(types)
  }

  private func constant(_ value: Double, _ dtype: DType) -> Lane {
    let lane = Lane(dtype: dtype)
    return lane.isReal
      ? reals(dtype) { _ in value } : integers(dtype) { _ in Int64(converting: value) }
  }

  private func reals(_ dtype: DType, _ body: (Int) -> Double) -> Lane {
    Lane(dtype: dtype, reals: (0..<count).map { rounded(body($0), to: dtype) })
  }

  private func integers(_ dtype: DType, _ body: (Int) -> Int64) -> Lane {
    Lane(dtype: dtype, integers: (0..<count).map { wrapped(body($0), to: dtype) })
  }

  private func cast(_ x: Lane, to dtype: DType) -> Lane {
    let target = Lane(dtype: dtype)
    switch (x.isReal, target.isReal) {
    case (true, true): return reals(dtype) { x.reals[$0] }
    case (false, true): return reals(dtype) { Double(x.integers[$0]) }
    case (false, false):
      return integers(dtype) { dtype == .bool ? (x.integers[$0] != 0 ? 1 : 0) : x.integers[$0] }
    case (true, false):
      return integers(dtype) { index in
        let value = x.reals[index]
        return switch dtype {
        case .bool: value != 0 ? 1 : 0
        case .int32: Int64(Int32(converting: value))
        case .uint8: Int64(UInt8(converting: value))
        default: Int64(converting: value)
        }
      }
    }
  }

  private func rounded(_ value: Double, to dtype: DType) -> Double {
    switch dtype {
    case .float32: Double(Float(value))
    case .float16: Double(Float16(value))
    case .bfloat16: BFloat16(Float(value)).asDouble
    default: value
    }
  }

  private func wrapped(_ value: Int64, to dtype: DType) -> Int64 {
    switch dtype {
    case .int32: Int64(Int32(truncatingIfNeeded: value))
    case .uint8: Int64(UInt8(truncatingIfNeeded: value))
    default: value
    }
  }

  private func holds<T: Comparable>(_ comparison: Comparison, _ a: T, _ b: T) -> Int64 {
    let result =
      switch comparison {
      case .equal: a == b
      case .notEqual: a != b
      case .less: a < b
      case .lessEqual: a <= b
      case .greater: a > b
      case .greaterEqual: a >= b
      }
    return result ? 1 : 0
  }
}
