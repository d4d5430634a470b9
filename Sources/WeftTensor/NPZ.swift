/// NumPy's archives of named arrays, `.npz`.
///
/// ```swift
/// try NPZ.write(["w": weights.erased, "b": biases.erased], to: "model.npz")
/// let arrays = try NPZ.read(contentsOf: "model.npz")
/// arrays["w"]?.shape
/// ```
public enum NPZ {
  /// The arrays of a `.npz` file by name; the `.npy` at the end of entry names is dropped.
  ///
  /// Throws ``TensorError`` that names the file and the entry if one is not an array that
  /// ``AnyTensor/init(npyContentsOf:)`` reads, or if the archive is damaged.
  public static func read(contentsOf path: String) throws(TensorError) -> [String: AnyTensor] {
    let bytes = try File.read(path)
    do { return try read(bytes) } catch { throw TensorError("'\(path)': \(error.message)") }
  }

  /// The arrays in the bytes of a `.npz` file by name.
  ///
  /// Throws ``TensorError`` if an entry is not an array or the archive is damaged.
  public static func read(_ bytes: [UInt8]) throws(TensorError) -> [String: AnyTensor] {
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(TensorError) in try read(raw) }
    }
    return try result.get()
  }

  private static func read(_ bytes: UnsafeRawBufferPointer) throws(TensorError)
    -> [String: AnyTensor]
  {
    let archive = try ZipReader(bytes)
    var arrays: [String: AnyTensor] = [:]
    for entry in archive.entries {
      let name = entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
      guard arrays[name] == nil else {
        throw TensorError("the archive has two arrays named '\(name)'")
      }
      let contents = try archive.contents(of: entry)
      do { arrays[name] = try AnyTensor(npy: contents) } catch {
        throw TensorError("the array '\(name)': \(error.message)")
      }
    }
    return arrays
  }

  /// Writes a `.npz` file, entries in the order of their names; an older file is replaced only when
  /// the new one is complete.
  ///
  /// `compressed` deflates the arrays as `numpy.savez_compressed` does. Throws ``TensorError`` for
  /// `bfloat16`, which NumPy does not have, and if the file cannot be written.
  public static func write(
    _ arrays: [String: AnyTensor], to path: String, compressed: Bool = false
  ) throws(TensorError) {
    try write(arrays, to: path, compressed: compressed, alwaysWide: false)
  }

  static func write(
    _ arrays: [String: AnyTensor], to path: String, compressed: Bool, alwaysWide: Bool
  ) throws(TensorError) {
    try File.write(path) { (file) throws(TensorError) in
      var archive = ZipWriter(alwaysWide: alwaysWide)
      for (name, array) in arrays.sorted(by: { $0.key < $1.key }) {
        try archive.add(name + ".npy", try array.npyBytes(), compressed: compressed, to: file)
      }
      try archive.finish(file)
    }
  }
}
