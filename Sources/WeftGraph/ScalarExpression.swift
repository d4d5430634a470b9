/// A formula over the elements of the operands at one position: the body of a pointwise operation.
///
/// The reference device, constant folding, the CPU's loops, generated GPU code and fusion all come
/// from this one tree. A constant takes the element type of what it is combined with.
///
/// ```swift
/// let sigmoidGradient: ScalarExpression = .input(0) * .input(1) * (1 - .input(1))
/// ```
public indirect enum ScalarExpression: Hashable, Sendable {
  /// The element of an operand.
  case input(Int)
  /// A number.
  case constant(Double)
  /// A function of one element, of the same type.
  case unary(UnaryFunction, ScalarExpression)
  /// A function of two elements of one type, giving that type.
  case binary(BinaryFunction, ScalarExpression, ScalarExpression)
  /// A comparison of two elements of one type, giving a truth value.
  case compare(Comparison, ScalarExpression, ScalarExpression)
  /// A test of a real number, giving a truth value.
  case test(NumberTest, ScalarExpression)
  /// Negation of a truth value.
  case not(ScalarExpression)
  /// The first if the condition holds, else the second.
  case select(ScalarExpression, ScalarExpression, ScalarExpression)
  /// The element in another type.
  case cast(DType, ScalarExpression)
}

/// Functions of one element that keep its type.
public enum UnaryFunction: String, Hashable, Sendable, CaseIterable {
  case negate, abs, sign, reciprocal, square, sqrt, rsqrt
  case exp, expm1, log, log1p
  case sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh
  case sigmoid, softplus, erf, erfc, lgamma, digamma
  case floor, ceil, rint, trunc

  /// Whether it is defined for integers.
  public var takesIntegers: Bool {
    [.negate, .abs, .sign, .square, .floor, .ceil, .rint, .trunc].contains(self)
  }
}

/// Functions of two elements of one type.
public enum BinaryFunction: String, Hashable, Sendable, CaseIterable {
  case add, subtract, multiply, divide, floorDivide, floorModulo, truncateModulo
  case power, maximum, minimum, atan2
  case logicalAnd, logicalOr, logicalXor

  /// Whether it is defined for truth values, and only for those.
  public var isLogical: Bool { [.logicalAnd, .logicalOr, .logicalXor].contains(self) }
}

/// Comparisons.
public enum Comparison: String, Hashable, Sendable, CaseIterable {
  case equal, notEqual, less, lessEqual, greater, greaterEqual
}

/// Tests of a real number.
public enum NumberTest: String, Hashable, Sendable, CaseIterable {
  case isNaN, isInf, isFinite
}

extension ScalarExpression: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Double) { self = .constant(value) }
  public init(integerLiteral value: Int) { self = .constant(Double(value)) }

  public static func + (a: Self, b: Self) -> Self { .binary(.add, a, b) }
  public static func - (a: Self, b: Self) -> Self { .binary(.subtract, a, b) }
  public static func * (a: Self, b: Self) -> Self { .binary(.multiply, a, b) }
  public static func / (a: Self, b: Self) -> Self { .binary(.divide, a, b) }
  public static prefix func - (a: Self) -> Self { .unary(.negate, a) }
  public static func .< (a: Self, b: Self) -> Self { .compare(.less, a, b) }
  public static func .> (a: Self, b: Self) -> Self { .compare(.greater, a, b) }
}

extension ScalarExpression {
  /// The element type of the value, given those of the operands; nil if only constants are in it.
  ///
  /// Throws ``OpFailure`` if the formula does not fit the types.
  public func dtype(_ inputs: [DType]) throws(OpFailure) -> DType? {
    switch self {
    case .input(let index):
      guard inputs.indices.contains(index) else { throw OpFailure("needs input \(index)") }
      return inputs[index]
    case .constant: return nil
    case .unary(let function, let a):
      let type = try a.dtype(inputs)
      if let type, !(type.isFloating || (type.isInteger && function.takesIntegers)) {
        throw OpFailure("\(function.rawValue) is not defined for \(type)", code: .invalidType)
      }
      return type
    case .binary(let function, let a, let b):
      let type = try Self.common(a, b, inputs)
      if let type, function.isLogical ? type != .bool : !(type.isFloating || type.isInteger) {
        throw OpFailure("\(function.rawValue) is not defined for \(type)", code: .invalidType)
      }
      return type
    case .compare(let comparison, let a, let b):
      let type = try Self.common(a, b, inputs)
      if let type, type == .bool || type == .float16 || type == .bfloat16,
        !(type == .bool && [.equal, .notEqual].contains(comparison))
      {
        throw OpFailure("\(comparison.rawValue) is not defined for \(type)", code: .invalidType)
      }
      return .bool
    case .test(let test, let a):
      if let type = try a.dtype(inputs), !type.isFloating {
        throw OpFailure("\(test.rawValue) is not defined for \(type)", code: .invalidType)
      }
      return .bool
    case .not(let a):
      if let type = try a.dtype(inputs), type != .bool {
        throw OpFailure("logical not is not defined for \(type)", code: .invalidType)
      }
      return .bool
    case .select(let condition, let a, let b):
      if let type = try condition.dtype(inputs), type != .bool {
        throw OpFailure("the condition is \(type), not bool", code: .invalidType)
      }
      return try Self.common(a, b, inputs)
    case .cast(let type, let a):
      _ = try a.dtype(inputs)
      return type
    }
  }

  private static func common(_ a: Self, _ b: Self, _ inputs: [DType]) throws(OpFailure) -> DType? {
    let x = try a.dtype(inputs)
    let y = try b.dtype(inputs)
    if let x, let y, x != y {
      throw OpFailure("element types differ: \(x) and \(y)", code: .invalidType)
    }
    return x ?? y
  }

  /// The operands that occur, as often as they do.
  public var inputs: [Int] {
    switch self {
    case .input(let index): [index]
    case .constant: []
    case .unary(_, let a), .test(_, let a), .not(let a), .cast(_, let a): a.inputs
    case .binary(_, let a, let b), .compare(_, let a, let b): a.inputs + b.inputs
    case .select(let c, let a, let b): c.inputs + a.inputs + b.inputs
    }
  }

  /// The formula with operands replaced: how a chain becomes one fused operation.
  public func substituting(_ inputs: [ScalarExpression]) -> ScalarExpression {
    func go(_ e: ScalarExpression) -> ScalarExpression {
      switch e {
      case .input(let index): inputs.indices.contains(index) ? inputs[index] : e
      case .constant: e
      case .unary(let f, let a): .unary(f, go(a))
      case .binary(let f, let a, let b): .binary(f, go(a), go(b))
      case .compare(let f, let a, let b): .compare(f, go(a), go(b))
      case .test(let f, let a): .test(f, go(a))
      case .not(let a): .not(go(a))
      case .select(let c, let a, let b): .select(go(c), go(a), go(b))
      case .cast(let type, let a): .cast(type, go(a))
      }
    }
    return go(self)
  }
}

extension ScalarExpression: CustomStringConvertible {
  /// `add(%0, multiply(%1, 2.0))`.
  public var description: String {
    switch self {
    case .input(let index): "%\(index)"
    case .constant(let value): "\(value)"
    case .unary(let f, let a): "\(f.rawValue)(\(a))"
    case .binary(let f, let a, let b): "\(f.rawValue)(\(a), \(b))"
    case .compare(let f, let a, let b): "\(f.rawValue)(\(a), \(b))"
    case .test(let f, let a): "\(f.rawValue)(\(a))"
    case .not(let a): "not(\(a))"
    case .select(let c, let a, let b): "select(\(c), \(a), \(b))"
    case .cast(let type, let a): "\(type)(\(a))"
    }
  }
}
