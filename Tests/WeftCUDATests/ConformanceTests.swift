import Foundation
import OpCases
import Synchronization
import Testing
import Weft
import WeftTesting

@testable import WeftCUDA

@Suite struct ConformanceTests {
  /// What has no kernel, for all or some of its cases; docs/cuda.md says why. A type that gets one is taken
  /// out here.
  private static let onTheHost: Set = [
    "Assert", "BroadcastArgs", "Cholesky", "ConcatOffset", "If", "LogUniformCandidateSampler",
    "MatrixDeterminant", "MatrixInverse", "MatrixSolve", "MatrixTriangularSolve", "Multinomial",
    "Print", "Qr", "RandomGamma", "RandomShuffle", "SelfAdjointEigV2", "StackCloseV2", "StackPopV2",
    "StackPushV2", "StackV2", "Svd", "TensorArrayCloseV3", "TensorArrayConcatV3",
    "TensorArrayGatherV3", "TensorArrayReadV3", "TensorArrayScatterV3", "TensorArraySplitV3",
    "TensorArrayV3", "TensorArrayWriteV3", "UniformCandidateSampler", "WeftKeptShape",
    "WeftOrthonormalize", "While",
  ]

  /// The units of all runs so far.
  private static let units = Mutex<Set<KernelUnit>>([])

  /// Every case of every operation, on the emulated GPU, against the reference. How many passed is
  /// printed, and what ran on the host instead, with the reason. Once on a GPU of few processors, where what
  /// nothing orders takes place first to last and as late as it can; once on one of many, last to first, as
  /// early as it can, with products that work with memory and whose rectifier loses NaN.
  ///
  /// `WEFT_WRITE_PROGRAMS` names a folder for the programs, which other compilers may be given.
  @Test(arguments: [
    ["order": "forward", "multiprocessors": "4"],
    ["order": "reverse", "multiprocessors": "132", "workspace": "4096", "rectifier": "plain"],
  ])
  func everyCaseAgreesOnTheGPU(_ settings: [String: String]) throws {
    let emulator = try Emulator(settings)
    let device = try emulator.device()
    var passed = 0
    var problems: [String] = []
    for opCase in CaseTable.all {
      if let problem = conformanceMismatch(opCase, on: device) {
        problems.append("\(problem) (emulator: \(emulator.message))")
      } else {
        passed += 1
      }
    }
    print(
      "op cases passed on \(device.name): \(passed) of \(CaseTable.all.count), "
        + "\(settings["order"] ?? ""), \(settings["multiprocessors"] ?? "") processors")
    if settings["order"] == "forward" {
      for (typeName, reason) in device.hostSteps.sorted(by: { $0.key < $1.key }) {
        print("on the host: \(typeName): \(reason)")
      }
    }
    #expect(problems.isEmpty, "\(problems.prefix(20).joined(separator: "\n"))")
    #expect(Set(device.hostSteps.keys) == Self.onTheHost)
    let unexplained = device.hostSteps.filter { $0.value == "no CUDA kernel" }
    #expect(unexplained == [:])
    if let folder = ProcessInfo.processInfo.environment["WEFT_WRITE_PROGRAMS"] {
      var units = Set(try device.open().library.units)
      // Joined kernels are made for whole steps.
      let plans = try Workload.all.map(LaunchTests.plan) + [WindowTests.Model().plan()]
      for plan in plans {
        let arranged = try CUDAProgram.arrange(plan, device.open().context, device.options)
        units.formUnion(arranged.segments.flatMap(\.units))
      }
      try Self.units.withLock { all in
        all.formUnion(units)
        try write(Array(all), to: URL(filePath: folder))
      }
    }
  }

  /// What runs on the host runs there too where no device of the host is named.
  @Test func theHostNeedsNoDevice() throws {
    let device = try Emulator.shared.get().device(host: nil)
    var compared = 0
    for opCase in CaseTable.all where !opCase.typeNames.isDisjoint(with: Self.onTheHost) {
      #expect(conformanceMismatch(opCase, on: device) == nil)
      compared += 1
    }
    #expect(compared >= Self.onTheHost.count)
  }

  private func write(_ units: [KernelUnit], to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let sorted = units.sorted { ($0.name, $0.tag) < ($1.name, $1.tag) }
    for start in stride(from: 0, to: sorted.count, by: 24) {
      let program = KernelUnit.program(Array(sorted[start..<min(start + 24, sorted.count)]))
      let name = "program-\(start / 24).cu"
      try program.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
    }
  }
}
