import SwiftProtobuf
import WeftOps

/// The file `checkpoint` of a folder: which checkpoints there are, and which is the latest.
///
/// Paths are written relative to the folder, so that it may be moved.
public struct CheckpointState: Hashable, Sendable {
  /// The prefix of the latest checkpoint.
  public var latest: String?
  /// The prefixes of all that are kept in turn, the oldest first.
  public var all: [String]
  /// When each of them was saved, in seconds since 1970; empty where the file does not say.
  public var timestamps: [Double]
  /// When the last one that is kept for good was saved.
  public var lastPreserved: Double?

  /// The state of a folder.
  public init(
    latest: String?, all: [String], timestamps: [Double] = [], lastPreserved: Double? = nil
  ) {
    self.latest = latest
    self.all = all
    self.timestamps = timestamps
    self.lastPreserved = lastPreserved
  }

  /// Reads the state of a folder; nil if it has none.
  ///
  /// Throws ``CheckpointError`` if the file cannot be read.
  public static func read(in folder: String) throws(CheckpointError) -> CheckpointState? {
    let folder = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
    let path = folder + CheckpointPath.stateName
    guard CheckpointPath.isFile(path) else { return nil }
    let bytes = try reading(path)
    guard bytes.count <= 1 << 24 else {
      throw CheckpointError(.damaged, "'\(path)' is too large: \(bytes.count) bytes")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    var options = TextFormatDecodingOptions()
    options.ignoreUnknownFields = true
    let message: BundleState
    do { message = try BundleState(textFormatString: text, options: options) } catch {
      throw CheckpointError(
        .damaged, "'\(path)' is not the text of a checkpoint's state",
        notes: ["restore a checkpoint by its own name instead"])
    }
    func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }
    let latest = message.modelCheckpointPath
    let times = message.allModelCheckpointTimestamps
    return CheckpointState(
      latest: latest.isEmpty ? nil : absolute(latest),
      all: message.allModelCheckpointPaths.map(absolute),
      timestamps: times.count == message.allModelCheckpointPaths.count ? times : [],
      lastPreserved: message.lastPreservedTimestamp > 0 ? message.lastPreservedTimestamp : nil)
  }

  /// Writes the state of a folder; the old one is replaced at once.
  func write(in folder: String) throws(CheckpointError) {
    func relative(_ path: String) -> String {
      CheckpointPath.folder(of: path) == folder ? CheckpointPath.name(of: path) : path
    }
    var message = BundleState()
    message.modelCheckpointPath = latest.map(relative) ?? ""
    message.allModelCheckpointPaths = all.map(relative)
    message.allModelCheckpointTimestamps = timestamps
    message.lastPreservedTimestamp = lastPreserved ?? 0
    let text = message.textFormatString()
    try writing(folder + CheckpointPath.stateName) { (file) throws(TensorError) in
      try file.write(Array(text.utf8))
    }
  }
}

/// All bytes of a file.
func reading(_ path: String) throws(CheckpointError) -> [UInt8] {
  do { return try File.read(path) } catch { throw CheckpointError(.inputOutput, error.message) }
}

/// Writes a file that takes the place of an old one when it is complete and on the disk.
func writing(_ path: String, _ body: (borrowing FileOutput) throws(TensorError) -> Void)
  throws(CheckpointError)
{
  do throws(TensorError) { try File.write(path, body) } catch {
    throw CheckpointError(.inputOutput, error.message)
  }
}
