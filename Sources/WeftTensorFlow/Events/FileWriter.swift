import Glibc
import Synchronization
import WeftOps

/// Writes an event file, which TensorBoard shows.
///
/// ```swift
/// let writer = try FileWriter("logs/run1")
/// try writer.add(session.run(merged, feeding: feeds), step: 100)
/// try writer.close()
/// ```
/// Every event is handed to the system at once: however the process ends, by return, by Ctrl-C, by a
/// signal or by a crash, what was added is in the file, and TensorBoard sees it without delay. At most
/// every `flushInterval` seconds, by ``flush()`` and at the end the file is forced to the disk too,
/// against the loss of the whole machine.
///
/// One writer at a time may be at work in a folder: a second one, in this process or another, is
/// refused. It holds a lock on the file `.weft-writer`, which goes with the process.
public final class FileWriter: Sendable {
  /// The event file.
  public let path: String
  private let flushInterval: Double
  private let state: Mutex<State>

  private struct State {
    var file: Int32
    var lock: Int32
    var size = 0
    var flushed: Double
  }

  /// A writer of a new event file in a folder, which is made if it does not exist.
  ///
  /// - Parameters:
  ///   - folder: the run's folder; TensorBoard shows each folder as a run.
  ///   - step: where a training goes on: TensorBoard then drops what earlier files of the folder say of
  ///     this step and later ones.
  ///   - flushInterval: how many seconds may pass until the file is forced to the disk.
  ///
  /// Throws ``EventError`` if another writer is at work in the folder, and if no file can be written
  /// there.
  public init(_ folder: String, resumingAt step: Int? = nil, flushInterval: Double = 120)
    throws(EventError)
  {
    let prefix = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
    do { try CheckpointFolder.create(prefix) } catch {
      throw EventError(.inputOutput, error.message)
    }
    let lock = try Self.lock(prefix)
    let time = Self.now()
    let isFirst = EventReader.files(in: prefix).isEmpty
    let (path, file) = try Self.create(prefix, time, lock: lock)
    self.path = path
    self.flushInterval = max(0, flushInterval)
    state = Mutex(State(file: file, lock: lock, flushed: time))
    try append(Event(time: time, step: 0, .version("brain.Event:2")))
    // TensorBoard takes the first start that it finds for that of the run, later ones for restarts.
    if let start = step ?? (isFirst ? 0 : nil) {
      try append(Event(time: time, step: start, .sessionStart))
    }
  }

  deinit { finish() }

  private static func lock(_ prefix: String) throws(EventError) -> Int32 {
    let path = prefix + ".weft-writer"
    let lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard lock >= 0 else {
      throw EventError(.inputOutput, File.failure("write", path).message)
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let isTaken = errno == EWOULDBLOCK
      let failure = File.failure("lock", path).message
      Glibc.close(lock)
      throw isTaken
        ? EventError(
          .locked,
          "another writer is at work in '\(prefix)': close it, or give each run a folder of its own"
        )
        : EventError(.inputOutput, failure)
    }
    return lock
  }

  private static func create(_ prefix: String, _ time: Double, lock: Int32) throws(EventError)
    -> (String, Int32)
  {
    var host = [CChar](repeating: 0, count: 256)
    gethostname(&host, 255)
    let name = String(
      decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let seconds = String(Int(time))
    let padded = String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds
    // Files of one second are told apart, and stay in order, by a number behind the process.
    for number in 0..<10_000 {
      let path = "\(prefix)events.out.tfevents.\(padded).\(name).\(getpid()).\(number)"
      let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if file >= 0 { return (path, file) }
      guard errno == EEXIST else {
        let failure = File.failure("write", path).message
        Glibc.close(lock)
        throw EventError(.inputOutput, failure)
      }
    }
    Glibc.close(lock)
    throw EventError(.inputOutput, "no free name for an event file in '\(prefix)'")
  }

  /// Seconds since 1970.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Adds values to be shown, such as a fetched ``SummaryNode`` gives.
  ///
  /// Throws ``EventError`` if the writer is closed or the file cannot be written.
  public func add(_ values: [SummaryValue], step: Int) throws(EventError) {
    if !values.isEmpty { try append(Event(time: Self.now(), step: step, .values(values))) }
  }

  /// Adds a graph as the bytes of a GraphDef.
  ///
  /// Throws ``EventError`` if the writer is closed or the file cannot be written.
  public func addGraph(_ graphDef: [UInt8]) throws(EventError) {
    try append(Event(time: Self.now(), step: 0, .graph(graphDef)))
  }

  /// Adds the times and memory of a run as the bytes of a RunMetadata; each tag stands once.
  ///
  /// Throws ``EventError`` if the writer is closed or the file cannot be written.
  public func addRunMetadata(_ bytes: [UInt8], tag: String, step: Int) throws(EventError) {
    try append(Event(time: Self.now(), step: step, .runMetadata(tag: tag, bytes)))
  }

  /// Adds the settings of the run for the HParams page.
  ///
  /// - Parameters:
  ///   - settings: the settings by name.
  ///   - metrics: the tags of the scalars to compare runs by.
  ///   - group: runs of the same group count as repetitions of each other; by default each is alone.
  public func addHyperParameters(
    _ settings: [String: HyperParameters.Value], metrics: [String] = [], group: String = ""
  ) throws(EventError) {
    let time = Self.now()
    let experiment = try HyperParameters.experiment(settings, metrics: metrics, time: time)
    let start = try HyperParameters.start(settings, group: group, time: time)
    try append(Event(time: time, step: 0, .values([experiment])))
    try append(Event(time: time, step: 0, .values([start])))
  }

  /// Says for the HParams page how the run ended.
  public func finishHyperParameters(_ status: HyperParameters.Status) throws(EventError) {
    let time = Self.now()
    try append(Event(time: time, step: 0, .values([try HyperParameters.end(status, time: time)])))
  }

  private func append(_ event: Event) throws(EventError) {
    let record = RecordFile.framed(try event.serialized())
    try state.withLock { (state) throws(EventError) in
      guard state.file >= 0 else {
        throw EventError(.invalidArgument, "the writer of '\(path)' is closed")
      }
      var done = 0
      while done < record.count {
        let written = record.withUnsafeBytes {
          Glibc.write(state.file, $0.baseAddress?.advanced(by: done), record.count - done)
        }
        if written < 0, errno == EINTR { continue }
        guard written > 0 else {
          let failure = File.failure("write", path).message
          // Half a record would make all later ones unreadable.
          if ftruncate(state.file, off_t(state.size)) == 0 {
            lseek(state.file, off_t(state.size), SEEK_SET)
          }
          throw EventError(.inputOutput, failure)
        }
        done += written
      }
      state.size += done
      if event.time - state.flushed >= flushInterval {
        state.flushed = event.time
        try synchronize(state.file)
      }
    }
  }

  private func synchronize(_ file: Int32) throws(EventError) {
    guard fsync(file) == 0 || errno == EINVAL else {
      throw EventError(.inputOutput, File.failure("write", path).message)
    }
  }

  /// Forces what was added to the disk.
  ///
  /// Throws ``EventError`` if the disk does not take it.
  public func flush() throws(EventError) {
    try state.withLock { (state) throws(EventError) in
      if state.file >= 0 { try synchronize(state.file) }
    }
  }

  /// Ends the file and lets another writer at work in the folder. A second call does nothing.
  ///
  /// Throws ``EventError`` if the disk does not take what was added.
  public func close() throws(EventError) {
    defer { finish() }
    try flush()
  }

  private func finish() {
    state.withLock { state in
      guard state.file >= 0 else { return }
      fsync(state.file)
      Glibc.close(state.file)
      // A child process that is being started at this moment has the descriptor, too: closing alone
      // would leave the lock to it.
      flock(state.lock, LOCK_UN)
      Glibc.close(state.lock)
      state.file = -1
    }
  }
}
