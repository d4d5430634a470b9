@_exported import WeftGraph

/// What a device is to run: values with their places in memory, and steps in order. Pure data.
///
/// All shapes are complete and every place is decided; a device turns a plan into a program once, and
/// runs that as often as wanted.
public struct ExecutionPlan: Sendable {
  /// Where the bytes of a value lie.
  public enum Storage: Hashable, Sendable {
    /// In the run's working memory, at an offset in bytes that is a multiple of 64.
    case arena(offset: Int)
    /// In the memory of a variable.
    case variable(Int)
    /// In what the run was fed.
    case feed(Int)
    /// In what the run gives back.
    case fetch(Int)
    /// In the plan.
    case constant(Int)
  }

  /// A tensor of known type and shape.
  public struct Value: Sendable {
    /// The element type.
    public let dtype: DType
    /// The dimensions.
    public let shape: [Int]
    /// Where it lies.
    public let storage: Storage

    /// A value.
    public init(dtype: DType, shape: [Int], storage: Storage) {
      self.dtype = dtype
      self.shape = shape
      self.storage = storage
    }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }
    /// The size in bytes.
    public var byteCount: Int { count * dtype.byteCount }
    /// The type as operations see it.
    public var type: TensorType { TensorType(dtype, TensorShape(shape)) }
  }

  /// One operation over values.
  public struct Step: Sendable {
    /// What is computed.
    public let definition: any OpDefinition
    /// The name of the operation, for errors and traces.
    public let name: String
    /// Where it comes from.
    public let origin: Origin
    /// The operands: positions in ``ExecutionPlan/values``.
    public let inputs: [Int]
    /// The results. Those of an update lie in the memory of the variables.
    public let outputs: [Int]
    /// Which random stream it draws from, if any.
    public let randomStream: Int?
    /// The parts that it holds, if any: the branches of a condition, or condition and body of a loop.
    public let regions: [Region]
    /// For a step that holds parts: which outputs of its definition the results are. What nobody uses
    /// is not among them.
    public let results: [Int]

    /// A step.
    public init(
      definition: any OpDefinition, name: String, origin: Origin, inputs: [Int], outputs: [Int],
      randomStream: Int?, regions: [Region] = [], results: [Int] = []
    ) {
      self.regions = regions
      self.results = results
      self.definition = definition
      self.name = name
      self.origin = origin
      self.inputs = inputs
      self.outputs = outputs
      self.randomStream = randomStream
    }

    /// An error of this step.
    public func error(_ failure: OpFailure) -> GraphError {
      GraphError(
        failure.code, failure.message,
        subject: "\(type(of: definition).displayName) '\(name)'", location: origin.location)
    }
  }

  /// A part of a computation that a step holds, as a plan of its own.
  public struct Region: Sendable {
    /// The plan.
    public let plan: ExecutionPlan
    /// For each feed of the plan the operand of the step that it is.
    public let feeds: [Int]
    /// For each variable of the plan the operand of the step that it is.
    public let variables: [Int]
    /// For each result of the part which of the plan's fetches it is; nil where it gives none.
    public let results: [Int?]

    /// A part.
    public init(plan: ExecutionPlan, feeds: [Int], variables: [Int], results: [Int?]) {
      self.plan = plan
      self.feeds = feeds
      self.variables = variables
      self.results = results
    }
  }

  /// A result copied out at the end, because it lies where it cannot stay.
  public struct FetchCopy: Hashable, Sendable {
    /// The value.
    public let value: Int
    /// The position among the results.
    public let fetch: Int
    /// A copy.
    public init(value: Int, fetch: Int) {
      self.value = value
      self.fetch = fetch
    }
  }

  /// The values.
  public let values: [Value]
  /// The steps in order.
  public let steps: [Step]
  /// The values that lie in feeds, in the order of the feeds.
  public let feeds: [Int]
  /// The values that are given back, in order.
  public let fetches: [Int]
  /// Results that are copied out at the end.
  public let fetchCopies: [FetchCopy]
  /// The constants.
  public let constants: [AnyTensor]
  /// The size of the working memory in bytes.
  public let arenaByteCount: Int
  /// Whether some step, perhaps one of a part, works on lists of the run.
  public let usesLists: Bool

  /// A plan.
  public init(
    values: [Value], steps: [Step], feeds: [Int], fetches: [Int], fetchCopies: [FetchCopy],
    constants: [AnyTensor], arenaByteCount: Int
  ) {
    usesLists = steps.contains { $0.definition is any ListDefinition || !$0.regions.isEmpty }
    self.values = values
    self.steps = steps
    self.feeds = feeds
    self.fetches = fetches
    self.fetchCopies = fetchCopies
    self.constants = constants
    self.arenaByteCount = arenaByteCount
  }
}

extension ExecutionPlan: CustomStringConvertible {
  /// The plan as text, the same in every run: what golden tests compare.
  public var description: String {
    func label(_ index: Int) -> String {
      let value = values[index]
      let place =
        switch value.storage {
        case .arena(let offset): "@\(offset)"
        case .variable(let index): "@variable\(index)"
        case .feed(let index): "@feed\(index)"
        case .fetch(let index): "@fetch\(index)"
        case .constant(let index): "@constant\(index)"
        }
      return "%\(index):\(value.type)\(place)"
    }
    var lines = ["arena \(arenaByteCount) bytes"]
    for step in steps {
      let results = step.outputs.map(label).joined(separator: ", ")
      let operands = step.inputs.map { "%\($0)" }.joined(separator: ", ")
      lines.append("\(results) = \(step.definition.typeName)(\(operands))  // \(step.name)")
      for region in step.regions {
        let operands = region.feeds.map { "%\(step.inputs[$0])" }.joined(separator: ", ")
        lines.append("  with (\(operands)):")
        lines += region.plan.description.split(separator: "\n").map { "    " + $0 }
      }
    }
    lines += fetchCopies.map { "fetch \($0.fetch) = copy \(label($0.value))" }
    return lines.joined(separator: "\n")
  }
}
