import Foundation
import Testing
import WeftTensor

@testable import WeftData

@Suite struct DownloadTests {
  static let hasCurl = isInstalled("curl")

  @Test func hashesOfTheStandard() {
    func hash(_ text: String) -> String { SHA256.hexadecimal(of: Array(text.utf8)) }
    #expect(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      hash(String(repeating: "a", count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(.enabled(if: isInstalled("sha256sum"), "needs sha256sum"))
  func hashesOfEveryLengthAroundABlock() throws {
    try withTemporaryFolder { folder in
      for length in 50..<130 {
        let bytes = (0..<length).map { UInt8($0) }
        try File.write(bytes, to: "\(folder)/\(length)")
      }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["sha256sum"] + (50..<130).map { "\(folder)/\($0)" }
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      for (line, length) in zip(text.split(separator: "\n"), 50..<130) {
        #expect(line.hasPrefix(SHA256.hexadecimal(of: (0..<length).map { UInt8($0) })))
      }
    }
  }

  @Test(.enabled(if: hasCurl, "needs curl"))
  func theSecondMirrorServesWhenTheFirstFails() throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<5000).map { UInt8($0 % 251) }
      try File.write(bytes, to: folder + "/source")
      try File.write([1, 2, 3], to: folder + "/wrong")
      let file = RemoteFile(
        name: "a.bin",
        mirrors: ["missing", "wrong", "source"].map { "file://\(folder)/\($0)" },
        check: .sha256(SHA256.hexadecimal(of: bytes)), byteCount: 5000)
      var received: [Int] = []
      let path = try Download.fetch(file, into: folder + "/cache/deep") {
        received.append($0.received)
      }
      #expect(path == folder + "/cache/deep/a.bin")
      #expect(try File.read(path) == bytes)
      #expect(received.last == 5000)
      #expect(try Folder.names(in: folder + "/cache/deep") == ["a.bin"])
      // What is there and right is not fetched again; what is there and wrong is.
      try FileManager.default.removeItem(atPath: folder + "/source")
      #expect(try Download.fetch(file, into: folder + "/cache/deep") == path)
      try File.write([9], to: path)
      #expect(throws: DataError.self) { try Download.fetch(file, into: folder + "/cache/deep") }
      #expect(try File.read(path) == [9])
    }
  }

  @Test(.enabled(if: hasCurl, "needs curl"))
  func offlineErrorsTellWhatEachMirrorAnswered() throws {
    try withTemporaryFolder { folder in
      let file = RemoteFile(
        name: "a.gz", mirrors: ["http://127.0.0.1:1/a.gz", "file://\(folder)/none"],
        check: .byteCount(3))
      let error = #expect(throws: DataError.self) { try Download.fetch(file, into: folder) }
      let message = try #require(error?.message)
      #expect(message.contains("without a network, put the file at '\(folder)/a.gz'"))
      #expect(message.contains("└─ http://127.0.0.1:1/a.gz: "))
      #expect(message.contains("└─ file://\(folder)/none: "))
      #expect(try Folder.names(in: folder).isEmpty)
    }
  }

  @Test func compressedFilesAreKnownByTheirContent() throws {
    let content = [UInt8](repeating: 5, count: 1000)
    let check = RemoteFile.Check.uncompressedSHA256(SHA256.hexadecimal(of: content))
    let file = RemoteFile(name: "a", mirrors: [], check: check)
    for level in [1, 9] as [Int32] {
      let packed = try content.withUnsafeBytes { try Zlib.compress($0, .gzip, level: level) }
      #expect(file.complaint(about: packed) == nil)
    }
    #expect(file.complaint(about: content + [1]) != nil)
    #expect(file.complaint(about: [0x1F, 0x8B, 1]) != nil)
    #expect(
      RemoteFile(name: "a", mirrors: [], check: .byteCount(2)).complaint(about: [1])
        == "expected 2 bytes, got 1")
  }

  @Test func programsThatDoNotExistAreTold() throws {
    #expect(try ChildProcess.run("weft-no-such-program", []) == nil)
    let outcome = try #require(try ChildProcess.run("sh", ["-c", "echo why >&2; exit 3"]))
    #expect(outcome.status == 3 && outcome.complaint == "why")
    #expect(try ChildProcess.run("sh", ["-c", "kill -9 $$"])?.status == 137)
  }

  @Test(.enabled(if: isInstalled("tar") && isInstalled("gzip"), "needs tar and gzip"))
  func archivesAppearWhole() throws {
    try withTemporaryFolder { folder in
      for letter in LabelledImages.letters {
        try Folder.create("\(folder)/in/notMNIST_small/\(letter)")
        try PNG.write(.zeros([28, 28]), to: "\(folder)/in/notMNIST_small/\(letter)/a.png")
      }
      func pack() throws {
        let made = try ChildProcess.run(
          "tar", ["-czf", folder + "/a.tar.gz", "-C", folder + "/in", "notMNIST_small"])
        #expect(made?.status == 0)
      }
      try pack()
      try NotMNIST.unpack(folder + "/a.tar.gz", folder: "notMNIST_small", to: folder + "/out")
      #expect(try NotMNIST.load(folder: folder + "/out").images.count == 10)
      Folder.remove(folder + "/in/notMNIST_small/C")
      try pack()
      let error = #expect(throws: DataError.self) {
        try NotMNIST.unpack(folder + "/a.tar.gz", folder: "notMNIST_small", to: folder + "/again")
      }
      #expect(error?.message.contains(#"missing: ["C"]"#) == true)
      try File.write([1, 2, 3], to: folder + "/a.tar.gz")
      #expect(throws: DataError.self) {
        try NotMNIST.unpack(folder + "/a.tar.gz", folder: "notMNIST_small", to: folder + "/again")
      }
      #expect(try Folder.names(in: folder) == ["a.tar.gz", "in", "out"])
    }
  }
}
