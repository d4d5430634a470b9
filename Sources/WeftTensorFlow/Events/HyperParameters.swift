import SwiftProtobuf
import WeftOps

/// What the HParams page of TensorBoard compares: the settings of a run.
///
/// ```swift
/// try writer.addHyperParameters(["optimizer": .text("adam"), "rate": .number(0.001)])
/// // train, add summaries
/// try writer.finishHyperParameters(.success)
/// ```
public enum HyperParameters {
  static let plugin = "hparams"

  /// A setting.
  public enum Value: Hashable, Sendable {
    case number(Double)
    case text(String)
    case flag(Bool)
  }

  /// How a run ended.
  public enum Status: Int, Hashable, Sendable {
    case success = 1
    case failure = 2
    case running = 3
  }

  /// What the page shows of several runs: the settings and the scalars to compare.
  ///
  /// - Parameters:
  ///   - settings: the names with a value of each, which gives the type.
  ///   - metrics: tags of scalars.
  static func experiment(_ settings: [String: Value], metrics: [String], time: Double)
    throws(EventError) -> SummaryValue
  {
    try value("_hparams_/experiment") { data in
      data.experiment = LogExperiment.with { experiment in
        experiment.timeCreatedSecs = time
        experiment.hparamInfos = settings.sorted { $0.key < $1.key }.map { name, value in
          LogHParamInfo.with { info in
            info.name = name
            switch value {
            case .text: info.type = 1
            case .flag: info.type = 2
            case .number: info.type = 3
            }
          }
        }
        experiment.metricInfos = metrics.map { tag in
          LogMetricInfo.with { $0.name = LogMetricName.with { $0.tag = tag } }
        }
      }
    }
  }

  static func start(_ settings: [String: Value], group: String, time: Double) throws(EventError)
    -> SummaryValue
  {
    try value("_hparams_/session_start_info") { data in
      data.sessionStartInfo = LogSessionStart.with { start in
        start.startTimeSecs = time
        start.groupName = group
        start.hparams = settings.mapValues { value in
          LogHParamValue.with { message in
            switch value {
            case .number(let number): message.numberValue = number
            case .text(let text): message.stringValue = text
            case .flag(let flag): message.boolValue = flag
            }
          }
        }
      }
    }
  }

  static func end(_ status: Status, time: Double) throws(EventError) -> SummaryValue {
    try value("_hparams_/session_end_info") { data in
      data.sessionEndInfo = LogSessionEnd.with { end in
        end.status = Int32(status.rawValue)
        end.endTimeSecs = time
      }
    }
  }

  private static func value(_ tag: String, _ fill: (inout LogHParamsPluginData) -> Void)
    throws(EventError) -> SummaryValue
  {
    var data = LogHParamsPluginData()
    fill(&data)
    do { return SummaryValue(tag: tag, .hyperParameters(try data.serializedBytes())) } catch {
      throw EventError(.invalidArgument, "hyper-parameters cannot be written: \(error)")
    }
  }
}
