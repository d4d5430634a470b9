import CWeftCUDA
import Foundation
import Testing
import Weft

@testable import WeftCUDA

@Suite struct LoaderTests {
  private func message(_ settings: [String: String]) throws -> String {
    let emulator = try Emulator(settings)
    let error = #expect(throws: GraphError.self) { _ = try emulator.libraries }
    #expect(error?.code == .unavailableDevice)
    return error?.message ?? ""
  }

  @Test func withoutLibrariesTheReasonIsSaid() throws {
    let error = #expect(throws: GraphError.self) {
      _ = try CUDALibraries(search: CUDASearch(paths: ["/nowhere"], isExclusive: true))
    }
    #expect(
      error?.message
        == "GPU unavailable: no NVIDIA driver: libcuda.so is in none of the folders that are "
        + "searched (see WEFT_CUDA_PATH)")
  }

  @Test func aFileThatIsNoLibraryIsNamed() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "weft-loader-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "libcuda.so")
    try Data("not a library".utf8).write(to: file)
    let error = #expect(throws: GraphError.self) {
      _ = try CUDALibraries(search: CUDASearch(paths: [folder.path], isExclusive: true))
    }
    #expect(error?.message.hasPrefix("GPU unavailable: no NVIDIA driver: \(file.path)") == true)
  }

  @Test func withoutADeviceTheReasonIsSaid() throws {
    #expect(
      try message(["devices": "0"])
        == "GPU unavailable: cuInit: CUDA_ERROR_NO_DEVICE (no CUDA-capable device is detected); "
        + "the driver sees no device (CUDA_VISIBLE_DEVICES?)")
  }

  @Test func anOldDriverIsNamedWithTheCompiler() throws {
    let text = try message(["driver": "12040"])
    #expect(
      text.hasPrefix(
        "GPU unavailable: the driver supports CUDA up to 12.4, but libnvrtc is 13.0 (/"))
  }

  /// Of several versions of a library those are passed over that the driver cannot work with.
  @Test func aLibraryThatIsTooNewIsPassedOver() throws {
    let text = try message(["products": "140000"])
    #expect(
      text.hasPrefix(
        "GPU unavailable: the driver supports CUDA up to 13.0, but libcublasLt is 14.0 (/"))
    let (new, old) = (try Emulator(["products": "140000"]), try Emulator())
    let paths = try [new, old].map { emulator in
      let link = emulator.path.replacing("emulator.so", with: "libcublasLt.so")
      if !FileManager.default.fileExists(atPath: link) {
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: emulator.path)
      }
      return link
    }
    _ = try old.libraries
    let search = CUDASearch(
      paths: [paths[0], paths[1], (old.path as NSString).deletingLastPathComponent],
      isExclusive: true)
    #expect(try CUDALibraries(search: search).lt.pointee.cublasLtGetVersion() == 130_000)
  }

  /// Machine code of the GPU's own architecture, else of an older one that it runs too, else what the driver
  /// compiles further.
  @Test func theCompilerIsAskedForWhatItMakes() {
    let supported = [75, 80, 86, 90, 100]
    let cases: [(Int, KernelCompiler.Target?)] = [
      (90, .machine(90)), (89, .machine(86)), (103, .machine(100)), (120, .assembly(100)),
      (70, nil),
    ]
    for (architecture, expected) in cases {
      #expect(KernelCompiler.Target(for: architecture, of: supported) == expected)
    }
  }

  @Test func aGPUNewerThanTheCompilerIsUsed() throws {
    for (capability, works) in [("103", true), ("120", true), ("70", false)] {
      let emulator = try Emulator(["capability": capability, "architectures": "75,90,100"])
      let graph = Graph(seed: 1)
      let x = graph.placeholder(Float.self, shape: [3], name: "x")
      let y = x * 2 + 1
      let session = try Session(graph, device: try emulator.device())
      if works {
        let result = try session.run(y, feeding: [x: Tensor<Float>([1, 2, 3])])
        #expect(result.scalars == [3, 5, 7])
      } else {
        let error = #expect(throws: GraphError.self) {
          try session.run(y, feeding: [x: Tensor<Float>([1, 2, 3])])
        }
        #expect(
          error?.message == "libnvrtc 13.0 makes nothing for compute capability 7.0")
      }
    }
  }

  @Test func devicesAreListedWithoutAContext() throws {
    let emulator = try Emulator()
    let libraries = try emulator.libraries
    #expect(libraries.deviceCount == 2)
    let device = try CUDADevice(libraries: libraries, ordinal: 1)
    #expect(device.name == "/gpu:1")
    #expect(device.description.model == "emulated GPU 1")
    #expect(device.description.architecture == 90)
    #expect(emulator.calls("cuDevicePrimaryCtxRetain") == 0)
    #expect(throws: GraphError.self) { try CUDADevice(libraries: libraries, ordinal: 2) }
  }

  @Test func everySourceIsEmbedded() throws {
    let folder = URL(filePath: #filePath).appending(path: "../../../Sources/CWeftCUDA/Kernels")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder.standardized, includingPropertiesForKeys: nil)
    let names = files.filter { $0.pathExtension == "cu" }.map {
      $0.deletingPathExtension().lastPathComponent
    }
    #expect(names.sorted() == KernelUnit.files.keys.sorted())
    for file in files where file.pathExtension == "cu" {
      let name = file.deletingPathExtension().lastPathComponent
      #expect(KernelUnit.files[name] == (try String(contentsOf: file, encoding: .utf8)))
    }
  }
}
