import WeftOps

extension WireDataType {
  /// The element type with TensorFlow's number.
  init(_ dtype: DType) { self = WireDataType(rawValue: Int(dtype.rawValue)) ?? .dtInvalid }

  /// The same type as graphs have it, references without their mark; nil where they have none.
  var dtype: DType? {
    let number = rawValue > 100 ? rawValue - 100 : rawValue
    return UInt8(exactly: number).flatMap(DType.init(rawValue:))
  }

  /// The name without its prefix, such as `string`.
  var label: String { StoredType(rawValue: rawValue > 100 ? rawValue - 100 : rawValue).description }
}

extension WireTensorShape {
  /// The shape of a type.
  init(_ shape: TensorShape) {
    self.init()
    guard let dimensions = shape.dimensions else {
      unknownRank = true
      return
    }
    dim = dimensions.map { size in
      var result = WireTensorShape.Dim()
      result.size = Int64(size ?? -1)
      return result
    }
  }

  /// The shape as graphs have it.
  ///
  /// Throws ``WeftGraph/OpFailure`` for more than 254 dimensions, TensorFlow's limit, and for sizes
  /// below -1.
  func tensorShape() throws(OpFailure) -> TensorShape {
    if unknownRank { return .unknown }
    guard dim.count <= 254 else {
      throw OpFailure("a shape has \(dim.count) dimensions; 254 are allowed", code: .invalidShape)
    }
    if let bad = dim.first(where: { $0.size < -1 }) {
      throw OpFailure("a dimension cannot be \(bad.size)", code: .invalidShape)
    }
    return TensorShape(dim.map { $0.size < 0 ? nil : Int($0.size) })
  }
}
