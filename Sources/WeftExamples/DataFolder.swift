import Weft

/// Finds the images of an example in a folder, however they lie there.
public struct DataFolder: Sendable {
  /// The names of the classes.
  public let classNames: [String]
  /// The folder in `Data` that is used when the user names none.
  public let bundled: String
  /// How many training images become the validation part where a folder has none; nil for 5,000, or a
  /// tenth if that is less.
  public var validationCount: Int?

  /// Letters A to J.
  public static let letters = DataFolder(classNames: LabelledImages.letters, bundled: "letters")
  /// Digits 0 to 9.
  public static let digits = DataFolder(classNames: LabelledImages.digits, bundled: "digits")

  /// The seed by which images are divided. It is not the user's: runs with other seeds are to be
  /// judged by the same test images.
  private static let splitSeed: UInt64 = 1

  /// The images that come with the package: below the present folder, or where it was built.
  public func loadBundled() throws -> ImageParts {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let places = ["Data/\(bundled)", "/\(root)/Data/\(bundled)"]
    guard let found = places.first(where: Path.isFolder) else {
      throw ExampleError(
        "the bundled images are neither in '\(places[0])' nor in '\(places[1])': run the example in "
          + "the package's folder, or name a folder with --data")
    }
    return try load(found)
  }

  /// The images in a folder: IDX files named as MNIST's, one pair of IDX files without parts, or PNG
  /// files in folders named after the classes.
  public func load(_ folder: String) throws -> ImageParts {
    guard Path.isFolder(folder) else {
      throw ExampleError("--data '\(folder)': there is no such folder")
    }
    if let train = try pair("train-", in: folder) { return try parts(train, in: folder) }
    if let all = try pair("", in: folder) { return try divided(all, source: folder) }
    let places = [folder, "\(folder)/notMNIST_small", "\(folder)/notMNIST_large"]
    for place in places where Path.isFolder("\(place)/\(classNames[0])") {
      return try divided(try pictures(in: place), source: place)
    }
    throw ExampleError(
      "--data '\(folder)': expected are 'train-images-idx3-ubyte.gz' and its kin, or "
        + "'images-idx3-ubyte.gz' and 'labels-idx1-ubyte.gz', or folders \(classNames[0]) to "
        + "\(classNames[classNames.count - 1]) of PNG files")
  }

  private func pair(_ prefix: String, in folder: String) throws -> LabelledImages? {
    guard let images = Path.file("\(prefix)images-idx3-ubyte", in: folder) else { return nil }
    guard let labels = Path.file("\(prefix)labels-idx1-ubyte", in: folder) else {
      throw ExampleError(
        "--data '\(folder)': has images but no '\(prefix)labels-idx1-ubyte.gz' for them")
    }
    let found = try LabelledImages(
      imagesFile: images, labelsFile: labels, classNames: classNames)
    guard found.count > 0 else { throw ExampleError("'\(images)': holds no image") }
    return found
  }

  private func parts(_ train: LabelledImages, in folder: String) throws -> ImageParts {
    guard let test = try pair("test-", in: folder) ?? pair("t10k-", in: folder) else {
      throw ExampleError(
        "--data '\(folder)': has training images but neither 'test-images-idx3-ubyte.gz' nor "
          + "'t10k-images-idx3-ubyte.gz'")
    }
    if let validation = try pair("valid-", in: folder) {
      return try sameSize(
        ImageParts(train: train, validation: validation, test: test, source: folder))
    }
    // MNIST has no validation part: it is taken from the training images.
    let held = validationCount ?? min(5000, train.count / 10)
    guard held < train.count else {
      throw ExampleError(
        "--validation-count \(held): there are \(Text.grouped(train.count)) training images")
    }
    let (rest, validation) = try hold(held, of: train, besides: test)
    return try sameSize(
      ImageParts(train: rest, validation: validation, test: test, source: folder))
  }

  /// Holds images back for validation: of MNIST the first, as TensorFlow's reader does, so that other
  /// programs' figures are for the same images; else a random part with the classes in proportion.
  private func hold(_ count: Int, of train: LabelledImages, besides test: LabelledImages) throws
    -> (rest: LabelledImages, validation: LabelledImages)
  {
    if (train.count, test.count) == (60_000, 10_000) {
      return (train.selecting(Array(count..<train.count)), train.first(count))
    }
    let split = try train.split(
      train: train.count - count, validation: count, test: 0, seed: Self.splitSeed)
    return (split.train, split.validation)
  }

  private func sameSize(_ parts: ImageParts) throws -> ImageParts {
    let sizes = [parts.train, parts.validation, parts.test].map { $0.images.shape.dropFirst() }
    guard sizes[0] == sizes[1], sizes[0] == sizes[2] else {
      throw ExampleError("'\(parts.source)': the images of the parts differ in size: \(sizes)")
    }
    return parts
  }

  /// Eight, one and one tenths, with the classes in proportion and no image in two parts.
  private func divided(_ all: LabelledImages, source: String) throws -> ImageParts {
    let tenth = all.count / 10
    guard tenth >= classNames.count else {
      throw ExampleError(
        "'\(source)': \(all.count) images are too few to divide: at least "
          + "\(10 * classNames.count) are needed")
    }
    let split = try all.split(
      train: all.count - 2 * tenth, validation: tenth, test: tenth, seed: Self.splitSeed)
    return ImageParts(
      train: split.train, validation: split.validation, test: split.test, source: source)
  }

  private func pictures(in folder: String) throws -> LabelledImages {
    let found = try ImageFolder.read(folder, height: 28, width: 28, classNames: classNames)
    for warning in found.warnings.prefix(5) { print("warning: \(warning)") }
    if found.warnings.count > 5 {
      print("warning: \(found.warnings.count - 5) more files were left out")
    }
    return found.images
  }
}
