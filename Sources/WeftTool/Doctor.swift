import ArgumentParser
import Glibc
import Weft
import WeftTensorFlow

/// `weft doctor`: what Weft finds on this machine.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what Weft finds on this machine: instructions, threads and why, devices.")

  func run() throws {
    let device = CPUDevice.shared
    print("vector instructions  \(CPUDevice.instructionSet)")
    print("threads              \(device.threadCount) (\(reason))")
    print("devices              \(Devices.all.map(\.name).joined(separator: ", ")), /reference:0")
    for case let gpu as CUDADevice in Devices.all {
      let (model, memory, architecture) = gpu.description
      print("\(gpu.name)               \(model), \(memory >> 20) MB, sm_\(architecture)")
    }
    if let diagnosis = Devices.gpuDiagnosis { print("GPUs                 \(diagnosis.message)") }
    print("op types             \(OperationCatalogue.standard.typeNames.count) of TensorFlow's")
    print("checks               \(try check(device))")
  }

  private var reason: String {
    for name in ["WEFT_THREADS", "OMP_NUM_THREADS"] {
      if let value = getenv(name) { return "\(name)=\(String(cString: value))" }
    }
    let online = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    return "\(online) processors online, less where affinity or a cgroup's quota says so"
  }

  /// A product and a factorisation, compared with the reference device.
  private func check(_ device: CPUDevice) throws -> String {
    let graph = Graph(seed: 1)
    let a = graph.randomNormal([37, 37], name: "a") as Node<Float>
    let product = matmul(a, a)
    let inverse = matmul(matrixInverse(a), a)
    let ours = try Session(graph, device: device)
    let (p, i) = try ours.run(product, inverse)
    ours.close()
    let (q, _) = try Session(graph, device: ReferenceDevice()).run(product, inverse)
    let worst = zip(p.scalars, q.scalars).map { abs($0 - $1) }.max() ?? 0
    let far = i.scalars.enumerated().map { abs($1 - ($0 / 37 == $0 % 37 ? 1 : 0)) }.max() ?? 0
    guard worst < 1e-3, far < 1e-2 else {
      throw GraphError(
        .evaluationFailed,
        "the CPU computes wrongly: a product is off by \(worst), an inverse by \(far)")
    }
    return "a product and an inverse agree with the reference"
  }
}
