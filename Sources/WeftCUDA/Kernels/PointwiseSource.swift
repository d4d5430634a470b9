import WeftDevice

/// A formula as a function in CUDA C: one line for each function of it, none computed twice.
struct PointwiseSource {
  private let inputs: [DType]
  private var lines: [String] = []
  private var known: [ScalarExpression: [DType: String]] = [:]
  /// Whether the formula may fail, as a division by 0 does.
  private(set) var mayFail = false
  private(set) var usesDigamma = false

  init(inputs: [DType]) { self.inputs = inputs }

  /// The text of `f(x0, x1, ..., status)`, which gives the value in the type.
  mutating func function(_ expression: ScalarExpression, as dtype: DType) throws(OpFailure)
    -> String
  {
    let result = try value(expression, as: dtype)
    var parameters = inputs.enumerated().map { "const \($1.cudaType) x\($0)" }
    parameters.append("unsigned long long *status")
    let body = lines.map { "  \($0)\n" }.joined()
    return """
      DEVICE \(dtype.cudaType) f(\(parameters.joined(separator: ", "))) {
      \(body)  return \(result);
      }
      """
  }

  private mutating func line(_ dtype: DType, _ text: String) -> String {
    let name = "t\(lines.count)"
    lines.append("const \(dtype.cudaType) \(name) = \(text);")
    return name
  }

  /// The name of a formula's value. Constants take the wanted type.
  private mutating func value(_ expression: ScalarExpression, as wanted: DType)
    throws(OpFailure) -> String
  {
    if case .input(let index) = expression { return "x\(index)" }
    if case .constant(let number) = expression { return literal(number, wanted) }
    let type = try expression.dtype(inputs) ?? wanted
    if let name = known[expression]?[type] { return name }
    let text = try self.text(expression, type)
    let name = line(type, text)
    known[expression, default: [:]][type] = name
    return name
  }

  private mutating func text(_ expression: ScalarExpression, _ type: DType) throws(OpFailure)
    -> String
  {
    switch expression {
    case .input, .constant: return try value(expression, as: type)
    case .unary(let function, let a):
      let x = try value(a, as: type)
      if type.isInteger { return integerText(function, x, type) }
      if function == .digamma { usesDigamma = true }
      return realText(function, x, type)
    case .binary(let function, let a, let b):
      let (x, y) = (try value(a, as: type), try value(b, as: type))
      return type.isFloating
        ? realText(function, x, y, type) : try integerText(function, x, y, type)
    case .compare(let comparison, let a, let b):
      let operand = try common(a, b) ?? .float32
      return "\(try value(a, as: operand)) \(comparison.symbol) \(try value(b, as: operand))"
    case .test(let test, let a):
      let x = try value(a, as: try a.dtype(inputs) ?? .float32)
      return switch test {
      case .isNaN: "\(x) != \(x)"
      case .isInf: "\(x) - \(x) != 0 && \(x) == \(x)"
      case .isFinite: "\(x) - \(x) == 0"
      }
    case .not(let a): return "!\(try value(a, as: .bool))"
    case .select(let condition, let a, let b):
      let c = try value(condition, as: .bool)
      return "\(c) ? \(try value(a, as: type)) : \(try value(b, as: type))"
    case .cast(let target, let a):
      let source = try a.dtype(inputs) ?? target
      return castText(try value(a, as: source), from: source, to: target)
    }
  }

  private func common(_ a: ScalarExpression, _ b: ScalarExpression) throws(OpFailure) -> DType? {
    if let type = try a.dtype(inputs) { return type }
    return try b.dtype(inputs)
  }

  private func literal(_ value: Double, _ dtype: DType) -> String {
    func hexadecimal(_ bits: some BinaryInteger) -> String { "0x" + String(bits, radix: 16) }
    return switch dtype {
    case .float32: "__uint_as_float(\(hexadecimal(Float(value).bitPattern))u)"
    case .float64: "__longlong_as_double((long long)\(hexadecimal(value.bitPattern))ULL)"
    case .int32: "(int)\(hexadecimal(UInt32(bitPattern: Int32(converting: value))))u"
    case .int64:
      "(long long)\(hexadecimal(UInt64(bitPattern: Int64(converting: value))))ULL"
    case .uint8: "(unsigned char)\(UInt8(converting: value))"
    case .bool: value != 0 ? "true" : "false"
    case .float16: "half_bits{\(Float16(value).bitPattern)}"
    case .bfloat16: "bfloat16_bits{\(BFloat16(Float(value)).bitPattern)}"
    }
  }

  private func realText(_ function: UnaryFunction, _ x: String, _ type: DType) -> String {
    let f = type == .float32 ? "f" : ""
    let one = type == .float32 ? "1.0f" : "1.0"
    switch function {
    case .negate: return "-\(x)"
    case .abs: return "fabs\(f)(\(x))"
    case .sign:
      return "\(x) != \(x) ? \(x) : (\(type.cudaType))((\(x) > 0) - (\(x) < 0))"
    case .reciprocal: return "\(one) / \(x)"
    case .square: return "\(x) * \(x)"
    case .rsqrt: return "\(one) / sqrt\(f)(\(x))"
    case .sigmoid:
      return "\(x) >= 0 ? \(one) / (\(one) + exp\(f)(-\(x)))"
        + " : exp\(f)(\(x)) / (\(one) + exp\(f)(\(x)))"
    case .softplus:
      return "\(x) > 0 ? \(x) + log1p\(f)(exp\(f)(-\(x))) : log1p\(f)(exp\(f)(\(x)))"
    case .digamma: return "(\(type.cudaType))digamma((double)\(x))"
    case .lgamma: return "(\(type.cudaType))lgamma((double)\(x))"
    default: return "\(function.rawValue)\(f)(\(x))"
    }
  }

  private func realText(_ function: BinaryFunction, _ x: String, _ y: String, _ type: DType)
    -> String
  {
    let f = type == .float32 ? "f" : ""
    let nan = type == .float32 ? "WEFT_NAN" : "(double)WEFT_NAN"
    switch function {
    case .add: return "\(x) + \(y)"
    case .subtract: return "\(x) - \(y)"
    case .multiply: return "\(x) * \(y)"
    case .divide: return "\(x) / \(y)"
    case .floorDivide: return "floor\(f)(\(x) / \(y))"
    case .floorModulo: return "floor_modulo(\(x), \(y))"
    case .truncateModulo: return "fmod\(f)(\(x), \(y))"
    case .power: return "pow\(f)(\(x), \(y))"
    case .maximum: return "\(x) != \(x) || \(y) != \(y) ? \(nan) : \(x) > \(y) ? \(x) : \(y)"
    case .minimum: return "\(x) != \(x) || \(y) != \(y) ? \(nan) : \(x) < \(y) ? \(x) : \(y)"
    case .atan2: return "atan2\(f)(\(x), \(y))"
    case .logicalAnd, .logicalOr, .logicalXor: return nan
    }
  }

  private func integerText(_ function: UnaryFunction, _ x: String, _ type: DType) -> String {
    let (name, wide) = (type.cudaType, type.cudaUnsigned)
    return switch function {
    case .negate: "(\(name))((\(wide))0 - (\(wide))\(x))"
    case .abs: "\(x) < 0 ? (\(name))((\(wide))0 - (\(wide))\(x)) : \(x)"
    case .sign: "(\(name))((\(x) > 0) - (\(x) < 0))"
    case .square: "(\(name))((\(wide))\(x) * (\(wide))\(x))"
    default: x
    }
  }

  private mutating func integerText(
    _ function: BinaryFunction, _ x: String, _ y: String, _ type: DType
  ) throws(OpFailure) -> String {
    let (name, wide) = (type.cudaType, type.cudaUnsigned)
    func call(_ helper: String) -> String {
      mayFail = true
      return "(\(name))\(helper)(\(x), \(y), status)"
    }
    switch function {
    case .add: return "(\(name))((\(wide))\(x) + (\(wide))\(y))"
    case .subtract: return "(\(name))((\(wide))\(x) - (\(wide))\(y))"
    case .multiply: return "(\(name))((\(wide))\(x) * (\(wide))\(y))"
    case .divide: return call("integer_divide")
    case .floorDivide: return call("integer_floor_divide")
    case .floorModulo: return call("integer_floor_modulo")
    case .truncateModulo: return call("integer_modulo")
    case .power: return call("integer_power")
    case .maximum: return "\(x) > \(y) ? \(x) : \(y)"
    case .minimum: return "\(x) < \(y) ? \(x) : \(y)"
    case .logicalAnd: return "\(x) && \(y)"
    case .logicalOr: return "\(x) || \(y)"
    case .logicalXor: return "\(x) != \(y)"
    case .atan2: throw OpFailure("atan2 is not defined for \(type)", code: .invalidType)
    }
  }

  private func castText(_ x: String, from source: DType, to target: DType) -> String {
    if source == target { return x }
    var (x, source) = (x, source)
    if source == .float16 || source == .bfloat16 { (x, source) = ("to_float(\(x))", .float32) }
    switch target {
    case .float16: return source.isFloating ? "to_half(\(x))" : "to_half((double)\(x))"
    case .bfloat16: return "to_bfloat16((float)\(x))"
    case .float32: return source.isFloating ? "(float)\(x)" : "(float)(double)\(x)"
    case .float64: return "(double)\(x)"
    case .bool: return "\(x) != 0"
    case .int32, .int64, .uint8:
      return source.isFloating ? "to_\(target)((double)\(x))" : "(\(target.cudaType))\(x)"
    }
  }
}

extension Comparison {
  fileprivate var symbol: String {
    switch self {
    case .equal: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessEqual: "<="
    case .greater: ">"
    case .greaterEqual: ">="
    }
  }
}

extension DType {
  /// The unsigned type in which an integer's sums wrap.
  fileprivate var cudaUnsigned: String { self == .int64 ? "unsigned long long" : "unsigned int" }
}
