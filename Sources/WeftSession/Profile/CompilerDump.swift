import Glibc
import Synchronization
import WeftCompiler

/// What a session prints of each question that it compiles, and where.
///
/// ```sh
/// WEFT_DUMP=passes swift run …         # the program after each pass that changed it, to stderr
/// WEFT_DUMP=plan swift run …           # the final plan: steps, places, sizes
/// WEFT_DUMP=all,/tmp/weft swift run …  # both, a file for each text in that folder
/// ```
public struct CompilerDump: Sendable {
  /// Whether the program is printed after each pass.
  public var passes: Bool
  /// Whether the final plan is printed.
  public var plan: Bool
  /// The folder for files; nil prints to the standard error stream.
  public var folder: String?

  /// A dump.
  public init(passes: Bool = true, plan: Bool = true, folder: String? = nil) {
    self.passes = passes
    self.plan = plan
    self.folder = folder
  }

  /// The dump that a text asks for, such as the content of `WEFT_DUMP`: `passes`, `plan`, `all` and a
  /// folder, separated by commas. A folder alone stands for all; nil for a text that asks for nothing.
  public init?(_ text: String) {
    self.init(passes: false, plan: false)
    for word in text.split(separator: ",") {
      switch word {
      case "passes": passes = true
      case "plan": plan = true
      case "all", "1": (passes, plan) = (true, true)
      case "0", "off": break
      default: folder = String(word)
      }
    }
    if folder != nil && !passes && !plan { (passes, plan) = (true, true) }
    guard passes || plan else { return nil }
  }

  private static let questionCount = Atomic<Int>(0)

  func started(for asker: String) -> Dump {
    let number = Self.questionCount.wrappingAdd(1, ordering: .relaxed).oldValue
    return Dump(request: self, number: number, asker: asker)
  }

  /// The dump of one question.
  final class Dump: Sendable {
    private let request: CompilerDump
    private let number: Int
    private let asker: String
    private let last = Mutex((text: "", count: 0))

    init(request: CompilerDump, number: Int, asker: String) {
      self.request = request
      self.number = number
      self.asker = asker
    }

    /// Has the pipeline show every pass to this dump too.
    func observe(_ pipeline: inout Pipeline) {
      guard request.passes else { return }
      let other = pipeline.observer
      pipeline.observer = { [self] pass, program in
        other?(pass, program)
        let text = program.description
        let isNew = last.withLock { last in
          defer { last.text = text }
          return last.text != text
        }
        write(isNew ? text : "unchanged", pass)
      }
    }

    func write(_ plan: PartitionedPlan) {
      if request.plan { write(plan.description, "plan") }
    }

    func write(_ plan: ExecutionPlan) {
      if request.plan { write(plan.description, "plan") }
    }

    private func write(_ text: String, _ title: String) {
      let position = last.withLock { last in
        defer { last.count += 1 }
        return last.count
      }
      let content = "== '\(asker)' after \(title)\n\(text)\n"
      guard let folder = request.folder else {
        printError(content)
        return
      }
      let words = title.map { $0 == " " ? "-" : $0 == "/" ? "" : String($0) }.joined()
      let path = "\(folder)/question\(number)-\(position)-\(words).txt"
      mkdir(folder, 0o777)
      do throws(TensorError) { try File.write(Array(content.utf8), to: path) } catch {
        // A dump must not make a run fail that would go well without it.
        printError("\(error)\n")
      }
    }
  }
}

/// Writes to the standard error stream.
private func printError(_ text: String) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let written = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    if written <= 0 { return }
    bytes = bytes.dropFirst(written)
  }
}
