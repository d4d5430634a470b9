import Foundation
import OpCases
import Testing
import Weft
import WeftTesting

@testable import WeftCUDA

@Suite struct ConformanceTests {
  /// What has no kernel, for all or some of its cases; docs/cuda.md says why. A type that gets one is taken
  /// out here.
  private static let onTheHost: Set = [
    "Assert", "BroadcastArgs", "CheckNumerics", "Cholesky", "ConcatOffset", "Cross", "Cumsum",
    "IdentityN", "If", "InvertPermutation", "LinSpace", "LogUniformCandidateSampler",
    "MatrixDeterminant", "MatrixInverse", "MatrixSolve", "MatrixTriangularSolve",
    "MaxPoolGradWithArgmax", "MaxPoolWithArgmax", "Multinomial", "Polygamma", "Print", "Qr",
    "RandomGamma", "RandomShuffle", "ResizeBilinear", "ResizeBilinearGrad",
    "ResizeNearestNeighbor", "ResizeNearestNeighborGrad", "ReverseSequence", "ReverseV2",
    "SelfAdjointEigV2", "Slice", "SparseApplyAdadelta", "SparseApplyAdagrad",
    "SparseApplyAdagradV2", "SparseApplyFtrl", "SparseApplyMomentum",
    "SparseApplyProximalAdagrad", "SparseApplyProximalGradientDescent", "SparseApplyRMSProp",
    "StackCloseV2", "StackPopV2", "StackPushV2", "StackV2",
    "StridedSlice", "Svd",
    "TensorArrayCloseV3", "TensorArrayConcatV3", "TensorArrayGatherV3", "TensorArrayReadV3",
    "TensorArrayScatterV3", "TensorArraySplitV3", "TensorArrayV3", "TensorArrayWriteV3",
    "UniformCandidateSampler", "WeftKeptShape", "WeftOrthonormalize", "While",
  ]

  /// Every case of every operation, on the emulated GPU, against the reference. How many passed is
  /// printed, and what ran on the host instead, with the reason. Once on a GPU of few processors, where what
  /// nothing orders takes place first to last and as late as it can; once on one of many, last to first, as
  /// early as it can, with products that work with memory and whose rectifier, not used then, loses NaN.
  ///
  /// `WEFT_WRITE_PROGRAMS` names a folder for the programs, which other compilers may be given.
  @Test func everyCaseAgreesOnTheGPU() throws {
    var units: Set<KernelUnit> = []
    for settings in [
      ["order": "forward", "multiprocessors": "4"],
      [
        "order": "reverse", "multiprocessors": "132", "workspace": "4096", "rectifier": "plain",
      ],
    ] {
      let emulator = try Emulator(settings)
      var options = CUDAOptions(batchSize: 1)
      options.usesRectifiers = settings["rectifier"] == nil
      let device = try emulator.device(options: options)
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
      #expect(problems.isEmpty, "\(problems.prefix(20).joined(separator: "\n"))")
      #expect(Set(device.hostSteps.keys) == Self.onTheHost)
      let isFirst = units.isEmpty
      units.formUnion(try device.open().library.units)
      guard isFirst else { continue }
      for (typeName, reason) in device.hostSteps.sorted(by: { $0.key < $1.key }) {
        print("on the host: \(typeName): \(reason)")
      }
      // Joined kernels are made for whole steps.
      for workload in Workload.all {
        let plan = try LaunchTests.plan(workload)
        let arranged = try CUDAProgram.arrange(plan, device.open().context, CUDAOptions())
        units.formUnion(arranged.segments.flatMap(\.units))
      }
    }
    if let folder = ProcessInfo.processInfo.environment["WEFT_WRITE_PROGRAMS"] {
      try write(Array(units), to: URL(filePath: folder))
    }
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
