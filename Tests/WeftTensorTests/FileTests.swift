import Foundation
import Glibc
import Testing

@testable import WeftTensor

@Suite struct FileTests {
  @Test func aMissingFileIsNamed() {
    #expect(throws: TensorError("cannot open '/nowhere/a.npy': No such file or directory")) {
      try AnyTensor(npyContentsOf: "/nowhere/a.npy")
    }
    #expect(throws: TensorError("cannot read '/': it is a folder")) { try File.read("/") }
    #expect(throws: TensorError("cannot write '/nowhere/a': No such file or directory")) {
      try File.write([1], to: "/nowhere/a")
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func aFullDiskIsReported() {
    #expect(throws: TensorError("cannot write '/dev/full': No space left on device")) {
      try Tensor<Float>([1, 2]).writeNPY(to: "/dev/full")
    }
  }

  @Test func aFailedWriteLeavesTheOldFileAndNothingElse() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/model.npz"
      try NPZ.write(["a": AnyTensor(Tensor<Float>([1]))], to: path)
      #expect(throws: TensorError.self) {
        try NPZ.write(
          ["a": AnyTensor(Tensor<Float>([2])), "b": AnyTensor(Tensor<BFloat16>([BFloat16(1)]))],
          to: path)
      }
      #expect(try NPZ.read(contentsOf: path) == ["a": AnyTensor(Tensor<Float>([1]))])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["model.npz"])
    }
  }

  @Test func linksAndPermissionsSurvive() throws {
    try withTemporaryFolder { folder in
      let manager = FileManager.default
      try File.write([1], to: folder + "/real")
      try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder + "/real")
      try manager.createSymbolicLink(
        atPath: folder + "/link", withDestinationPath: folder + "/real")
      try File.write([2, 3], to: folder + "/link")
      #expect(try File.read(folder + "/real") == [2, 3])
      let attributes = try manager.attributesOfItem(atPath: folder + "/real")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      #expect(try manager.destinationOfSymbolicLink(atPath: folder + "/link") == folder + "/real")
    }
  }

  // The limit on file sizes belongs to a whole process, hence one of its own.
  @Test func aFileThatDoesNotFitLeavesTheOldOne() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      try withTemporaryFolder { folder in
        let path = folder + "/a.npy"
        try Tensor<Float>([1, 2]).writeNPY(to: path)
        #expect(throws: TensorError("cannot write '\(path)': File too large")) {
          try Tensor<Float>.zeros([100_000]).writeNPY(to: path)
        }
        #expect(try Tensor<Float>(npyContentsOf: path) == [1, 2])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.npy"])
      }
    }
  }
}
