import Glibc
import WeftOps

/// Reads event files, those of TensorFlow as well.
///
/// ```swift
/// var reader = try EventReader(contentsOf: "logs/run1/events.out.tfevents.1700000000.host")
/// while let event = try reader.next() { print(event.step, event.content) }
/// ```
public struct EventReader: Sendable {
  private var cursor: ByteCursor
  private let path: String
  private var isFailed = false
  private var plugins: [String: String] = [:]

  /// Opens a file.
  ///
  /// Throws ``EventError`` if it cannot be read.
  public init(contentsOf path: String) throws(EventError) {
    do { self.init(try File.read(path), path: path) } catch {
      throw EventError(.inputOutput, error.message)
    }
  }

  init(_ bytes: [UInt8], path: String) {
    cursor = ByteCursor(bytes)
    self.path = path
  }

  /// The next event; nil at the end, and after an error.
  ///
  /// Throws ``EventError`` with the code `.truncated` where the file ends within a record, as it does
  /// while its writer is at work, and `.damaged` where a checksum is wrong.
  public mutating func next() throws(EventError) -> Event? {
    if isFailed { return nil }
    do throws(EventError) {
      guard let record = try RecordFile.next(&cursor) else { return nil }
      return try Event(record, plugins: &plugins)
    } catch {
      // Behind damage nothing says where the next record begins.
      isFailed = true
      throw EventError(error.code, "'\(path)': \(error.message)")
    }
  }

  /// The events up to the end or up to damage, and what the damage is.
  public mutating func remaining() -> (events: [Event], error: EventError?) {
    var events: [Event] = []
    do throws(EventError) {
      while let event = try next() { events.append(event) }
      return (events, nil)
    } catch { return (events, error) }
  }

  /// The event files of a folder, the oldest first.
  public static func files(in folder: String) -> [String] {
    let prefix = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
    return CheckpointPath.contents(of: folder).filter { $0.contains("tfevents") }
      .map { prefix + $0 }
  }
}
