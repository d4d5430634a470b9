import WeftCUDA
import WeftSession

/// The devices of this machine: the CPU, and the GPUs where there is a driver.
///
/// ```swift
/// let gpu = try Devices.device("/gpu:0")          // or an error that says why there is none
/// let session = try Session(graph, device: gpu)
/// ```
public enum Devices {
  /// NVIDIA's libraries, looked for once; where they are not, the reason.
  private static let libraries = Result<CUDALibraries, GraphError> { () throws(GraphError) in
    try CUDALibraries()
  }

  private static let gpus: [CUDADevice] = {
    guard case .success(let libraries) = libraries else { return [] }
    return (0..<libraries.deviceCount).compactMap {
      try? CUDADevice(libraries: libraries, ordinal: $0, host: CPUDevice.shared)
    }
  }()

  /// All devices, the GPUs first. Nothing is made on a GPU before its first use.
  public static var all: [any Device] { gpus + [CPUDevice.shared] }

  /// Why there is no GPU; nil where there is one.
  public static var gpuDiagnosis: GraphError? {
    if case .failure(let error) = libraries { return error }
    return nil
  }

  /// The device of a name such as `/gpu:0`, `/device:GPU:0` or `/cpu:0`.
  ///
  /// Throws ``GraphError`` with the diagnosis where it is not there.
  public static func device(_ name: String) throws(GraphError) -> any Device {
    let wanted = Session.normalized(name)
    if let found = all.first(where: { $0.name == wanted }) { return found }
    guard wanted.hasPrefix("/gpu:") else {
      throw GraphError(
        .unavailableDevice,
        "there is no device '\(name)'; there are \(all.map(\.name).joined(separator: ", "))")
    }
    throw gpuDiagnosis
      ?? GraphError(
        .unavailableDevice, "GPU unavailable: there is no \(wanted); the driver sees \(gpus.count)")
  }

  /// The devices of a graph's session: first where operations run that ask for none. That is the device
  /// which the configuration names, or the first GPU that an operation asks for, or the first of
  /// ``all``. Where the GPU asked for is not there, it is the CPU: a run of the operation then says so,
  /// unless the request was soft.
  ///
  /// Throws ``GraphError`` if a device that the configuration names is not there.
  static func choose(for graph: Graph, _ configuration: inout SessionConfiguration)
    throws(GraphError) -> [any Device]
  {
    let usable = try configuration.devices.map { (names) throws(GraphError) in
      var devices: [any Device] = []
      for name in names { devices.append(try device(name)) }
      return devices
    }
    let known = usable ?? all
    func find(_ name: String) throws(GraphError) -> any Device {
      let wanted = Session.normalized(name)
      if let found = known.first(where: { $0.name == wanted }) { return found }
      if usable == nil { return try device(name) }
      throw GraphError(
        .unavailableDevice,
        "the configuration leaves \(known.map(\.name).joined(separator: ", ")), not '\(name)'")
    }
    var standard: (any Device)?
    if let name = configuration.device {
      standard = try find(name)
    } else {
      for operation in graph.operations {
        guard let request = operation.device,
          Session.normalized(request.name).hasPrefix("/gpu:")
        else { continue }
        do throws(GraphError) {
          standard = try find(request.name)
          break
        } catch {
          configuration.deviceNote = error.message
        }
      }
      if standard == nil && configuration.deviceNote != nil {
        standard = known.first { $0.name.hasPrefix("/cpu:") }
      }
    }
    guard let first = standard ?? known.first else {
      throw GraphError(.unavailableDevice, "the configuration leaves no device")
    }
    return [first] + known.filter { $0 !== first }
  }
}
