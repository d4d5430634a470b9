import WeftOps

/// Where a restoration takes its tensors from.
enum StateSource {
  case checkpoint(Checkpoint)
  case tensors([String: AnyTensor])

  init(_ path: String) throws(CheckpointError) {
    do throws(TensorError) {
      if path.hasSuffix(".safetensors") {
        self = .tensors(try Safetensors.read(contentsOf: path))
        return
      }
      if path.hasSuffix(".npz") {
        self = .tensors(try NPZ.read(contentsOf: path))
        return
      }
    } catch { throw CheckpointError(.damaged, error.message) }
    self = .checkpoint(try Checkpoint(path))
  }

  /// What there is, without what is reserved.
  var entries: [String: (type: StoredType, shape: [Int])] {
    var result: [String: (type: StoredType, shape: [Int])] = [:]
    switch self {
    case .checkpoint(let checkpoint):
      for entry in checkpoint.entries where !entry.name.hasPrefix(SessionState.prefix) {
        result[entry.name] = (entry.type, entry.shape)
      }
    case .tensors(let tensors):
      for (name, tensor) in tensors { result[name] = (StoredType(tensor.dtype), tensor.shape) }
    }
    return result
  }

  func tensor(named name: String) throws(CheckpointError) -> AnyTensor {
    switch self {
    case .checkpoint(let checkpoint): return try checkpoint.tensor(named: name)
    case .tensors(let tensors):
      guard let tensor = tensors[name] else {
        throw CheckpointError(.notFound, "there is no '\(name)' in the file")
      }
      return tensor
    }
  }

  func step() throws(CheckpointError) -> Int? {
    guard case .checkpoint(let checkpoint) = self else { return nil }
    return try SessionState.number(SessionState.step, in: checkpoint, Int64.self).map { Int($0) }
  }

  func extra() throws(CheckpointError) -> [String: AnyTensor] {
    guard case .checkpoint(let checkpoint) = self else { return [:] }
    var result: [String: AnyTensor] = [:]
    for entry in checkpoint.entries where entry.name.hasPrefix(SessionState.extra) {
      let name = String(entry.name.dropFirst(SessionState.extra.count))
      result[name] = try checkpoint.tensor(named: entry.name)
    }
    return result
  }

  func streams() throws(CheckpointError) -> [String: [UInt64]]? {
    guard case .checkpoint(let checkpoint) = self else { return nil }
    return try SessionState.streams(in: checkpoint)
  }
}
