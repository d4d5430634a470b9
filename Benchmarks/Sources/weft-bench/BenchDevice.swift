import Weft

/// The device that is timed.
enum BenchDevice {
  /// `gpu` where `WEFT_DEVICE` says so, else `cpu`.
  static var kind: String {
    SessionConfiguration.Environment.device?.contains("gpu") == true ? "gpu" : "cpu"
  }

  /// The most bytes that were in use on the GPU, as a further field of a report.
  static var peak: String {
    guard kind == "gpu",
      let device = try? Devices.device(SessionConfiguration.Environment.device ?? ""),
      let gpu = device as? CUDADevice
    else { return "" }
    return ", \"device_peak_mb\": \(gpu.memoryUse.peak >> 20)"
  }
}
