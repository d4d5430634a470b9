import Foundation
import Testing
import WeftTensor

@testable import WeftData

@Suite struct PictureTests {
  @Test func greyAndColourSurvive() throws {
    var grey = try Tensor<UInt8>.zeros([3, 5])
    var colour = try Tensor<UInt8>.zeros([3, 5, 3])
    for i in 0..<15 { grey[i / 5, i % 5] = UInt8(i * 17) }
    for i in 0..<45 { colour[element: i / 15, i / 3 % 5, i % 3] = UInt8(i * 5) }
    try withTemporaryFolder { folder in
      try PNG.write(grey, to: folder + "/grey.png")
      try PNG.write(colour, to: folder + "/colour.png")
      #expect(try PNG.read(contentsOf: folder + "/grey.png") == grey)
      #expect(try PNG.read(contentsOf: folder + "/colour.png", as: .rgb) == colour)
      let both = try PNG.read(contentsOf: folder + "/grey.png", as: .rgb)
      #expect(both.shape == [3, 5, 3] && both[element: 2, 4, 1] == grey[2, 4])
    }
  }

  @Test func wrongShapesAndFilesAreErrors() throws {
    #expect(throws: DataError.self) { try PNG.encode(Tensor<UInt8>([1, 2])) }
    #expect(throws: DataError.self) { try PNG.encode(.zeros([0, 3])) }
    #expect(throws: DataError.self) { try PNG.encode(.zeros([2, 3, 4])) }
    #expect(throws: DataError("expected is a PNG image; the file is empty")) { try PNG.decode([]) }
    let good = try PNG.encode(Tensor<UInt8>.zeros([20, 30]))
    for length in 0..<good.count - 12 {
      #expect(throws: DataError.self) { try PNG.decode(Array(good[..<length])) }
    }
    var generator = CounterGenerator(seed: 6)
    for _ in 0..<2000 {
      var bad = good
      bad[generator.next(below: bad.count)] = UInt8(generator.next(below: 256))
      if let image = try? PNG.decode(bad) { #expect(image.rank == 2) }
    }
  }

  @Test func aDeclaredGiantIsRefused() throws {
    // Width and height of the header with its checksum made right.
    var bytes = try PNG.encode(Tensor<UInt8>.zeros([2, 2]))
    for (offset, byte) in [UInt8]([0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]).enumerated() {
      bytes[16 + offset] = byte
    }
    let checksum = bytes[12..<29].withUnsafeBytes { raw -> UInt32 in
      var crc = UInt32.max
      for byte in raw {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
      }
      return ~crc
    }
    for i in 0..<4 { bytes[29 + i] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * UInt32(i))) }
    let error = #expect(throws: DataError.self) { try PNG.decode(bytes) }
    #expect(error?.message == "the image has 65535 x 65535 pixels; at most 67108864 are read")
  }

  @Test func contactSheets() throws {
    let images = try sampleImages(5, value: { _ in 0 })
    var sheet = try ContactSheet(
      misclassified: images, predictions: [0, 2, 2, 1, 1], columns: 2, scale: 3)
    #expect(sheet.cells.map(\.caption) == ["c1>c2", "c0>c1"])
    let picture = sheet.render()
    // Two cells of 30 + 4 wide; an image of 6 rows, the caption of 7 and gaps of 4.
    #expect(picture.shape == [4 + 6 + 7 + 8, 4 + 2 * 34, 3])
    // The first image is black, the margin grey.
    #expect(picture[element: 4, 4, 0] == 0 && picture[element: 0, 0, 0] == 225)
    #expect(picture[element: 4, 4 + 9, 1] == 225)
    sheet.cells = []
    #expect(sheet.render().rank == 3)
    try withTemporaryFolder { folder in
      try sheet.write(to: folder + "/sheet.png")
      #expect(try PNG.read(contentsOf: folder + "/sheet.png", as: .rgb) == sheet.render())
    }
    #expect(throws: DataError("there are 5 images but 1 predictions")) {
      try ContactSheet(misclassified: images, predictions: [0])
    }
    #expect(throws: DataError.self) {
      try ContactSheet.Cell(image: Tensor<UInt8>([1]), caption: "")
    }
  }

  @Test func lettersAreDrawnFromTheFont() {
    var canvas = Canvas(width: 6, height: 7)
    canvas.draw("T", x: 0, y: 0)
    let image = canvas.image
    let rows = (0..<7).map { y in
      (0..<6).map { x in image[element: y, x, 0] == 0 ? "#" : "." }.joined()
    }
    #expect(rows == ["#####.", "..#...", "..#...", "..#...", "..#...", "..#...", "..#..."])
    #expect(BitmapFont.rows(of: "t") == BitmapFont.rows(of: "T"))
    #expect(BitmapFont.rows(of: "é") == BitmapFont.rows(of: "ж"))
  }

  @Test func foldersAreClassesAndBadFilesAreWarnings() throws {
    try withTemporaryFolder { folder in
      let image = try Tensor<UInt8>(repeating: 9, shape: [4, 6])
      for name in ["B", "A"] {
        try Folder.create("\(folder)/set/\(name)")
        for file in 0..<3 { try PNG.write(image, to: "\(folder)/set/\(name)/\(file).png") }
      }
      try File.write([], to: folder + "/set/A/1.png")
      try File.write([1, 2], to: folder + "/set/A/notes.txt")
      try PNG.write(.zeros([2, 2]), to: folder + "/set/B/7.png")
      let found = try ImageFolder.read(folder + "/set", height: 4, width: 6)
      #expect(found.images.classNames == ["A", "B"])
      #expect(found.images.classCounts == [2, 3])
      #expect(found.images[0] == image)
      #expect(
        found.warnings == [
          "'\(folder)/set/A/1.png': expected is a PNG image; the file is empty",
          "'\(folder)/set/B/7.png': expected are 4 x 6 pixels; found are 2 x 2",
        ])
      let limited = try ImageFolder.read(folder + "/set", height: 4, width: 6, limitPerClass: 1)
      #expect(limited.images.classCounts == [1, 1])
      #expect(throws: DataError.self) {
        try ImageFolder.read(folder + "/set", height: 28, width: 28)
      }
      #expect(throws: DataError.self) {
        try ImageFolder.read(folder + "/set/A", height: 4, width: 6)
      }
      let error = #expect(throws: DataError.self) { try NotMNIST.load(folder: folder + "/set") }
      #expect(error != nil)
    }
  }

  @Test(
    .enabled(
      if: Shared.hasLetterFiles && Shared.hasNotMNIST, "needs shared/data/notmnist-png and notmnist"
    ))
  func realLetterFiles() throws {
    let found = try NotMNIST.load(folder: Shared.root + "/data/notmnist-png/notMNIST_small")
    #expect(found.images.classNames == LabelledImages.letters)
    #expect(found.images.count > 100)
    // Most of these files are among the repacked images: our decoding gives the same bytes.
    let all = try Shared.notMNIST()
    let known = Set((0..<all.count).map { all[$0].scalars })
    let matching = (0..<found.images.count).filter { known.contains(found.images[$0].scalars) }
    #expect(matching.count > found.images.count / 4)
  }

  @Test func cifarRecordsBecomeColourImages() throws {
    try withTemporaryFolder { folder in
      var bytes: [UInt8] = []
      for label in [3, 9] as [UInt8] {
        bytes.append(label)
        for plane in 0..<3 {
          for pixel in 0..<1024 { bytes.append(UInt8((pixel + 100 * plane + Int(label)) % 256)) }
        }
      }
      let path = folder + "/data.bin"
      try File.write(bytes, to: path)
      let images = try CIFAR10.read(contentsOf: [path, path])
      #expect(images.images.shape == [4, 32, 32, 3])
      #expect(images.labels == [3, 9, 3, 9])
      #expect(images.images[element: 3, 1, 2, 2] == UInt8((34 + 200 + 9) % 256))
      bytes[3073] = 10
      try File.write(bytes, to: path)
      #expect(throws: DataError("'\(path)': record 1 has the label 10; the largest is 9")) {
        try CIFAR10.read(contentsOf: [path])
      }
      try File.write(Array(bytes.dropLast()), to: path)
      #expect(
        throws: DataError(
          "'\(path)': expected are records of 3073 bytes; found are 1 and 3072 bytes more")
      ) { try CIFAR10.read(contentsOf: [path]) }
    }
  }
}

@Suite struct LineChartTests {
  /// The columns of the plot whose pixels have a curve's colour, not grey, white or black.
  func colouredRows(_ image: Tensor<UInt8>, column: Int) -> [Int] {
    (22..<image.shape[0] - 22).filter { row in
      image[element: row, column, 0] != image[element: row, column, 2]
    }
  }

  @Test func aRisingCurveRises() {
    var chart = LineChart(title: "loss", width: 300, height: 200)
    chart.add("up", points: (0...10).map { (Double($0), Double($0) * 0.1) })
    let image = chart.render()
    #expect(image.shape == [200, 300, 3])
    // The frame reaches from column 62 to 288 and from row 178 up to 22.
    let left = colouredRows(image, column: 70)
    let right = colouredRows(image, column: 280)
    #expect(left.allSatisfy { $0 > 160 } && !left.isEmpty)
    #expect(right.allSatisfy { $0 < 40 } && !right.isEmpty)
  }

  @Test(
    arguments: [
      [], [1], [.nan], [.infinity, 1], [0, 0], [.leastNonzeroMagnitude, 0], [1e300, -1e300],
      [1e12, 1e12 + 1],
      [-3, 1e99],
    ] as [[Double]])
  func anyNumbersAreDrawn(values: [Double]) {
    var chart = LineChart(title: "x", width: 1, height: -5)
    chart.add("a", points: values.enumerated().map { (Double($0), $1) })
    chart.add("b", points: values.map { ($0, $0) })
    #expect(chart.render().shape == [120, 160, 3])
  }

  @Test func chartsAreWritten() throws {
    try withTemporaryFolder { folder in
      var chart = LineChart(title: "Minibatch and validation accuracy, %")
      chart.add("train", points: saturating(98, 60))
      chart.add("valid", points: saturating(90, 70))
      try chart.write(to: folder + "/chart.png")
      #expect(try PNG.read(contentsOf: folder + "/chart.png", as: .rgb) == chart.render())
    }
  }
}
