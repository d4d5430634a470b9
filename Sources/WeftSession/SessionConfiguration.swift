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
    device: String? = Environment.device, pipeline: Pipeline = .standard,
    disabledPasses: [String] = Environment.disabledPasses,
    queueWaitLimit: Duration? = .seconds(30),
    dump: CompilerDump? = Environment.dump
  ) {
    self.cacheLimit = cacheLimit
    self.allowSoftPlacement = allowSoftPlacement
    self.device = device
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

extension Session {
  /// Throws if an operation asks for a device that the session does not have.
  func checkDevices(_ question: Question) throws(GraphError) {
    if configuration.allowSoftPlacement { return }
    var seen: Set<GraphOperation> = []
    var seenLists: Set<UInt> = []
    var stack = question.fetches.map(\.operation) + question.targets
    while let operation = stack.popLast() {
      guard seen.insert(operation).inserted else { continue }
      stack += operation.inputs.map(\.operation)
      if let list = operation.controlListID, seenLists.insert(list).inserted {
        stack += operation.controlInputs
      }
      guard let request = operation.device, !request.isSoft,
        Self.normalized(request.name) != Self.normalized(device.name)
      else { continue }
      throw GraphError(
        .unavailableDevice, "asks for '\(request.name)', and this session has '\(device.name)'",
        subject: operation.subject, location: operation.origin.location,
        notes: [configuration.deviceNote].compactMap { $0 } + [
          "let it run elsewhere with graph.device(\"\(request.name)\", soft: true)",
          "or for all operations with SessionConfiguration(allowSoftPlacement: true)",
        ])
    }
  }

  /// Throws if a step runs elsewhere although its operation asks for the session's device and no other.
  func checkPlacement(_ elsewhere: [StepPlacement]) throws(GraphError) {
    if elsewhere.isEmpty || configuration.allowSoftPlacement { return }
    let reasons = Dictionary(elsewhere.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    let refused = graph.operations.filter { operation in
      guard let request = operation.device, !request.isSoft else { return false }
      return reasons[operation.name] != nil
        && Self.normalized(request.name) == Self.normalized(device.name)
    }
    let errors = refused.map { operation in
      GraphError(
        .unsupported,
        "asks for '\(device.name)', which cannot run it: \(reasons[operation.name]?.reason ?? "")",
        subject: operation.subject, location: operation.origin.location,
        notes: [
          "let it run on /cpu:0, with its operands copied there, by "
            + "graph.device(\"\(device.name)\", soft: true)"
        ])
    }
    if let error = GraphError.combining(errors) { throw error }
  }

  /// `/cpu:0` from `/device:CPU:0`, `/job:localhost/replica:0/task:0/cpu:0` and `cpu:0`.
  package static func normalized(_ name: String) -> String {
    let last = name.lowercased().split(separator: "/").last.map(String.init) ?? ""
    return "/" + (last.hasPrefix("device:") ? String(last.dropFirst(7)) : last)
  }
}
