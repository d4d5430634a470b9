import SwiftProtobuf
import WeftSession

/// What TensorBoard's graph page shows of a run: how long each operation took, and its results' bytes.
enum RunMetadata {
  /// The bytes of TensorFlow's RunMetadata message.
  ///
  /// Where the trace has several runs, an operation has the times of the last that ran it. An operation
  /// that the compiler merged with others stands for them all.
  static func bytes(of trace: RunTrace, device: String) throws(EventError) -> [UInt8] {
    let all = trace.steps
    var names: [String] = []
    for step in all where !names.contains(step.device) { names.append(step.device) }
    if names.isEmpty { names = [device] }
    // One device has the name that the caller gave; several have their own.
    let labels = names.count > 1 ? names : [device]
    func steps(on name: String) -> [RunTrace.Step] {
      var last: [String: RunTrace.Step] = [:]
      for step in all where step.device == name { last[step.name] = step }
      return last.values.sorted { ($0.start, $0.name) < ($1.start, $1.name) }
    }
    let message = LogRunMetadata.with { metadata in
      metadata.stepStats = LogStepStats.with { stats in
        stats.devStats = zip(names, labels).map { name, label in
          LogDeviceStats.with {
            $0.device = label
            $0.nodeStats = steps(on: name).map { nodeStats($0) }
          }
        }
      }
    }
    do { return try message.serializedBytes() } catch {
      throw EventError(.invalidArgument, "the times of a run cannot be written: \(error)")
    }
  }

  private static func nodeStats(_ step: RunTrace.Step) -> LogNodeStats {
    LogNodeStats.with { stats in
      stats.nodeName = step.name
      stats.timelineLabel = "\(step.name) = \(step.typeName)"
      stats.allStartMicros = Int64(step.start / 1000)
      // The page leaves out what took no time at all.
      let duration = Int64(max(1, (step.duration + 500) / 1000))
      stats.opEndRelMicros = duration
      stats.allEndRelMicros = duration
      let sizes = step.results.map { Int64($0.byteCount ?? 0) }
      stats.memory = [
        LogMemoryUse.with {
          $0.allocatorName = "arena"
          $0.totalBytes = sizes.reduce(0, +)
          $0.peakBytes = $0.totalBytes
        }
      ]
      stats.output = zip(step.results, sizes).enumerated().map { slot, result in
        output(slot, result.0, result.1)
      }
    }
  }

  private static func output(_ slot: Int, _ type: TensorType, _ size: Int64) -> LogNodeOutput {
    LogNodeOutput.with { output in
      output.slot = Int32(clamping: slot)
      output.tensorDescription = LogTensorDescription.with { description in
        description.dtype = Int32(type.dtype.rawValue)
        description.shape = LogTensorShape.with { shape in
          shape.dim = (type.shape.complete ?? []).map { size in
            LogTensorShape.Dimension.with { $0.size = Int64(size) }
          }
        }
        description.allocationDescription = LogAllocationDescription.with {
          $0.requestedBytes = size
          $0.allocatorName = "arena"
        }
      }
    }
  }
}
