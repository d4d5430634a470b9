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
  /// A session on the devices of the machine, or on those that the configuration names.
  ///
  /// Operations that ask for a device run there; the others where the configuration says, else on the
  /// first GPU that an operation asks for, else on the first GPU, else on the CPU.
  ///
  /// Throws the graph's building errors, all of them at once; and if a device that the configuration
  /// names is not there, why.
  public convenience init(
    _ graph: Graph, configuration: SessionConfiguration = SessionConfiguration()
  ) throws(GraphError) {
    var configuration = configuration
    let devices = try Devices.choose(for: graph, &configuration)
    try self.init(
      graph, device: devices[0], others: Array(devices.dropFirst()), configuration: configuration)
  }
}
