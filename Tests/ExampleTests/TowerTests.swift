import Testing
import Weft
import WeftExamples

@Suite struct TowerTests {
  /// The losses of a short training, and what it said.
  private func train(
    _ arguments: [String], devices: [any Device] = []
  ) throws -> (losses: [Double], text: String) {
    let options = try TrainingOptions.parse(
      arguments + ["--train-count", "200", "--steps", "5", "--batch-size", "20"])
    var parts = try options.images(from: Example.digits.folder) { _ in
      throw ExampleError("nothing is fetched in tests")
    }
    parts.validation = parts.validation.first(60)
    parts.test = parts.test.first(60)
    var run = TrainingRun(
      try options.settings(Example.digits.preset, model: .mlp), on: parts)
    run.display = .silent
    var text = ""
    run.output = { text += $0 }
    run.device = devices.first
    run.others = Array(devices.dropFirst())
    return (try run.run().outcome.reports.map(\.loss), text)
  }

  @Test(arguments: ["mlp", "logistic", "lenet"])
  func towersTrainAsOneDeviceDoes(_ model: String) throws {
    let devices: [any Device] = (0..<3).map { CPUDevice(name: "/cpu:\($0)", threads: 1) }
    let common = ["--model", model, "--keep", "1"]
    let arguments = model == "logistic" ? ["--model", model] : common
    let one = try train(arguments, devices: [devices[0]])
    let two = try train(arguments + ["--towers", "/cpu:1,/cpu:2"], devices: devices)
    #expect(one.losses.count == two.losses.count && !one.losses.isEmpty)
    for (a, b) in zip(one.losses, two.losses) { #expect(abs(a - b) < 1e-3 * max(1, abs(a))) }
    #expect(!one.text.contains("/cpu:"))
    #expect(two.text.contains("Copy 'hidden1/weights'") == (model != "logistic"))
    #expect(two.text.contains("/cpu:2  from /cpu:0"))
  }

  /// On a machine without the devices: an error that says so, or the same on the CPU.
  @Test func towersWithoutTheirDevices() throws {
    let arguments = ["--keep", "1", "--towers", "/gpu:76,/gpu:77"]
    let error = #expect(throws: GraphError.self) { try train(arguments) }
    #expect(error?.code == .unavailableDevice)
    #expect("\(try #require(error))".contains("GPU unavailable"))
    let soft = try train(arguments + ["--soft-placement"])
    #expect(soft.losses.allSatisfy(\.isFinite) && !soft.losses.isEmpty)
  }

  @Test func aBatchMustHaveEqualParts() throws {
    let options = try TrainingOptions.parse(["--towers", "/gpu:0,/gpu:1", "--batch-size", "21"])
    let error = #expect(throws: (any Error).self) {
      try options.settings(Example.digits.preset, model: .mlp)
    }
    #expect("\(try #require(error))".contains("has no 2 equal parts"))
  }
}
