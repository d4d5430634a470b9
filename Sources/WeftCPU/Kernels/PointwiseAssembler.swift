import CWeftKernels

/// Turns a formula into instructions over registers: inputs first, then constants, then results.
struct PointwiseAssembler {
  let inputs: [DType]
  private(set) var constants: [weft_constant] = []
  private var constantIndices: [ConstantKey: Int] = [:]
  private var code: [Line] = []
  private var known: [Line: Int] = [:]

  private struct ConstantKey: Hashable {
    let dtype: DType
    let bits: UInt64
  }

  /// Where an operand comes from, before the numbers of registers are fixed.
  private enum Register: Hashable {
    case input(Int), constant(Int), result(Int), none
  }

  private struct Line: Hashable {
    let function: UInt16
    let dtype: DType
    let a: Register, b: Register, c: Register
  }

  init(inputs: [DType]) { self.inputs = inputs }

  /// The instructions with their final registers.
  var linked: [weft_instruction] {
    code.enumerated().map { index, line in
      weft_instruction(
        function: line.function, dtype: UInt16(line.dtype.rawValue),
        destination: number(.result(index)), a: number(line.a), b: number(line.b),
        c: number(line.c))
    }
  }

  private func number(_ register: Register) -> UInt16 {
    switch register {
    case .input(let index): UInt16(index)
    case .constant(let index): UInt16(inputs.count + index)
    case .result(let index): UInt16(inputs.count + constants.count + index)
    case .none: 0
    }
  }

  /// The register of the formula's value.
  mutating func emit(_ expression: ScalarExpression, as dtype: DType) throws(OpFailure) -> UInt16 {
    let register = try register(expression, as: dtype)
    return number(register)
  }

  private mutating func register(_ expression: ScalarExpression, as wanted: DType)
    throws(OpFailure) -> Register
  {
    switch expression {
    case .input(let index): return .input(index)
    case .constant(let value): return constant(value, wanted)
    case .unary(let function, let a):
      let type = try a.dtype(inputs) ?? wanted
      // Rounding changes no integer.
      if type.isInteger, [.floor, .ceil, .rint, .trunc].contains(function) {
        return try register(a, as: type)
      }
      return line(function.code, type, try register(a, as: type))
    case .binary(let function, let a, let b):
      let type = try common(a, b) ?? wanted
      return line(function.code, type, try register(a, as: type), try register(b, as: type))
    case .compare(let comparison, let a, let b):
      let type = try common(a, b) ?? .float32
      return line(comparison.code, type, try register(a, as: type), try register(b, as: type))
    case .test(let test, let a):
      let type = try a.dtype(inputs) ?? .float32
      return line(test.code, type, try register(a, as: type))
    case .not(let a):
      return line(WEFT_LOGICAL_NOT, .bool, try register(a, as: .bool))
    case .select(let condition, let a, let b):
      let type = try common(a, b) ?? wanted
      return line(
        WEFT_SELECT, type, try register(condition, as: .bool), try register(a, as: type),
        try register(b, as: type))
    case .cast(let type, let a):
      let source = try a.dtype(inputs) ?? type
      let operand = try register(a, as: source)
      return line(weft_function(WEFT_CAST.rawValue + UInt32(type.rawValue)), source, operand)
    }
  }

  private func common(_ a: ScalarExpression, _ b: ScalarExpression) throws(OpFailure) -> DType? {
    if let type = try a.dtype(inputs) { return type }
    return try b.dtype(inputs)
  }

  private mutating func line(
    _ function: weft_function, _ dtype: DType, _ a: Register, _ b: Register = .none,
    _ c: Register = .none
  ) -> Register {
    let line = Line(function: UInt16(function.rawValue), dtype: dtype, a: a, b: b, c: c)
    if let index = known[line] { return .result(index) }
    known[line] = code.count
    code.append(line)
    return .result(code.count - 1)
  }

  private mutating func constant(_ value: Double, _ dtype: DType) -> Register {
    let bits: UInt64 =
      switch dtype {
      case .float32: UInt64(Float(value).bitPattern)
      case .float64: value.bitPattern
      case .int32: UInt64(UInt32(bitPattern: Int32(converting: value)))
      case .int64: UInt64(bitPattern: Int64(converting: value))
      case .uint8: UInt64(UInt8(converting: value))
      case .bool: value != 0 ? 1 : 0
      case .float16: UInt64(Float16(value).bitPattern)
      case .bfloat16: UInt64(BFloat16(Float(value)).bitPattern)
      }
    let key = ConstantKey(dtype: dtype, bits: bits)
    if let index = constantIndices[key] { return .constant(index) }
    constantIndices[key] = constants.count
    constants.append(weft_constant(dtype: UInt16(dtype.rawValue), bits: bits))
    return .constant(constants.count - 1)
  }
}

extension UnaryFunction {
  var code: weft_function {
    switch self {
    case .negate: WEFT_NEGATE
    case .abs: WEFT_ABS
    case .sign: WEFT_SIGN
    case .reciprocal: WEFT_RECIPROCAL
    case .square: WEFT_SQUARE
    case .sqrt: WEFT_SQRT
    case .rsqrt: WEFT_RSQRT
    case .exp: WEFT_EXP
    case .expm1: WEFT_EXPM1
    case .log: WEFT_LOG
    case .log1p: WEFT_LOG1P
    case .sin: WEFT_SIN
    case .cos: WEFT_COS
    case .tan: WEFT_TAN
    case .asin: WEFT_ASIN
    case .acos: WEFT_ACOS
    case .atan: WEFT_ATAN
    case .sinh: WEFT_SINH
    case .cosh: WEFT_COSH
    case .tanh: WEFT_TANH
    case .asinh: WEFT_ASINH
    case .acosh: WEFT_ACOSH
    case .atanh: WEFT_ATANH
    case .sigmoid: WEFT_SIGMOID
    case .softplus: WEFT_SOFTPLUS
    case .erf: WEFT_ERF
    case .erfc: WEFT_ERFC
    case .lgamma: WEFT_LGAMMA
    case .digamma: WEFT_DIGAMMA
    case .floor: WEFT_FLOOR
    case .ceil: WEFT_CEIL
    case .rint: WEFT_RINT
    case .trunc: WEFT_TRUNC
    }
  }
}

extension BinaryFunction {
  var code: weft_function {
    switch self {
    case .add: WEFT_ADD
    case .subtract: WEFT_SUBTRACT
    case .multiply: WEFT_MULTIPLY
    case .divide: WEFT_DIVIDE
    case .floorDivide: WEFT_FLOOR_DIVIDE
    case .floorModulo: WEFT_FLOOR_MODULO
    case .truncateModulo: WEFT_TRUNCATE_MODULO
    case .power: WEFT_POWER
    case .maximum: WEFT_MAXIMUM
    case .minimum: WEFT_MINIMUM
    case .atan2: WEFT_ATAN2
    case .logicalAnd: WEFT_LOGICAL_AND
    case .logicalOr: WEFT_LOGICAL_OR
    case .logicalXor: WEFT_LOGICAL_XOR
    }
  }
}

extension Comparison {
  var code: weft_function {
    switch self {
    case .equal: WEFT_EQUAL
    case .notEqual: WEFT_NOT_EQUAL
    case .less: WEFT_LESS
    case .lessEqual: WEFT_LESS_EQUAL
    case .greater: WEFT_GREATER
    case .greaterEqual: WEFT_GREATER_EQUAL
    }
  }
}

extension NumberTest {
  var code: weft_function {
    switch self {
    case .isNaN: WEFT_IS_NAN
    case .isInf: WEFT_IS_INF
    case .isFinite: WEFT_IS_FINITE
    }
  }
}
