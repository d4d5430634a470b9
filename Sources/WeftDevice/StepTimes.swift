import Glibc
import WeftGraph

/// When each step of one run began and ended: filled by the device, read by a trace.
///
/// Times are nanoseconds of a clock that only goes forward.
public final class StepTimes: @unchecked Sendable {
  // Sendable: only the run that it was made for writes, and readers come after.
  private let times: UnsafeMutableBufferPointer<UInt64>
  /// The number of steps.
  public let count: Int
  /// When the run began.
  public let began: UInt64
  /// When the run ended.
  public private(set) var ended: UInt64

  /// Room for the times of that many steps; the run begins now.
  public init(steps: Int) {
    count = steps
    times = .allocate(capacity: max(2 * steps, 1))
    times.initialize(repeating: 0)
    began = Self.now()
    ended = began
  }

  deinit { times.deallocate() }

  /// The present time.
  public static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Says when a step ran.
  public func record(_ step: Int, from start: UInt64, to end: UInt64) {
    times[2 * step] = start
    times[2 * step + 1] = end
  }

  /// The run has ended.
  public func finish() { ended = Self.now() }

  /// When a step ran; 0 to 0 if it did not.
  public subscript(_ step: Int) -> (start: UInt64, end: UInt64) {
    (times[2 * step], times[2 * step + 1])
  }
}
