import ArgumentParser
import Weft

/// Where a graph runs.
struct ExecutionOptions: ParsableArguments {
  @Option(help: "How many threads; by default as many as the machine offers.")
  var threads: Int?

  @Option(
    help: """
      The device: 'cpu', 'gpu' (or /gpu:1, ...), or 'reference', which computes slowly and obviously.
      """)
  var device: String = "cpu"

  func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads must be at least 1, not \(threads)")
    }
    if !["cpu", "gpu", "reference"].contains(kind) {
      throw ValidationError(
        "there is no device '\(device)' here; there are 'cpu', 'gpu' and 'reference'")
    }
    if threads != nil, kind == "gpu" {
      throw ValidationError("--threads is for the CPU, not for --device \(device)")
    }
  }

  private var kind: String {
    let last = device.lowercased().split(separator: "/").last.map(String.init) ?? ""
    return last.split(separator: ":").first { $0 != "device" }.map(String.init) ?? last
  }

  /// A session on the device.
  func session(_ graph: Graph) throws -> Session {
    // There is one thread: nobody else puts into a queue what a step waits for.
    let configuration = SessionConfiguration(queueWaitLimit: .zero)
    let chosen: any Device =
      switch kind {
      case "reference": ReferenceDevice()
      case "gpu": try Devices.device(device.contains(":") ? device : "/gpu:0")
      default: threads.map { CPUDevice(threads: $0) } ?? CPUDevice.shared
      }
    return try Session(graph, device: chosen, configuration: configuration)
  }
}
