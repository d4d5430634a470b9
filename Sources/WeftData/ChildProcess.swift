// The C library declares `environ` as a variable that anyone may change.
@preconcurrency import Glibc

/// Runs a program and waits for its end.
enum ChildProcess {
  struct Outcome {
    /// The exit status, or 128 plus the number of the signal that ended it.
    var status: Int32
    /// The last of what it wrote to standard error.
    var complaint: String
  }

  /// Runs a program found by PATH; nil if there is none of the name.
  ///
  /// Its output is discarded. The tick is called ten times a second.
  static func run(
    _ program: String, _ arguments: [String], tick: () -> Void = {}
  ) throws(DataError) -> Outcome? {
    var ends: [Int32] = [0, 0]
    // A socket rather than a pipe: it can be made so that no other child inherits it.
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw failure(errno, program) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    var pointers: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    var process: pid_t = 0
    let status = posix_spawnp(&process, program, &actions, nil, pointers, environ)
    close(ends[1])
    if status == ENOENT { return nil }
    guard status == 0 else { throw failure(status, program) }
    let complaint = listen(to: ends[0], tick)
    var ending: Int32 = 0
    while waitpid(process, &ending, 0) < 0 {
      guard errno == EINTR else { throw failure(errno, program) }
    }
    let signal = ending & 0x7F
    return Outcome(status: signal == 0 ? ending >> 8 & 0xFF : 128 + signal, complaint: complaint)
  }

  /// Reads until the other end is closed.
  private static func listen(to descriptor: Int32, _ tick: () -> Void) -> String {
    var heard: [UInt8] = []
    while true {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, 100)
      tick()
      guard ready > 0 else {
        if ready < 0, errno != EINTR { break }
        continue
      }
      var got = 0
      heard += [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
        got = read(descriptor, buffer.baseAddress, 4096)
        count = max(got, 0)
      }
      if got == 0 || (got < 0 && errno != EINTR) { break }
      heard = heard.suffix(4096)
    }
    let text = String(decoding: heard, as: UTF8.self)
    return text.split(separator: "\n").joined(separator: "; ")
  }

  private static func failure(_ code: Int32, _ program: String) -> DataError {
    DataError("cannot run '\(program)': \(String(cString: strerror(code)))")
  }
}
