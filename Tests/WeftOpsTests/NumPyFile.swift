import Foundation
import WeftTensor

/// Reads a `.npy` file of version 1 or 2 in C order, little-endian.
func readNumPyFile(_ url: URL) throws -> AnyTensor {
  let bytes = [UInt8](try Data(contentsOf: url))
  guard bytes.count > 12, bytes[1...5].elementsEqual("NUMPY".utf8) else {
    throw TensorError("\(url.lastPathComponent) is not a NumPy file")
  }
  let wide = bytes[6] >= 2
  let length =
    Int(bytes[8]) | Int(bytes[9]) << 8 | (wide ? Int(bytes[10]) << 16 | Int(bytes[11]) << 24 : 0)
  let start = (wide ? 12 : 10) + length
  let header = String(decoding: bytes[(start - length)..<start], as: UTF8.self)
  guard header.contains("'fortran_order': False"),
    let code = header.firstMatch(of: /'descr': '[<|=]([a-z]\d)'/)?.1,
    let list = header.firstMatch(of: /'shape': \(([^)]*)\)/)?.1, let dtype = numPyTypes[String(code)]
  else { throw TensorError("\(url.lastPathComponent) has the header \(header)") }
  let shape = list.split(separator: ",").compactMap {
    Int($0.trimmingCharacters(in: .whitespaces))
  }
  var tensor = try AnyTensor(uninitialized: dtype, shape: shape)
  guard bytes.count - start == tensor.byteCount else {
    throw TensorError("\(url.lastPathComponent) is \(bytes.count) bytes long")
  }
  tensor.withUnsafeMutableBytes { $0.copyBytes(from: bytes[start...]) }
  return tensor
}

private let numPyTypes: [String: DType] = [
  "f4": .float32, "f8": .float64, "i4": .int32, "i8": .int64, "u1": .uint8, "b1": .bool,
  "f2": .float16,
]
