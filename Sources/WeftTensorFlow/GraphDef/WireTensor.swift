import Foundation
import WeftOps

extension WireTensorValue {
  /// Tensors written as one number that is repeated may be this large, in bytes: a few bytes of a file
  /// must not ask for all memory.
  static let repetitionLimit = 1 << 28

  /// A tensor with its bytes.
  init(_ tensor: AnyTensor) {
    self.init()
    dtype = WireDataType(tensor.dtype)
    tensorShape = WireTensorShape(TensorShape(tensor.shape))
    tensorContent = tensor.withUnsafeBytes { Data($0) }
  }

  /// The tensor.
  ///
  /// Throws ``WeftGraph/OpFailure`` for an element type that graphs here do not have, a shape that is
  /// not complete, and a number of values that does not fit it.
  func tensor() throws(OpFailure) -> AnyTensor {
    guard let type = dtype.dtype else {
      throw OpFailure("a tensor of \(dtype.label) has no equivalent here", code: .invalidType)
    }
    guard let shape = try tensorShape.tensorShape().complete, let count = checkedProduct(shape),
      let size = TensorType(type, TensorShape(shape)).byteCount
    else {
      throw OpFailure("the shape of a value must be complete, not \(tensorShape)")
    }
    if !tensorContent.isEmpty {
      guard tensorContent.count == size else {
        throw OpFailure(
          "a value of \(TensorType(type, TensorShape(shape))) has \(size) bytes, not "
            + "\(tensorContent.count)")
      }
      var result = try Self.memory(type, shape)
      result.withUnsafeMutableBytes { target in _ = tensorContent.copyBytes(to: target) }
      return result
    }
    switch type {
    case .float32: return try spread(floatVal, type, shape, count) { $0 }
    case .float64: return try spread(doubleVal, type, shape, count) { $0 }
    case .int32: return try spread(intVal, type, shape, count) { $0 }
    case .uint8: return try spread(intVal, type, shape, count) { UInt8(truncatingIfNeeded: $0) }
    case .int64: return try spread(int64Val, type, shape, count) { $0 }
    case .bool: return try spread(boolVal, type, shape, count) { UInt8($0 ? 1 : 0) }
    case .float16, .bfloat16:
      return try spread(halfVal, type, shape, count) { UInt16(truncatingIfNeeded: $0) }
    }
  }

  /// The listed values, the last of them repeated as often as it takes; zeros where none is listed.
  private func spread<Listed, Stored: BitwiseCopyable>(
    _ values: [Listed], _ type: DType, _ shape: [Int], _ count: Int, _ convert: (Listed) -> Stored
  ) throws(OpFailure) -> AnyTensor {
    guard values.count <= count else {
      throw OpFailure(
        "a value of \(TensorType(type, TensorShape(shape))) has \(count) elements, not "
          + "\(values.count)")
    }
    guard values.count == count || count <= Self.repetitionLimit / type.byteCount else {
      throw OpFailure(
        "a value of \(TensorType(type, TensorShape(shape))) lists \(values.count) of \(count) "
          + "elements", code: .outOfMemory)
    }
    var result = try Self.memory(type, shape)
    result.withUnsafeMutableBytes { bytes in
      let target = bytes.bindMemory(to: Stored.self)
      for (index, value) in values.enumerated() { target[index] = convert(value) }
      guard values.count < count else { return }
      if let last = values.last {
        target[values.count...].update(repeating: convert(last))
      } else {
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
      }
    }
    return result
  }

  private static func memory(_ type: DType, _ shape: [Int]) throws(OpFailure) -> AnyTensor {
    do { return try AnyTensor(uninitialized: type, shape: shape) } catch {
      throw OpFailure(error.message, code: .outOfMemory)
    }
  }
}
