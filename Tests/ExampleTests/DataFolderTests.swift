import Testing
import Weft
import WeftExamples

@Suite struct DataFolderTests {
  @Test(arguments: [(DataFolder.letters, 12_000), (DataFolder.digits, 8000)])
  func theBundledImagesAreFound(_ folder: DataFolder, _ count: Int) throws {
    let parts = try folder.loadBundled()
    #expect(parts.train.count == count)
    #expect(parts.validation.count == 1500)
    #expect(parts.test.count == 1500)
    #expect(parts.train.classNames == folder.classNames)
  }

  @Test func aMissingFolderIsNamed() {
    let error = #expect(throws: ExampleError.self) { try DataFolder.letters.load("/no/such") }
    #expect(error?.message == "--data '/no/such': there is no such folder")
  }

  @Test func aFolderWithoutImagesIsToldWhatBelongsThere() throws {
    try withTemporaryFolder { folder in
      let error = #expect(throws: ExampleError.self) { try DataFolder.letters.load(folder) }
      #expect(
        error?.message
          == "--data '\(folder)': expected are 'train-images-idx3-ubyte.gz' and its kin, or "
          + "'images-idx3-ubyte.gz' and 'labels-idx1-ubyte.gz', or folders A to J of PNG files")
    }
  }

  @Test func onePairOfFilesIsDividedWithoutSharedImages() throws {
    try withTemporaryFolder { folder in
      // Twenty images occur twice.
      let once = try noise(480)
      let all = once.selecting(Array(0..<480) + Array(0..<20))
      try all.write(
        imagesFile: "\(folder)/images-idx3-ubyte.gz", labelsFile: "\(folder)/labels-idx1-ubyte")
      let parts = try DataFolder.letters.load(folder)
      #expect(parts.train.count == 400)
      #expect(parts.validation.count == 50)
      #expect(parts.test.count == 50)
      let sets = [parts.train, parts.validation, parts.test].map { part in
        Set((0..<part.count).map { part[$0].scalars })
      }
      #expect(sets[0].isDisjoint(with: sets[1]))
      #expect(sets[0].isDisjoint(with: sets[2]))
      #expect(sets[1].isDisjoint(with: sets[2]))
      let again = try DataFolder.letters.load(folder)
      #expect(again.test == parts.test)
    }
  }

  @Test func validationIsHeldBackFromTrainingWhereTheFolderHasNone() throws {
    try withTemporaryFolder { folder in
      for (name, part) in [("train", try noise(200)), ("t10k", try noise(30, seed: 7))] {
        try part.write(
          imagesFile: "\(folder)/\(name)-images-idx3-ubyte.gz",
          labelsFile: "\(folder)/\(name)-labels-idx1-ubyte.gz")
      }
      var digits = DataFolder.digits
      #expect(try digits.load(folder).validation.count == 20)
      digits.validationCount = 70
      let parts = try digits.load(folder)
      #expect(parts.train.count == 130)
      #expect(parts.validation.count == 70)
      #expect(parts.test.count == 30)
      digits.validationCount = 200
      let error = #expect(throws: ExampleError.self) { try digits.load(folder) }
      #expect(error?.message == "--validation-count 200: there are 200 training images")
    }
  }

  @Test func ofMNISTTheFirstImagesAreHeldBackAsByTensorFlowsReader() throws {
    try withTemporaryFolder { folder in
      let train = try noise(60_000, size: [2, 3])
      for (name, part) in [("train", train), ("t10k", try noise(10_000, seed: 7, size: [2, 3]))] {
        try part.write(
          imagesFile: "\(folder)/\(name)-images-idx3-ubyte",
          labelsFile: "\(folder)/\(name)-labels-idx1-ubyte")
      }
      let parts = try DataFolder.digits.load(folder)
      #expect(parts.validation.images == train.images[0..<5000])
      #expect(parts.validation.labels == Array(train.labels[..<5000]))
      #expect(parts.train.images == train.images[5000..<60_000])
    }
  }

  @Test func anExportedSplitIsReadAsItWasWritten() throws {
    try withTemporaryFolder { folder in
      let parts = ImageParts(
        train: try noise(40), validation: try noise(20, seed: 2), test: try noise(10, seed: 3),
        source: "noise")
      try parts.export(to: "\(folder)/new")
      let read = try DataFolder.letters.load("\(folder)/new")
      #expect(read.train == parts.train)
      #expect(read.validation == parts.validation)
      #expect(read.test == parts.test)
    }
  }

  @Test func pictureFoldersAreRead() throws {
    try withTemporaryFolder { folder in
      let images = try noise(200)
      for name in LabelledImages.letters { try Path.createFolder("\(folder)/\(name)") }
      for index in 0..<200 {
        let name = LabelledImages.letters[Int(images.labels[index])]
        try PNG.write(images[index], to: "\(folder)/\(name)/\(index).png")
      }
      let parts = try DataFolder.letters.load(folder)
      #expect(parts.train.count == 160)
      #expect(parts.test.classCounts == Array(repeating: 2, count: 10))
    }
  }

  @Test func imagesThatDoNotFitAreRefused() throws {
    try withTemporaryFolder { folder in
      let parts = ImageParts(
        train: try noise(40), validation: try noise(20), test: try noise(10, size: [14, 14]),
        source: "noise")
      try parts.export(to: folder)
      #expect(throws: ExampleError.self) { try DataFolder.letters.load(folder) }
    }
    try withTemporaryFolder { folder in
      try noise(30).write(
        imagesFile: "\(folder)/images-idx3-ubyte", labelsFile: "\(folder)/labels-idx1-ubyte")
      #expect(throws: ExampleError.self) { try DataFolder.letters.load(folder) }
    }
  }
}
