import Foundation
import Weft

/// Has workers read damaged inputs, and keeps what kills them.
struct Driver {
  let executable: String
  let seed: UInt64
  let count: Int
  let output: String
  let graphFolder: String?

  /// After so many failures of a format the rest of it is left.
  private static let mostFailures = 10

  /// Tries a format and prints a line; the number of failures.
  func run(_ format: Format) throws -> Int {
    let note = NSTemporaryDirectory() + "weft-fuzz-\(getpid()).note"
    defer { try? FileManager.default.removeItem(atPath: note) }
    let begin = ContinuousClock.now
    var (next, refused, failures) = (0, 0, 0)
    while next < count, failures < Self.mostFailures {
      let (end, printed) = try work(format, next, note)
      if end == "exit 0" {
        refused += Int(printed.split(separator: "\n").last ?? "") ?? 0
        break
      }
      let written = (try? String(contentsOfFile: note, encoding: .utf8)) ?? ""
      let number = written.split(separator: "\n").first.flatMap { Int($0) } ?? next
      failures += 1
      try keep(format, number, end)
      next = number + 1
    }
    let time = begin.duration(to: .now) / .seconds(1)
    let result = failures == 0 ? "ok" : "\(failures) FAILURES"
    print(
      "\(format.name.padding(toLength: 18, withPad: " ", startingAt: 0)) \(count) inputs, "
        + "\(refused) refused, \(Int(time)) s: \(result)")
    return failures
  }

  private func work(_ format: Format, _ start: Int, _ note: String) throws -> (String, String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = [
      "--format", format.name, "--seed", "\(seed)", "--start", "\(start)", "--count", "\(count)",
      "--note", note,
    ]
    if let graphFolder { process.arguments?.append(contentsOf: ["--graphs", graphFolder]) }
    let (standard, complaints) = (Pipe(), Pipe())
    process.standardOutput = standard
    process.standardError = complaints
    // A trap's report is long; nobody needs it until the input is tried again.
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    let complaint = Reader(complaints)
    try process.run()
    let output = standard.fileHandleForReading.readDataToEndOfFile()
    let printed = String(decoding: output, as: UTF8.self)
    let said = complaint.text
    process.waitUntilExit()
    let status = process.terminationStatus
    if process.terminationReason == .exit, status == 0 { return ("exit 0", printed) }
    let kind = process.terminationReason == .exit ? "exit \(status)" : name(ofSignal: status)
    return (kind + (said.isEmpty ? "" : ": " + said.prefix(400)), printed)
  }

  private func name(ofSignal signal: Int32) -> String {
    switch signal {
    case SIGALRM: "no end after \(Worker.timeLimit) s"
    case SIGILL, SIGTRAP: "a trap"
    case SIGSEGV, SIGBUS: "a wrong access to memory"
    case SIGABRT: "an abort"
    case SIGFPE: "a division by zero"
    default: "signal \(signal)"
    }
  }

  private func keep(_ format: Format, _ number: Int, _ end: String) throws {
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    let path = "\(output)/\(format.name)-\(seed)-\(number)"
    try Scratch.write(format.input(number, seed: seed), to: path)
    print("\(format.name) input \(number) of seed \(seed): \(end)")
    print("  kept as \(path)")
    print(
      "  again: weft-fuzz --format \(format.name) --seed \(seed) --only \(number)"
        + (graphFolder.map { " --graphs \($0)" } ?? ""))
  }
}

/// Reads a pipe on a thread of its own: a child that writes much into two pipes must not wait.
private final class Reader: Sendable {
  private let done = DispatchSemaphore(value: 0)
  private let box = LockedText()

  init(_ pipe: Pipe) {
    let handle = pipe.fileHandleForReading
    Thread.detachNewThread { [box, done] in
      box.set(String(decoding: handle.readDataToEndOfFile(), as: UTF8.self))
      done.signal()
    }
  }

  var text: String {
    done.wait()
    return box.get()
  }
}

private final class LockedText: @unchecked Sendable {
  private let lock = NSLock()
  private var text = ""
  func set(_ new: String) { lock.withLock { text = new } }
  func get() -> String { lock.withLock { text } }
}
