import Glibc
import WeftTensor

/// Bulatov's letters A to J from fonts found on the web: PNG files of 28 x 28 grey pixels.
///
/// ```swift
/// let found = try NotMNIST.load(folder: try NotMNIST.download(.small))
/// ```
public enum NotMNIST {
  /// The hand-cleaned set of about 19,000 images, or the raw one of about 529,000.
  public enum Edition: String, Sendable, CaseIterable {
    case small = "notMNIST_small"
    case large = "notMNIST_large"

    /// The archive. Its author published no hash, so only the size is checked, and the content when
    /// it is unpacked and read.
    public var archive: RemoteFile {
      RemoteFile(
        name: rawValue + ".tar.gz",
        mirrors: [
          "https://commondatastorage.googleapis.com/books1000/\(rawValue).tar.gz",
          "http://yaroslavvb.com/upload/notMNIST/\(rawValue).tar.gz",
        ],
        check: .byteCount(self == .small ? 8_458_043 : 247_336_696))
    }
  }

  /// The images in a folder with the folders A to J; unreadable files become warnings.
  ///
  /// Throws ``DataError`` if one of the folders is missing or there are no images.
  public static func load(folder: String, limitPerClass: Int = .max) throws(DataError)
    -> ImageFolder.Contents
  {
    try ImageFolder.read(
      folder, height: 28, width: 28, classNames: LabelledImages.letters,
      limitPerClass: limitPerClass)
  }

  /// Fetches and unpacks an edition unless it is there; the folder of A to J, by default in the cache.
  ///
  /// Throws ``DataError`` if the archive cannot be had or has other content.
  public static func download(
    _ edition: Edition, into folder: String? = nil,
    progress: (Download.Progress) -> Void = { _ in }
  ) throws(DataError) -> String {
    let folder = if let folder { folder } else { try Download.cacheFolder() + "/notmnist" }
    let target = folder + "/" + edition.rawValue
    if Folder.isFolder(target) { return target }
    let archive = try Download.fetch(edition.archive, into: folder, progress: progress)
    try unpack(archive, folder: edition.rawValue, to: target)
    return target
  }

  /// Unpacks beside the target, which appears only when it is complete.
  static func unpack(_ archive: String, folder: String, to target: String) throws(DataError) {
    let temporary = "\(target).\(getpid()).part"
    Folder.remove(temporary)
    defer { Folder.remove(temporary) }
    try Folder.create(temporary)
    let outcome = try ChildProcess.run(
      "tar",
      ["--extract", "--gzip", "--no-same-owner", "--file", archive, "--directory", temporary])
    guard let outcome else {
      throw DataError("archives need the program tar, which is not installed: apt-get install tar")
    }
    guard outcome.status == 0 else {
      throw DataError("'\(archive)': cannot be unpacked: \(outcome.complaint)")
    }
    let missing = LabelledImages.letters.filter { !Folder.isFolder("\(temporary)/\(folder)/\($0)") }
    guard missing.isEmpty else {
      throw DataError(
        "'\(archive)': expected are the folders A to J in '\(folder)'; missing: \(missing)")
    }
    guard rename("\(temporary)/\(folder)", target) == 0 else {
      throw DataError(File.failure("write", target))
    }
  }
}
