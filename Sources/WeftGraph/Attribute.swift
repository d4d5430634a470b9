/// The value of an attribute of an operation, as GraphDef knows them.
public enum AttributeValue: Hashable, Sendable {
  case int(Int)
  case float(Double)
  case bool(Bool)
  case string(String)
  case type(DType)
  case shape(TensorShape)
  case ints([Int])
  case floats([Double])
  case strings([String])
  case types([DType])
  case shapes([TensorShape])
  case tensor(AnyTensor)

  public static func == (a: AttributeValue, b: AttributeValue) -> Bool {
    switch (a, b) {
    case (.int(let x), .int(let y)): x == y
    case (.float(let x), .float(let y)): x.bitPattern == y.bitPattern
    case (.bool(let x), .bool(let y)): x == y
    case (.string(let x), .string(let y)): x == y
    case (.type(let x), .type(let y)): x == y
    case (.shape(let x), .shape(let y)): x == y
    case (.ints(let x), .ints(let y)): x == y
    case (.floats(let x), .floats(let y)): x.map(\.bitPattern) == y.map(\.bitPattern)
    case (.strings(let x), .strings(let y)): x == y
    case (.types(let x), .types(let y)): x == y
    case (.shapes(let x), .shapes(let y)): x == y
    case (.tensor(let x), .tensor(let y)): x.hasSameBits(as: y)
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

/// A named attribute of an operation.
public struct Attribute: Hashable, Sendable {
  /// The name in GraphDef.
  public let name: String
  /// The value.
  public let value: AttributeValue
  /// An attribute.
  public init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }
}

extension AttributeValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .int(let value): "\(value)"
    case .float(let value): "\(value)"
    case .bool(let value): "\(value)"
    case .string(let value): "\"\(value)\""
    case .type(let value): "\(value)"
    case .shape(let value): "\(value)"
    case .ints(let value): "\(value)"
    case .floats(let value): "\(value)"
    case .strings(let value): "\(value)"
    case .types(let value): "\(value)"
    case .shapes(let value): "\(value)"
    case .tensor(let value): value.attributeDescription
    }
  }
}

extension AnyTensor {
  /// Whether the type, the shape and every byte are the same (so that NaN equals itself).
  public func hasSameBits(as other: AnyTensor) -> Bool {
    guard dtype == other.dtype, shape == other.shape else { return false }
    return withUnsafeBytes { a in other.withUnsafeBytes { a.elementsEqual($0) } }
  }

  /// A digest of the bytes for hashing.
  func hashBits(into hasher: inout Hasher) {
    hasher.combine(dtype)
    hasher.combine(shape)
    withUnsafeBytes { hasher.combine(bytes: $0) }
  }

  fileprivate var attributeDescription: String {
    let type = TensorType(dtype, TensorShape(shape))
    if count > 8 { return "\(type){...}" }
    let values = doubles.map { dtype == .bool ? ($0 != 0 ? "true" : "false") : trimmed($0) }
    return "\(type){" + values.joined(separator: ", ") + "}"
  }

  private func trimmed(_ value: Double) -> String {
    if dtype == .float32 { return "\(Float(value))" }
    if value == value.rounded(), abs(value) < 1e15, !dtype.isFloating { return "\(Int(value))" }
    return "\(value)"
  }
}
