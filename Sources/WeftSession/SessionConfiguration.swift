import Glibc
@_exported import WeftCompiler

/// How a session compiles and runs.
public struct SessionConfiguration: Sendable {
  /// How many compiled questions are kept; the least recently used goes first.
  public var cacheLimit: Int
  /// Whether an operation that asks for a device that is not there runs elsewhere.
  public var allowSoftPlacement: Bool
  /// The device of a session that is made without one, such as `/cpu:0` or `/gpu:1`. Nil for the one that
  /// the graph's operations ask for, else the first GPU, else the CPU. By default what the
  /// environment's `WEFT_DEVICE` says.
  public var device: String?
  /// The names of the devices that a session may use; nil for all of the machine. `["/cpu:0"]` keeps it
  /// on the CPU: operations that ask for another device are then refused, or run on the CPU where
  /// their request is soft.
  public var devices: [String]?
  /// Why the device that operations ask for is not there: a line below the error of their run.
  package var deviceNote: String?
  /// The compiler's passes.
  public var pipeline: Pipeline

  /// Passes to leave out, by name: for finding the one that changes a result. By default those that
  /// the environment's `WEFT_DISABLE_PASSES` names, separated by commas.
  public var disabledPasses: [String]
  /// How long an operation on a queue waits while nothing happens to the queue; nil for ever.
  public var queueWaitLimit: Duration?
  /// What is printed of each question that is compiled. By default what the environment's
  /// `WEFT_DUMP` says.
  public var dump: CompilerDump?

  /// A configuration.
  public init(
    cacheLimit: Int = 64, allowSoftPlacement: Bool = false,
    device: String? = Environment.device, devices: [String]? = nil, pipeline: Pipeline = .standard,
    disabledPasses: [String] = Environment.disabledPasses,
    queueWaitLimit: Duration? = .seconds(30),
    dump: CompilerDump? = Environment.dump
  ) {
    self.cacheLimit = cacheLimit
    self.allowSoftPlacement = allowSoftPlacement
    self.device = device
    self.devices = devices
    self.pipeline = pipeline
    self.disabledPasses = disabledPasses
    self.queueWaitLimit = queueWaitLimit
    self.dump = dump
  }

  /// What the environment says, read once.
  public enum Environment {
    /// The passes that `WEFT_DISABLE_PASSES` names.
    public static let disabledPasses: [String] = (variable("WEFT_DISABLE_PASSES") ?? "")
      .split(separator: ",").map { String($0.drop { $0 == " " }) }
    /// The device that `WEFT_DEVICE` names.
    public static let device: String? = variable("WEFT_DEVICE").flatMap { $0.isEmpty ? nil : $0 }
    /// What `WEFT_DUMP` asks for.
    public static let dump: CompilerDump? = variable("WEFT_DUMP").flatMap(CompilerDump.init)

    private static func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }
    }
  }
}
