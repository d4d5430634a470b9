@_exported import WeftDevice

/// A device that runs each operation's own `evaluate`: the executable specification that every
/// kernel of every other device is compared with. Slow and simple.
public final class ReferenceDevice: Device {
  public let name: String

  /// The reference device.
  public init(name: String = "/reference:0") { self.name = name }

  public func allocate(byteCount: Int) throws(GraphError) -> any DeviceMemory {
    try HostMemory(byteCount: byteCount)
  }

  public func compile(_ plan: ExecutionPlan, resources: ProgramResources) throws(GraphError)
    -> any DeviceProgram
  {
    var variables: [HostMemory] = []
    for memory in resources.variables {
      guard let memory = memory as? HostMemory else {
        throw GraphError(.invalidState, "a variable does not lie in the memory of \(name)")
      }
      variables.append(memory)
    }
    return ReferenceProgram(plan: plan, variables: variables, streams: resources.randomStreams)
  }

  public func receive(_ copies: [MemoryCopy]) -> Bool { HostMemory.copy(copies) }
}

private final class ReferenceProgram: DeviceProgram {
  let plan: ExecutionPlan
  let variables: [HostMemory]
  let streams: RandomStreams

  init(plan: ExecutionPlan, variables: [HostMemory], streams: RandomStreams) {
    self.plan = plan
    self.variables = variables
    self.streams = streams
  }

  func run(_ arguments: RunArguments) throws(GraphError) {
    let arena = try TensorStorage.allocated(plan.arenaByteCount, for: "the values of a run")
    defer { withExtendedLifetime(arena) {} }
    func address(_ index: Int) -> UnsafeMutableRawPointer {
      switch plan.values[index].storage {
      case .arena(let offset): arena.pointer + offset
      case .variable(let index): variables[index].pointer
      case .feed(let index): UnsafeMutableRawPointer(mutating: arguments.feeds[index])
      case .fetch(let index): arguments.fetches[index]
      case .constant(let index): plan.constants[index].sharedStorage.pointer
      }
    }
    func load(_ index: Int) -> AnyTensor {
      let value = plan.values[index]
      let bytes = UnsafeRawBufferPointer(start: address(index), count: value.byteCount)
      return AnyTensor(
        dtype: value.dtype, shape: value.shape, storage: TensorStorage(copying: bytes))
    }
    func store(_ tensor: AnyTensor, to index: Int) {
      tensor.withUnsafeBytes { bytes in
        if let base = bytes.baseAddress, bytes.count > 0 {
          address(index).copyMemory(from: base, byteCount: bytes.count)
        }
      }
    }
    for (index, step) in plan.steps.enumerated() {
      let began = arguments.times == nil ? 0 : StepTimes.now()
      let results = try plan.evaluate(
        step, of: step.inputs.map(load), streams: streams, store: arguments.store)
      for (target, tensor) in results { store(tensor, to: target) }
      arguments.times?.record(index, from: began, to: StepTimes.now())
    }
    for copy in plan.fetchCopies {
      let value = plan.values[copy.value]
      arguments.fetches[copy.fetch].copyMemory(
        from: address(copy.value), byteCount: value.byteCount)
    }
  }
}
