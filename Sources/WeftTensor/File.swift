import Glibc

/// Whole files, read at once and written so that no reader ever sees half of one.
package enum File {
  /// All bytes of a file.
  package static func read(_ path: String) throws(TensorError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("inspect", path) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw TensorError("cannot read '\(path)': it is a folder")
    }
    var bytes: [UInt8] = []
    // The size is a hint: a file may grow or be a pipe.
    var room = max(Int(status.st_size), 0) + 1
    while true {
      var got = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        repeat {
          got = Glibc.read(descriptor, buffer.baseAddress, room)
        } while got < 0 && errno == EINTR
        count = max(got, 0)
      }
      guard got >= 0 else { throw failure("read", path) }
      if got == 0 { return bytes }
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
      room = max(Int(status.st_size) - bytes.count + 1, 65_536)
    }
  }

  /// Writes a file under a temporary name beside it, waits until the disk has it, then renames it.
  ///
  /// If anything fails the old file is untouched and the temporary one is removed. What is not a
  /// regular file (a pipe, a terminal) is written in place.
  package static func write(
    _ path: String, _ body: (borrowing FileOutput) throws(TensorError) -> Void
  ) throws(TensorError) {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG {
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw failure("open", path) }
      let writer = FileOutput(descriptor: descriptor, path: path)
      do throws(TensorError) { try body(writer) } catch {
        close(descriptor)
        throw error
      }
      guard close(descriptor) == 0 else { throw failure("write", path) }
      return
    }
    let target = exists ? resolved(path) : path
    let (temporary, descriptor) = try openTemporary(beside: target)
    do throws(TensorError) {
      if exists, fchmod(descriptor, status.st_mode & 0o7777) != 0 { throw failure("write", path) }
      try body(FileOutput(descriptor: descriptor, path: path))
      guard fsync(descriptor) == 0 else { throw failure("write", path) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, target) == 0 else {
      let error = failure("write", path)
      unlink(temporary)
      throw error
    }
    synchronizeFolder(of: target)
  }

  /// Writes some bytes as ``write(_:_:)`` does.
  package static func write(_ bytes: [UInt8], to path: String) throws(TensorError) {
    try write(path) { (writer) throws(TensorError) in try writer.write(bytes) }
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func openTemporary(beside path: String) throws(TensorError) -> (String, Int32) {
    for attempt in 0..<1000 {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      let name = "\(path).\(getpid()).\(time.tv_nsec).\(attempt).tmp"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (name, descriptor) }
      guard errno == EEXIST else { throw failure("write", path) }
    }
    throw TensorError("cannot write '\(path)': no free temporary name beside it")
  }

  private static func synchronizeFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
    let descriptor = open(folder ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    // Some file systems cannot synchronise folders; the file itself is safe by then.
    _ = fsync(descriptor)
    close(descriptor)
  }

  /// The error for the last failed system call.
  package static func failure(_ verb: String, _ path: String) -> TensorError {
    TensorError("cannot \(verb) '\(path)': \(String(cString: strerror(errno)))")
  }
}

/// Appends bytes to a file that ``File`` has opened.
package struct FileOutput: ~Copyable {
  let descriptor: Int32
  let path: String

  /// Writes all of the bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(TensorError) {
    var rest = bytes
    while let base = rest.baseAddress, rest.count > 0 {
      let written = Glibc.write(descriptor, base, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw File.failure("write", path)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Writes all of the bytes.
  package func write(_ bytes: [UInt8]) throws(TensorError) {
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(TensorError) in try write(raw) }
    }
    try result.get()
  }
}
