import Glibc
import Weft

/// What no implementation can go below on this machine: the necessary matrix products of a training
/// step alone, or the necessary bytes over the bandwidth of memory.
enum Floors {
  /// A run of only the matrix products of a workload's step: forward, the gradients of the weights,
  /// and those of the layers' inputs but the first.
  static func products(_ workload: Workload, inputs: Int = 784, classes: Int = 10) throws
    -> () throws -> Void
  {
    let graph = Graph(seed: 1)
    let sizes = [inputs] + workload.hidden + [classes]
    var targets: [GraphOperation] = []
    func matrix(_ rows: Int, _ columns: Int) -> Node<Float> {
      graph.variable(.truncatedNormal([rows, columns], stddev: 0.1)).node
    }
    for (index, (rows, columns)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let (x, w) = (matrix(workload.batch, rows), matrix(rows, columns))
      let d = matrix(workload.batch, columns)
      targets.append(matmul(x, w).operation)
      targets.append(matmul(x, d, transposeA: true).operation)
      if index > 0 { targets.append(matmul(d, w, transposeB: true).operation) }
    }
    let products = graph.group(targets)
    // Nobody uses the products, so that waiting for them would be dropped, and they with it.
    let session = try Session(
      graph, configuration: SessionConfiguration(disabledPasses: ["drop controls"]))
    try session.initializeVariables()
    let step = try session.prepare(products)
    return { _ = try step.run() }
  }

  /// Microseconds to move that many bytes, by the time of copies large against every cache on as many
  /// threads as the CPU device uses.
  static func copying(bytes: Int) -> Double {
    let size = 128 << 20
    let threads = max(CPUDevice.shared.threadCount, 1)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 2 * size, alignment: 4096)
    defer { memory.deallocate() }
    memset(memory, 1, 2 * size)
    var best = Double.infinity
    for _ in 0..<5 {
      let part = Copy(
        from: UnsafeRawPointer(memory), to: memory + size, size: size / threads)
      let began = seconds()
      var workers: [pthread_t] = []
      for index in 0..<threads {
        let job = Unmanaged.passRetained(part.moved(index))
        var thread = pthread_t()
        pthread_create(
          &thread, nil,
          { argument in
            guard let argument else { return nil }
            let job = Unmanaged<Copy>.fromOpaque(argument).takeRetainedValue()
            memcpy(job.to, job.from, job.size)
            return nil
          }, job.toOpaque())
        workers.append(thread)
      }
      for thread in workers { pthread_join(thread, nil) }
      best = min(best, seconds() - began)
    }
    // A copy reads and writes.
    return best / Double(2 * size) * Double(bytes) * 1e6
  }

  private final class Copy {
    let from: UnsafeRawPointer
    let to: UnsafeMutableRawPointer
    let size: Int

    init(from: UnsafeRawPointer, to: UnsafeMutableRawPointer, size: Int) {
      self.from = from
      self.to = to
      self.size = size
    }

    func moved(_ index: Int) -> Copy {
      Copy(from: from + index * size, to: to + index * size, size: size)
    }
  }

  /// The bytes that an operation must read and write.
  static let bytes = [
    "chain": 80_000_000, "reduction": 40_040_000, "squares": 40_000_000, "softmax": 80_000_000,
  ]
}
