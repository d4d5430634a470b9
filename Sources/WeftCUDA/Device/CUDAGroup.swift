import CWeftCUDA
import Glibc
import WeftDevice

/// GPUs that add up values together, by a communicator of NCCL each.
///
/// One thread begins the work of all of them, in one group of calls: no GPU waits for another whose
/// share is never begun. When something fails, the communicators are aborted before anything is waited
/// for, and made anew for the next sum.
final class CUDAGroup: DeviceGroup, @unchecked Sendable {
  // Sendable: handles, which any thread may use; what changes does so behind ``CUDACollectives/turn``.
  let contexts: [CUDAContext]
  private let table: UnsafePointer<weft_nccl>
  private let streams: [weft_cuda_stream]
  /// Empty after a failure.
  private var communicators: [weft_nccl_communicator] = []

  init(_ contexts: [CUDAContext], _ table: UnsafePointer<weft_nccl>) throws(GraphError) {
    self.contexts = contexts
    self.table = table
    var streams: [weft_cuda_stream] = []
    var failure: GraphError?
    for context in contexts {
      do throws(GraphError) { streams.append(try context.makeStream()) } catch {
        failure = error
        break
      }
    }
    self.streams = streams
    if let failure { throw failure }
    try inTurn { () throws(GraphError) in communicators = try makeCommunicators() }
  }

  deinit {
    contexts[0].libraries.collectives.turn.withLock { _ in
      // What waits for a context that is lost never ends by itself.
      if contexts.contains(where: \.isLost) { return abort() }
      for communicator in communicators { _ = table.pointee.ncclCommDestroy(communicator) }
    }
    for (context, stream) in zip(contexts, streams) {
      guard (try? context.activate()) != nil else { continue }
      _ = context.libraries.driver.pointee.cuStreamDestroy_v2(stream)
    }
  }

  private func inTurn(_ body: () throws(GraphError) -> Void) throws(GraphError) {
    try contexts[0].libraries.collectives.turn.withLock { _ throws(GraphError) in try body() }
  }

  private func abort() {
    for communicator in communicators { _ = table.pointee.ncclCommAbort(communicator) }
    communicators = []
  }

  private func makeCommunicators() throws(GraphError) -> [weft_nccl_communicator] {
    let ordinals = contexts.map { Int32($0.ordinal) }
    var made = [weft_nccl_communicator?](repeating: nil, count: ordinals.count)
    let status = table.pointee.ncclCommInitAll(&made, Int32(ordinals.count), ordinals)
    let communicators = made.compactMap { $0 }
    guard status == 0, communicators.count == made.count else {
      for communicator in communicators { _ = table.pointee.ncclCommAbort(communicator) }
      throw failure(
        status, "ncclCommInitAll",
        notes: ["WEFT_CUDA_NCCL=0 copies values to where they are added up"])
    }
    return communicators
  }

  func add(_ sums: [MemorySum]) throws(GraphError) {
    try inTurn { () throws(GraphError) in
      if communicators.isEmpty { communicators = try makeCommunicators() }
      do throws(GraphError) {
        try begin(sums)
        try wait()
      } catch {
        abort()
        // Nothing writes into memory any more that may be given back.
        for (context, stream) in zip(contexts, streams) where (try? context.activate()) != nil {
          _ = context.libraries.driver.pointee.cuStreamSynchronize(stream)
        }
        throw error
      }
    }
  }

  private func begin(_ sums: [MemorySum]) throws(GraphError) {
    try check(table.pointee.ncclGroupStart(), "ncclGroupStart")
    var failed: GraphError?
    do throws(GraphError) {
      for sum in sums where sum.count > 0 {
        for rank in contexts.indices { try begin(sum, rank) }
      }
    } catch { failed = error }
    // A group that was begun must end, whatever came of it.
    let status = table.pointee.ncclGroupEnd()
    if let failed { throw failed }
    try check(status, "ncclGroupEnd")
  }

  /// Begins the share of one device in a sum.
  private func begin(_ sum: MemorySum, _ rank: Int) throws(GraphError) {
    let communicator = communicators[rank]
    let type = Int32(sum.dtype == .float64 ? WEFT_NCCL_FLOAT64 : WEFT_NCCL_FLOAT32)
    let part = try pointer(to: sum.parts[rank])
    let result = try sum.results[rank].map { (memory) throws(GraphError) in
      try pointer(to: memory)
    }
    if sum.results.count == contexts.count {
      try check(
        table.pointee.ncclAllReduce(
          part, result, sum.count, type, Int32(WEFT_NCCL_SUM), communicator, streams[rank]),
        "ncclAllReduce")
    } else if let root = sum.results.keys.first {
      try check(
        table.pointee.ncclReduce(
          part, result, sum.count, type, Int32(WEFT_NCCL_SUM), Int32(root), communicator,
          streams[rank]), "ncclReduce")
    }
  }

  private func pointer(to memory: any DeviceMemory) throws(GraphError) -> UnsafeMutableRawPointer {
    guard let memory = memory as? CUDAMemory,
      let pointer = UnsafeMutableRawPointer(bitPattern: UInt(memory.buffer.address))
    else { throw GraphError(.invalidState, "a value to add up does not lie on a GPU") }
    return pointer
  }

  /// Waits for all devices, by looking at each in turn: one that fails leaves the others waiting for
  /// its share, so that to wait for one of those alone could be for ever.
  private func wait() throws(GraphError) {
    var waiting = Array(contexts.indices)
    var rounds = 0
    while !waiting.isEmpty {
      for rank in waiting {
        let context = contexts[rank]
        try context.activate()
        let status = context.libraries.driver.pointee.cuStreamQuery(streams[rank])
        if status == WEFT_CUDA_NOT_READY { continue }
        try context.check(status, "cuStreamQuery")
        waiting.removeAll { $0 == rank }
      }
      rounds += 1
      if rounds % 1024 == 0 || waiting.isEmpty {
        for communicator in communicators {
          var status: Int32 = 0
          try check(
            table.pointee.ncclCommGetAsyncError(communicator, &status), "ncclCommGetAsyncError")
          try check(status, "a sum of several GPUs")
        }
        sched_yield()
      }
    }
  }

  private func check(_ status: Int32, _ call: String) throws(GraphError) {
    if status != 0 { throw failure(status, call) }
  }

  /// `ncclReduce over /gpu:0, /gpu:1: unhandled cuda error`, and what the library says besides.
  private func failure(_ status: Int32, _ call: String, notes: [String] = []) -> GraphError {
    let names = contexts.map { "/gpu:\($0.ordinal)" }.joined(separator: ", ")
    let word = table.pointee.ncclGetErrorString(status).map { String(cString: $0) }
    let more = table.pointee.ncclGetLastError(nil).map { String(cString: $0) } ?? ""
    return GraphError(
      .deviceFailed, "\(call) over \(names): \(word ?? "error \(status)")",
      notes: (more.isEmpty ? [] : [more]) + notes)
  }
}
