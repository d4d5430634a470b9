import Weft
import WeftTensorFlow

/// The tensors of a checkpoint, found by its prefix, a file of it or its folder.
func checkpointInspection(_ path: String) throws -> Inspection {
  let checkpoint = try Checkpoint(path)
  return tensorInspection(
    "checkpoint '\(checkpoint.prefix)'", "tensor",
    checkpoint.entries.map { entry in
      let count = entry.shape.reduce(1, &*)
      let parts = entry.partCount > 1 ? " in \(entry.partCount) parts" : ""
      let bytes = entry.type.byteCount.map { $0 &* count }
      return (entry.name, "\(entry.type)\(parts)", entry.shape, bytes)
    })
}
