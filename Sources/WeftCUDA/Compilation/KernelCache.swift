import Glibc
import WeftDevice

/// Compiled kernels on disk, so that the next process need not compile them again.
///
/// Several processes may use one folder: files are written under another name and moved into place.
/// What cannot be read or written is compiled instead; a cache never makes anything fail.
public struct KernelCache: Hashable, Sendable {
  /// The folder.
  public let folder: String

  /// A cache in a folder, which is made when first written to.
  public init(folder: String) { self.folder = folder }

  /// The user's: `weft/cuda` in `XDG_CACHE_HOME`, by default `~/.cache`. Nil without a home.
  public static let standard: KernelCache? = {
    if let root = CUDASearch.environment("XDG_CACHE_HOME") {
      return KernelCache(folder: root + "/weft/cuda")
    }
    return CUDASearch.environment("HOME").map { KernelCache(folder: $0 + "/.cache/weft/cuda") }
  }()

  /// Begins each file, so that a half-written or foreign one is not taken for an image.
  private static let mark: [UInt8] = Array("weft-cubin-1\n".utf8)

  func image(for key: String) -> [UInt8]? {
    guard let file = fopen(path(key), "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    let count = Self.mark.count
    guard bytes.count > count + 8, Array(bytes[..<count]) == Self.mark else { return nil }
    let size = bytes[count..<count + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
    return bytes.count == count + 8 + size ? Array(bytes[(count + 8)...]) : nil
  }

  func store(_ image: [UInt8], for key: String) {
    makeFolder()
    let temporary = "\(path(key)).\(getpid()).\(UInt64.random(in: 0...UInt64.max))"
    guard let file = fopen(temporary, "wb") else { return }
    let size = (0..<8).map { UInt8(truncatingIfNeeded: image.count >> (8 * $0)) }
    let bytes = Self.mark + size + image
    let written = fwrite(bytes, 1, bytes.count, file)
    if fclose(file) != 0 || written != bytes.count || rename(temporary, path(key)) != 0 {
      unlink(temporary)
    }
  }

  private func path(_ key: String) -> String { "\(folder)/\(key).cubin" }

  private func makeFolder() {
    var path = folder.hasPrefix("/") ? "" : "."
    for part in folder.split(separator: "/") {
      path += "/\(part)"
      mkdir(path, 0o755)
    }
  }
}
