@_exported import WeftCPU
@_exported import WeftCUDA
@_exported import WeftData
@_exported import WeftReference
@_exported import WeftSession
@_exported import WeftTraining

extension CPUDevice {
  /// The CPU with the process's budget of threads, shared by all sessions that ask for no other.
  public static let shared = CPUDevice()
}

extension Session {
  /// A session on the device that the configuration names, or the graph's operations ask for; else on
  /// the first GPU, else on the CPU.
  ///
  /// Throws the graph's building errors, all of them at once; and if the device that the configuration
  /// names is not there, why.
  public convenience init(
    _ graph: Graph, configuration: SessionConfiguration = SessionConfiguration()
  ) throws(GraphError) {
    var configuration = configuration
    let device = try Devices.choose(for: graph, &configuration)
    try self.init(graph, device: device, configuration: configuration)
  }
}
