import ArgumentParser
import Testing
import Weft
import WeftExamples

@Suite struct ExampleTests {
  /// What a training gives on a device, over few steps and images.
  private func losses(
    _ example: Example, _ arguments: [String], on device: any Device, others: [any Device] = []
  ) throws -> [Double] {
    let options = try TrainingOptions.parse(
      ["--train-count", "300", "--steps", "5", "--batch-size", "21"] + arguments)
    var parts = try options.images(from: example.folder) { _ in
      throw ExampleError("nothing is fetched in tests")
    }
    parts.validation = parts.validation.first(60)
    parts.test = parts.test.first(60)
    var run = TrainingRun(
      try options.settings(example.preset, model: example.model), on: parts)
    run.display = .silent
    run.output = { _ in }
    run.device = device
    run.others = others
    return try run.run().outcome.reports.map(\.loss)
  }

  /// The examples train on the emulated GPU as on the CPU: networks with dropout, penalties, each
  /// optimizer's updates, decaying rates.
  @Test(arguments: [
    ["--model", "logistic"], ["--model", "mlp"], ["--model", "mlp", "--optimizer", "adam"],
    ["--model", "mlp", "--optimizer", "momentum", "--keep", "0.5", "--beta", "0.001"],
  ])
  func examplesTrainOnTheGPUAsOnTheCPU(_ arguments: [String]) throws {
    let emulator = try Emulator.shared.get()
    let device = try emulator.device()
    for example in [Example.digits, .letters] {
      let found = try losses(example, arguments, on: device)
      let expected = try losses(example, arguments, on: CPUDevice.shared)
      #expect(found.count == expected.count && !found.isEmpty)
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-3 * max(1, abs(b))) }
    }
    // Nothing of such a step is left to the host.
    #expect(device.hostSteps == [:])
  }

  /// Towers on two GPUs, whose gradients NCCL adds up, train as one CPU does.
  @Test func towersTrainOnTwoGPUs() throws {
    let emulator = try Emulator()
    do {
      let common = ["--model", "mlp", "--keep", "1"]
      let found = try losses(
        .digits, common + ["--towers", "/gpu:0,/gpu:1", "--batch-size", "20"],
        on: emulator.device(0), others: [emulator.device(1), CPUDevice.shared])
      let expected = try losses(.digits, common + ["--batch-size", "20"], on: CPUDevice.shared)
      #expect(found.count == expected.count && !found.isEmpty)
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-3 * max(1, abs(b))) }
    }
    #expect(emulator.calls("ncclReduce") > 0)
    #expect(emulator.alive == "")
  }
}
