import Glibc
import WeftTensor

/// A file on the network, the places that have it, and how to know it.
public struct RemoteFile: Sendable, Hashable {
  /// How the right file is told from a wrong one.
  public enum Check: Sendable, Hashable {
    /// The SHA-256 of the file in lowercase hexadecimal digits.
    case sha256(String)
    /// The SHA-256 of what a gzip file holds: mirrors may have compressed it anew.
    case uncompressedSHA256(String)
    /// The size only, where no hash has been published.
    case byteCount(Int)
  }

  /// The name in the cache.
  public let name: String
  /// Where it can be had, tried in this order.
  public let mirrors: [String]
  /// How it is known.
  public let check: Check
  /// The expected size in bytes for the progress, where known.
  public let byteCount: Int?

  /// A file on the network.
  public init(name: String, mirrors: [String], check: Check, byteCount: Int? = nil) {
    self.name = name
    self.mirrors = mirrors
    self.check = check
    if case .byteCount(let count) = check {
      self.byteCount = count
    } else {
      self.byteCount = byteCount
    }
  }

  /// Why the bytes are not the file, or nil if they are.
  func complaint(about bytes: [UInt8]) -> String? {
    switch check {
    case .byteCount(let count):
      return bytes.count == count ? nil : "expected \(count) bytes, got \(bytes.count)"
    case .sha256(let expected):
      let actual = SHA256.hexadecimal(of: bytes)
      return actual == expected ? nil : "expected the SHA-256 \(expected), got \(actual)"
    case .uncompressedSHA256(let expected):
      do throws(DataError) {
        let actual = SHA256.hexadecimal(of: try IDX.uncompressed(bytes))
        return actual == expected ? nil : "expected the SHA-256 \(expected), got \(actual)"
      } catch { return error.message }
    }
  }
}

/// Fetches files into a cache by the `curl` program.
public enum Download {
  /// How far a download is.
  public struct Progress: Sendable, Hashable {
    /// The name of the file.
    public let name: String
    /// The bytes on disk.
    public let received: Int
    /// The expected bytes, where known.
    public let total: Int?
  }

  /// `$XDG_CACHE_HOME/weft`, or `~/.cache/weft`.
  ///
  /// Throws ``DataError`` if neither variable is set.
  public static func cacheFolder() throws(DataError) -> String {
    if let cache = getenv("XDG_CACHE_HOME").map({ String(cString: $0) }), cache.hasPrefix("/") {
      return cache + "/weft"
    }
    guard let home = getenv("HOME").map({ String(cString: $0) }), !home.isEmpty else {
      throw DataError("no cache folder: neither XDG_CACHE_HOME nor HOME is set")
    }
    return home + "/.cache/weft"
  }

  /// The path of a file in a folder, fetched unless the right one is there.
  ///
  /// Mirrors are tried in order. The file takes its name only when it is complete and checked, so
  /// that an interrupted download leaves nothing wrong behind. Throws ``DataError`` that tells what
  /// each mirror answered.
  public static func fetch(
    _ file: RemoteFile, into folder: String, progress: (Progress) -> Void = { _ in }
  ) throws(DataError) -> String {
    let path = folder + "/" + file.name
    if Folder.exists(path) {
      let present = try translating { () throws(TensorError) in try File.read(path) }
      if file.complaint(about: present) == nil { return path }
    }
    try Folder.create(folder)
    let partial = "\(path).\(getpid()).part"
    defer { unlink(partial) }
    var complaints: [String] = []
    for mirror in file.mirrors {
      unlink(partial)
      if let complaint = try transfer(
        mirror, to: partial,
        { received in
          progress(Progress(name: file.name, received: received, total: file.byteCount))
        })
      {
        complaints.append("\(mirror): \(complaint)")
        continue
      }
      let bytes = try translating { () throws(TensorError) in try File.read(partial) }
      if let complaint = file.complaint(about: bytes) {
        complaints.append("\(mirror): \(complaint)")
        continue
      }
      progress(Progress(name: file.name, received: bytes.count, total: bytes.count))
      guard rename(partial, path) == 0 else { throw DataError(File.failure("write", path)) }
      return path
    }
    throw DataError(
      """
      '\(file.name)' could not be downloaded; without a network, put the file at '\(path)'
      \(complaints.map { "└─ " + $0 }.joined(separator: "\n"))
      """)
  }

  /// Fetches one address; why it failed, or nil.
  private static func transfer(
    _ address: String, to path: String, _ progress: (Int) -> Void
  ) throws(DataError) -> String? {
    let outcome = try ChildProcess.run(
      "curl",
      [
        "--fail", "--location", "--silent", "--show-error", "--proto-redir", "=http,https",
        "--connect-timeout", "20", "--speed-limit", "1000", "--speed-time", "60", "--retry", "2",
        "--output", path, "--", address,
      ],
      tick: {
        var status = stat()
        if stat(path, &status) == 0 { progress(Int(status.st_size)) }
      })
    guard let outcome else {
      throw DataError(
        "downloads need the program curl, which is not installed: apt-get install curl")
    }
    if outcome.status == 0 { return nil }
    return outcome.complaint.isEmpty
      ? "curl failed with status \(outcome.status)" : outcome.complaint
  }
}
