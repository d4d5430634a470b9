import Foundation
import Testing
import WeftTensor

@testable import WeftData

@Suite struct IDXTests {
  @Test func everyTypeThatIDXAndTensorsShareSurvives() throws {
    let tensors = [
      AnyTensor([[1, 2, 3], [4, 5, 255]] as Tensor<UInt8>),
      AnyTensor(Tensor<Int32>([-1, 256, .max])),
      AnyTensor([[[1.5], [-2]]] as Tensor<Float>),
      AnyTensor(Tensor<Double>(0.1)),
      AnyTensor(try Tensor<UInt8>.zeros([0, 28, 28])),
    ]
    try withTemporaryFolder { folder in
      for tensor in tensors {
        #expect(try IDX.read(IDX.bytes(of: tensor)) == tensor)
        for name in ["/a.idx", "/a.idx.gz"] {
          try IDX.write(tensor, to: folder + name)
          #expect(try IDX.read(contentsOf: folder + name) == tensor)
        }
      }
      #expect(try File.read(folder + "/a.idx.gz").starts(with: [0x1F, 0x8B]))
    }
    #expect(throws: DataError("IDX files cannot hold bool: cast the tensor first")) {
      try IDX.bytes(of: AnyTensor(Tensor<Bool>([true])))
    }
  }

  @Test func smallIntegersAreWidened() throws {
    let bytes: [UInt8] = [0, 0, 0x09, 1, 0, 0, 0, 2, 0xFF, 0x7F]
    #expect(try IDX.read(bytes) == AnyTensor(Tensor<Int32>([-1, 127])))
    let shorts: [UInt8] = [0, 0, 0x0B, 1, 0, 0, 0, 2, 0xFF, 0xFE, 0x01, 0x02]
    #expect(try IDX.read(shorts) == AnyTensor(Tensor<Int32>([-2, 258])))
  }

  @Test func errorsNameTheFileAndBothValues() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/labels"
      func expect(_ bytes: [UInt8], _ message: String) throws {
        try File.write(bytes, to: path)
        #expect(throws: DataError("'\(path)': " + message)) { try IDX.read(contentsOf: path) }
      }
      try expect(
        [0, 0, 8, 1, 0, 0, 0, 3, 1, 2], "an array of shape [3] needs 3 bytes; there are 2")
      try expect(
        [0, 0, 8, 1, 0, 0, 0, 1, 1, 2], "an array of shape [1] needs 1 bytes; there are 2")
      try expect(
        [1, 0, 8, 1, 0, 0, 0, 1, 1],
        "not an IDX file: expected the bytes 00 00 and an element type 08, 09, 0B to 0E; found "
          + "01 00 08")
      try expect(
        [0, 0, 8, 3, 0, 0, 0, 1],
        "the header of an IDX file of 3 dimensions has 16 bytes; there are 8")
      try expect([], "an IDX file has at least 4 bytes; there are 0")
      let huge: [UInt8] = [0, 0, 0x0E, 3] + [UInt8](repeating: 0xFF, count: 12)
      try expect(
        huge,
        "an array of shape [4294967295, 4294967295, 4294967295] needs far more bytes; there are 0")
    }
    #expect(throws: DataError("cannot open '/nowhere': No such file or directory")) {
      try IDX.read(contentsOf: "/nowhere")
    }
  }

  @Test func damageNeverTraps() throws {
    let plain = try IDX.bytes(of: AnyTensor(Tensor<UInt8>((0..<100).map { UInt8($0) })))
    let packed = try plain.withUnsafeBytes { try Zlib.compress($0, .gzip) }
    for good in [plain, packed] {
      for length in 0..<good.count {
        #expect(throws: DataError.self) { try IDX.read(Array(good[..<length])) }
      }
      var generator = CounterGenerator(seed: 5)
      for _ in 0..<5000 {
        var bad = good
        for _ in 0...generator.next(below: 3) {
          bad[generator.next(below: bad.count)] = UInt8(generator.next(below: 256))
        }
        if let tensor = try? IDX.read(bad) { #expect(tensor.byteCount <= 8 * plain.count) }
      }
    }
  }

  @Test func labelsMustFitImages() throws {
    try withTemporaryFolder { folder in
      let (images, labels) = (folder + "/images", folder + "/labels")
      try IDX.write(AnyTensor(try Tensor<UInt8>.zeros([3, 2, 2])), to: images)
      try IDX.write(AnyTensor(Tensor<UInt8>([1, 2])), to: labels)
      #expect(throws: DataError("'\(images)' has 3 images but '\(labels)' has 2 labels")) {
        try LabelledImages(imagesFile: images, labelsFile: labels)
      }
      try IDX.write(AnyTensor(Tensor<UInt8>([1, 2, 10])), to: labels)
      #expect(throws: DataError("label 2 is 10; with 10 classes the largest is 9")) {
        try LabelledImages(imagesFile: images, labelsFile: labels)
      }
      #expect(throws: DataError.self) {
        try LabelledImages(imagesFile: labels, labelsFile: labels)
      }
      #expect(throws: DataError.self) {
        try LabelledImages(imagesFile: images, labelsFile: images)
      }
      let written = try sampleImages(5)
      try written.write(imagesFile: images + ".gz", labelsFile: labels + ".gz")
      let again = try LabelledImages(
        imagesFile: images + ".gz", labelsFile: labels + ".gz", classNames: written.classNames)
      #expect(again == written)
    }
  }

  @Test(.enabled(if: Shared.hasMNIST, "needs the real MNIST in shared/data/mnist"))
  func realMNIST() throws {
    let (train, test) = try MNIST.load(folder: Shared.root + "/data/mnist")
    #expect(train.images.shape == [60000, 28, 28])
    #expect(test.images.shape == [10000, 28, 28])
    #expect(train.labels.prefix(10) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    #expect(train.classCounts == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    let data = test.dataset(scaling: .unit)
    #expect(data.images.shape == [10000, 784])
    #expect(data.images.max() == 1 && data.images.min() == 0)
  }

  @Test(.enabled(if: Shared.hasMNIST, "needs the real MNIST in shared/data/mnist"))
  func theKnownHashesAreThoseOfRealMNIST() throws {
    for file in MNIST.files {
      let bytes = try File.read(Shared.root + "/data/mnist/" + file.name)
      #expect(file.complaint(about: bytes) == nil)
      // The training images may have been compressed anew.
      #expect(bytes.count == file.byteCount || file.name.hasPrefix("train-images"))
    }
  }

  @Test func aMissingFileOfMNISTIsNamed() throws {
    try withTemporaryFolder { folder in
      let stem = "train-images-idx3-ubyte"
      #expect(throws: DataError("'\(folder)': has neither '\(stem).gz' nor '\(stem)'")) {
        try MNIST.load(folder: folder)
      }
    }
  }
}
