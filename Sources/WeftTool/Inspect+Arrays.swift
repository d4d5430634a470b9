import Weft
import WeftTensorFlow

/// A table of tensors with what they come to.
func tensorInspection(
  _ title: String, _ heading: String,
  _ tensors: [(name: String, type: String, shape: [Int], bytes: Int?)]
) -> Inspection {
  let rows = tensors.map {
    [$0.name, $0.type, "\(TensorShape($0.shape))", $0.bytes.map(size) ?? "?"]
  }
  let elements = tensors.map { $0.shape.reduce(1, &*) }.reduce(0, &+)
  let bytes = tensors.compactMap(\.bytes).reduce(0, &+)
  return Inspection(
    title: title, tables: [Table(heading: heading, rows: rows, numbers: [3])],
    total: "\(grouped(elements)) elements, \(size(bytes))")
}

/// The arrays of a `.npy`, `.npz` or `.safetensors` file.
func arrayInspection(_ path: String) throws -> Inspection {
  let arrays: [String: AnyTensor] =
    if path.hasSuffix(".npy") {
      ["(the array)": try AnyTensor(npyContentsOf: path)]
    } else if path.hasSuffix(".npz") {
      try NPZ.read(contentsOf: path)
    } else {
      try Safetensors.read(contentsOf: path)
    }
  return tensorInspection(
    "arrays '\(path)'", "array",
    arrays.sorted { $0.key < $1.key }.map {
      ($0.key, "\($0.value.dtype)", $0.value.shape, $0.value.byteCount)
    })
}
