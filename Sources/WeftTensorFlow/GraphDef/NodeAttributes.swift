import WeftOps

/// The attributes of a node in a GraphDef, as the decoders of an ``OperationCatalogue`` read them.
///
/// Every function throws ``WeftGraph/OpFailure`` with a sentence that names the attribute: one that is
/// missing and has no default, or of another kind. Attributes that nobody asks for are ignored.
public struct NodeAttributes: Sendable {
  private let values: [String: WireAttrValue]

  init(_ values: [String: WireAttrValue]) { self.values = values }

  /// Whether the node has the attribute.
  public func has(_ name: String) -> Bool { values[name]?.value != nil }

  /// A whole number.
  public func int(_ name: String, default fallback: Int? = nil) throws(OpFailure) -> Int {
    try value(name, fallback, "a whole number") {
      if case .i(let value) = $0 { Int(value) } else { nil }
    }
  }

  /// How many operands or results there are: from 0 to 65,536.
  public func count(_ name: String, default fallback: Int? = nil) throws(OpFailure) -> Int {
    let count = try int(name, default: fallback)
    guard (0...65_536).contains(count) else {
      throw OpFailure("the attribute '\(name)' is \(count), not between 0 and 65536")
    }
    return count
  }

  /// A real number: the shortest decimal that is the stored `float32`.
  public func float(_ name: String, default fallback: Double? = nil) throws(OpFailure) -> Double {
    try value(name, fallback, "a real number") {
      if case .f(let value) = $0 { Double("\(value)") ?? Double(value) } else { nil }
    }
  }

  /// A truth value.
  public func bool(_ name: String, default fallback: Bool? = nil) throws(OpFailure) -> Bool {
    try value(name, fallback, "a truth value") { if case .b(let value) = $0 { value } else { nil } }
  }

  /// A text.
  public func string(_ name: String, default fallback: String? = nil) throws(OpFailure) -> String {
    try value(name, fallback, "a text") {
      if case .s(let value) = $0 { String(decoding: value, as: UTF8.self) } else { nil }
    }
  }

  /// An element type.
  public func type(_ name: String, default fallback: DType? = nil) throws(OpFailure) -> DType {
    let wire = try value(name, fallback.map { WireDataType($0) }, "an element type") {
      if case .type(let value) = $0 { value } else { nil }
    }
    guard let dtype = wire.dtype else {
      throw OpFailure(
        "the attribute '\(name)' is \(wire.label), which has no equivalent here", code: .invalidType
      )
    }
    return dtype
  }

  /// Whether an attribute names the type of handles.
  func holdsHandles(_ name: String) -> Bool {
    if case .type(.dtResource)? = values[name]?.value { return true }
    return false
  }

  /// A shape, perhaps partly known.
  public func shape(_ name: String, default fallback: TensorShape? = nil) throws(OpFailure)
    -> TensorShape
  {
    guard let attribute = values[name]?.value else {
      if let fallback { return fallback }
      throw OpFailure("the attribute '\(name)' is missing")
    }
    guard case .shape(let shape) = attribute else {
      throw OpFailure("the attribute '\(name)' is not a shape")
    }
    return try shape.tensorShape()
  }

  /// Whole numbers.
  public func ints(_ name: String, default fallback: [Int]? = nil) throws(OpFailure) -> [Int] {
    try value(name, fallback, "a list of whole numbers") {
      if case .list(let list) = $0 { list.i.map { Int($0) } } else { nil }
    }
  }

  /// Element types.
  public func types(_ name: String, default fallback: [DType]? = nil) throws(OpFailure) -> [DType] {
    let wire = try value(name, fallback?.map { WireDataType($0) }, "a list of element types") {
      if case .list(let list) = $0 { list.type } else { nil }
    }
    var types: [DType] = []
    for type in wire {
      guard let dtype = type.dtype else {
        throw OpFailure(
          "the attribute '\(name)' has \(type.label), which has no equivalent here",
          code: .invalidType)
      }
      types.append(dtype)
    }
    return types
  }

  /// Shapes, perhaps partly known.
  public func shapes(_ name: String, default fallback: [TensorShape]? = nil) throws(OpFailure)
    -> [TensorShape]
  {
    let wire = try value(name, fallback?.map { WireTensorShape($0) }, "a list of shapes") {
      if case .list(let list) = $0 { list.shape } else { nil }
    }
    var shapes: [TensorShape] = []
    for shape in wire { shapes.append(try shape.tensorShape()) }
    return shapes
  }

  /// A tensor.
  public func tensor(_ name: String) throws(OpFailure) -> AnyTensor {
    guard case .tensor(let tensor)? = values[name]?.value else {
      throw OpFailure("the attribute '\(name)' is not a tensor")
    }
    return try tensor.tensor()
  }

  private func value<Value>(
    _ name: String, _ fallback: Value?, _ kind: String,
    _ extract: (WireAttrValue.OneOf_Value) -> Value?
  ) throws(OpFailure) -> Value {
    guard let attribute = values[name]?.value else {
      if let fallback { return fallback }
      throw OpFailure("the attribute '\(name)' is missing")
    }
    guard let value = extract(attribute) else {
      throw OpFailure("the attribute '\(name)' is not \(kind)")
    }
    return value
  }
}
