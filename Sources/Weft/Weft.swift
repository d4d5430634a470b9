@_exported import WeftCPU
@_exported import WeftData
@_exported import WeftReference
@_exported import WeftSession
@_exported import WeftTraining

extension CPUDevice {
  /// The CPU with the process's budget of threads, shared by all sessions that ask for no other.
  public static let shared = CPUDevice()
}

extension Session {
  /// A session on the CPU.
  ///
  /// Throws the graph's building errors, all of them at once.
  public convenience init(
    _ graph: Graph, configuration: SessionConfiguration = SessionConfiguration()
  ) throws(GraphError) {
    try self.init(graph, device: CPUDevice.shared, configuration: configuration)
  }
}
