import CWeftCUDA
import Testing
import WeftCUDA

/// The emulator finds what a real NCCL would wait for without end, or read from the wrong GPU.
@Suite struct EmulatedCollectiveTests {
  /// Two emulated GPUs, with a communicator, a stream and sixteen floats each.
  private final class Pair {
    let driver: UnsafeMutablePointer<weft_cuda_driver>
    let nccl: UnsafeMutablePointer<weft_nccl>
    var communicators = [weft_nccl_communicator?](repeating: nil, count: 2)
    var streams: [weft_cuda_stream?] = [nil, nil]
    var memory: [weft_cuda_address] = [0, 0]

    init(_ emulator: Emulator) throws {
      var message = [CChar](repeating: 0, count: 200)
      driver = try #require(weft_cuda_driver_open(emulator.path, &message, message.count))
      nccl = try #require(weft_nccl_open(emulator.path, &message, message.count))
      #expect(driver.pointee.cuInit(0) == 0)
      for device in 0..<2 {
        var context: weft_cuda_context?
        #expect(driver.pointee.cuDevicePrimaryCtxRetain(&context, Int32(device)) == 0)
        #expect(driver.pointee.cuCtxSetCurrent(context) == 0)
        #expect(driver.pointee.cuStreamCreate(&streams[device], 1) == 0)
        var pool: weft_cuda_pool?
        var properties = weft_cuda_pool_properties()
        #expect(driver.pointee.cuMemPoolCreate(&pool, &properties) == 0)
        #expect(
          driver.pointee.cuMemAllocFromPoolAsync(&memory[device], 64, pool, streams[device]) == 0)
      }
      #expect(nccl.pointee.ncclCommInitAll(&communicators, 2, [0, 1]) == 0)
    }

    /// Begins a rank's share of a sum.
    func add(_ rank: Int, of address: weft_cuda_address? = nil, count: Int = 16) -> Int32 {
      let pointer = UnsafeMutableRawPointer(bitPattern: UInt(address ?? memory[rank]))
      return nccl.pointee.ncclAllReduce(
        pointer, pointer, count, Int32(WEFT_NCCL_FLOAT32), Int32(WEFT_NCCL_SUM),
        communicators[rank], streams[rank])
    }

    func together(_ body: () -> Void) -> Int32 {
      #expect(nccl.pointee.ncclGroupStart() == 0)
      body()
      return nccl.pointee.ncclGroupEnd()
    }
  }

  @Test func aMissingRankIsAnError() throws {
    let emulator = try Emulator()
    let pair = try Pair(emulator)
    let alone = pair.together { #expect(pair.add(0) == 0) }
    #expect(alone == 5)
    #expect(emulator.message.contains("waits for ever"), "\(emulator.message)")
    #expect(pair.add(1) == 5)
    let status = pair.together {
      #expect(pair.add(0) == 0)
      #expect(pair.add(1) == 0)
    }
    #expect(status == 0)
    #expect(pair.driver.pointee.cuStreamQuery(pair.streams[0]) == Int32(WEFT_CUDA_NOT_READY))
    #expect(pair.driver.pointee.cuStreamQuery(pair.streams[0]) == 0)
  }

  @Test func sharesOfOtherSizesAreAnError() throws {
    let emulator = try Emulator()
    let pair = try Pair(emulator)
    let status = pair.together {
      #expect(pair.add(0, count: 16) == 0)
      #expect(pair.add(1, count: 15) == 0)
    }
    #expect(status == 5)
    #expect(emulator.message.contains("16 elements meets"), "\(emulator.message)")
  }

  @Test func memoryOfAnotherDeviceIsAnError() throws {
    let emulator = try Emulator()
    let pair = try Pair(emulator)
    let status = pair.together {
      #expect(pair.add(0) == 0)
      #expect(pair.add(1, of: pair.memory[0]) == 4)
      #expect(emulator.message.contains("used with gpu:1 current"), "\(emulator.message)")
    }
    #expect(status == 4)
    let outside = pair.together { #expect(pair.add(0, count: 17) == 4) }
    #expect(outside == 4)
    #expect(emulator.message.contains("outside a live allocation"), "\(emulator.message)")
  }

  @Test func whatWasAbortedIsNotDone() throws {
    let emulator = try Emulator()
    let pair = try Pair(emulator)
    let status = pair.together {
      #expect(pair.add(0) == 0)
      #expect(pair.add(1) == 0)
    }
    #expect(status == 0)
    for communicator in pair.communicators {
      #expect(pair.nccl.pointee.ncclCommAbort(communicator) == 0)
    }
    for stream in pair.streams { #expect(pair.driver.pointee.cuStreamSynchronize(stream) == 0) }
    #expect(!emulator.alive.contains("communicator"))
  }
}
