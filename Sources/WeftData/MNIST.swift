/// The handwritten digits of LeCun, Cortes and Burges: 60,000 to train and 10,000 to test.
///
/// ```swift
/// let (train, test) = try MNIST.load(folder: try MNIST.download())
/// ```
public enum MNIST {
  /// The four files with their mirrors; their content is checked, however it was compressed.
  public static let files = [
    file(
      "train-images-idx3", 9_912_422,
      "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    file(
      "train-labels-idx1", 28_881,
      "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    file(
      "t10k-images-idx3", 1_648_877,
      "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    file(
      "t10k-labels-idx1", 4_542, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
  ]

  private static func file(_ stem: String, _ byteCount: Int, _ hash: String) -> RemoteFile {
    let name = stem + "-ubyte.gz"
    return RemoteFile(
      name: name,
      mirrors: [
        "https://ossci-datasets.s3.amazonaws.com/mnist/" + name,
        "https://storage.googleapis.com/cvdf-datasets/mnist/" + name,
      ],
      check: .uncompressedSHA256(hash), byteCount: byteCount)
  }

  /// The training and the test images in a folder with the four files, compressed or not.
  ///
  /// Throws ``DataError`` that names the file that is missing or wrong.
  public static func load(folder: String) throws(DataError) -> (
    train: LabelledImages, test: LabelledImages
  ) {
    (try part("train", folder), try part("t10k", folder))
  }

  private static func part(_ name: String, _ folder: String) throws(DataError) -> LabelledImages {
    try LabelledImages(
      imagesFile: try find("\(name)-images-idx3-ubyte", in: folder),
      labelsFile: try find("\(name)-labels-idx1-ubyte", in: folder))
  }

  private static func find(_ stem: String, in folder: String) throws(DataError) -> String {
    for name in [stem + ".gz", stem] where Folder.exists("\(folder)/\(name)") {
      return "\(folder)/\(name)"
    }
    throw DataError("'\(folder)': has neither '\(stem).gz' nor '\(stem)'")
  }

  /// Fetches the four files unless they are there; the folder that has them, by default in the cache.
  ///
  /// Throws ``DataError`` if a file cannot be had or a mirror sends another one.
  public static func download(
    into folder: String? = nil, progress: (Download.Progress) -> Void = { _ in }
  ) throws(DataError) -> String {
    let folder = if let folder { folder } else { try Download.cacheFolder() + "/mnist" }
    for file in files { _ = try Download.fetch(file, into: folder, progress: progress) }
    return folder
  }
}
