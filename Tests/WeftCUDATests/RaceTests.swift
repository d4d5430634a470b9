import OpCases
import Testing
import Weft
import WeftTesting

@testable import WeftCUDA

/// What the emulator finds of accesses that nothing orders; and that Weft's kernels have none.
@Suite struct RaceTests {
  /// What a launch of some blocks of 64 threads ends in: empty if nothing is wrong. `y` has an element for
  /// each thread, `counter` is 0.
  private func outcome(_ body: String, blocks: Int = 2) throws -> String {
    let emulator = try Emulator(["races": "1"])
    let device = try emulator.device()
    let (context, library) = try device.open()
    let unit = KernelUnit(
      name: "race",
      text: """
        KERNEL(64) ENTRY(run)(float *y, unsigned *counter) {
          __shared__ float s[64];
          __shared__ bool is_last;
          const int i = threadIdx.x;
          const long long at = THREAD_INDEX;
        \(body)
        }
        """)
    try library.load([unit])
    let function = try library.function("run", of: unit, sharedByteCount: 0)
    let y = try CUDAMemory(context, byteCount: 4096)
    let counter = try CUDAMemory(context, byteCount: 4)
    let launch = BoundLaunch(
      "run", function, grid: [blocks, 1, 1], block: [64, 1, 1],
      words: [[y.buffer.address], [counter.buffer.address]])
    try launch.issue(on: context.stream, context)
    do throws(GraphError) {
      try context.check(
        context.libraries.driver.pointee.cuStreamSynchronize(context.stream), "cuStreamSynchronize")
    } catch { return emulator.message }
    return ""
  }

  @Test(arguments: [
    // A neighbour's element without a barrier; shared memory written again before all have read.
    ("s[i] = i; y[at] = s[63 - i];", true),
    ("s[i] = i; __syncthreads(); y[at] = s[63 - i];", false),
    (
      """
      for (int turn = 0; turn < 2; turn++) { s[i] = turn; __syncthreads(); y[at] = s[63 - i]; }
      """, true
    ),
    (
      """
      for (int turn = 0; turn < 2; turn++) {
        __syncthreads(); s[i] = turn; __syncthreads(); y[at] = s[63 - i];
      }
      """, false
    ),
    // Two blocks and one place; an element that another thread reads.
    ("y[i] = 1;", true), ("y[at] = y[(at + 1) % 128];", true), ("atomicAdd(&y[i], 1.0f);", false),
    // The last block reads what all have left.
    (
      """
      y[at] = 1; __threadfence(); __syncthreads();
      if (i == 0) is_last = atomicAdd(counter, 1u) == gridDim.x - 1;
      __syncthreads();
      if (is_last) y[at] = y[127 - at];
      """, false
    ),
    (
      """
      y[at] = 1; __syncthreads();
      if (i == 0) is_last = atomicAdd(counter, 1u) == gridDim.x - 1;
      __syncthreads();
      if (is_last) y[at] = y[127 - at];
      """, true
    ),
  ])
  func whatNothingOrdersIsFound(_ body: String, _ isRace: Bool) throws {
    let message = try outcome(body)
    #expect(message.contains("a race:") == isRace, "\(message)")
  }

  /// Whole steps, whose launches are joined: what goes on together touches nothing in common.
  @Test func stepsHaveNoRaces() throws {
    let emulator = try Emulator(["races": "1", "multiprocessors": "132", "order": "random:3"])
    let device = try emulator.device(options: CUDAOptions(batchSize: 24))
    for step in StepCase.all {
      let problem = try step.mismatch(on: device, runs: 2)
      #expect(problem == nil, "\(problem ?? "") (emulator: \(emulator.message))")
    }
  }
}
