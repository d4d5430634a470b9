import Glibc
import Weft

/// Reads damaged inputs, one after the other, in a process that may die of it.
struct Worker {
  /// How much memory a reader of a few kilobytes may ask for, with all that a process has anyway.
  static let memoryLimit: rlim_t = 4 << 30
  /// How many seconds one input may take.
  static let timeLimit: UInt32 = 20

  let format: Format
  let seed: UInt64
  /// Where the number of the input in work is noted, for who finds this process dead.
  let note: String

  /// Reads the inputs of some numbers and gives how many ended in errors.
  func run(_ numbers: Range<Int>) throws -> Int {
    var limit = rlimit(rlim_cur: Self.memoryLimit, rlim_max: Self.memoryLimit)
    guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
      throw TensorError("memory cannot be limited")
    }
    let scratch = try Scratch()
    defer { scratch.remove() }
    let file = open(note, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0 else { throw TensorError("cannot write '\(note)'") }
    defer { close(file) }
    var refused = 0
    for number in numbers {
      var text = "\(number)\n".utf8.map { $0 }
      text += [UInt8](repeating: UInt8(ascii: " "), count: 24 - text.count)
      pwrite(file, text, text.count, 0)
      let input = format.input(number, seed: seed)
      alarm(Self.timeLimit)
      do { try format.read(input, scratch) } catch { refused += 1 }
      alarm(0)
    }
    return refused
  }
}
