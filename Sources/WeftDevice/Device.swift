import WeftGraph

/// A place where plans run: the host's processors, a GPU, or the reference.
public protocol Device: AnyObject, Sendable {
  /// The name, such as `/cpu:0`.
  var name: String { get }

  /// Memory for a variable.
  ///
  /// Throws ``GraphError`` when there is no more.
  func allocate(byteCount: Int) throws(GraphError) -> any DeviceMemory

  /// Memory of the host that the device reads and writes by itself; nil, as by default, where any memory
  /// of the host serves as well.
  ///
  /// Throws ``GraphError`` when there is no more.
  func allocateOnHost(byteCount: Int) throws(GraphError) -> HostMemory?

  /// Turns a plan into a program: kernels are chosen and planned here, once.
  ///
  /// Throws ``GraphError`` if a step has no kernel on the device.
  func compile(_ plan: ExecutionPlan, resources: ProgramResources) throws(GraphError)
    -> any DeviceProgram

  /// Copies from other memory into memory of this device, and waits; false if the device does not know
  /// how to read the sources, which are all of one device. Knows none by default.
  func receive(_ copies: [MemoryCopy]) throws(GraphError) -> Bool

  /// Copies memory of this device into other memory, and waits; false if the device does not know how
  /// to write the targets, which are all of one device. Knows none by default.
  func send(_ copies: [MemoryCopy]) throws(GraphError) -> Bool

  /// Whether the device and others can add up values together. Unrelated by default.
  func grouping(with others: [any Device]) -> DeviceGrouping

  /// The group of the device and others, in this order.
  ///
  /// Throws ``GraphError`` where ``grouping(with:)`` is not `.possible`, or if a device fails.
  func group(with others: [any Device]) throws(GraphError) -> any DeviceGroup
}

/// What a session keeps between runs, as a program needs it.
public struct ProgramResources: Sendable {
  /// The memory of the plan's variables, in the plan's order.
  public let variables: [any DeviceMemory]
  /// The session's random streams.
  public let randomStreams: RandomStreams

  /// Resources.
  public init(variables: [any DeviceMemory], randomStreams: RandomStreams) {
    self.variables = variables
    self.randomStreams = randomStreams
  }
}

/// A block of a device's memory.
public protocol DeviceMemory: AnyObject, Sendable {
  /// The size in bytes.
  var byteCount: Int { get }
  /// Copies bytes from the host; as many as the memory has.
  func upload(from source: UnsafeRawPointer) throws(GraphError)
  /// Copies the bytes to the host.
  func download(to destination: UnsafeMutableRawPointer) throws(GraphError)
}

/// A plan made ready to run on a device. Several threads may run it at once.
public protocol DeviceProgram: AnyObject, Sendable {
  /// Runs the plan: reads the feeds and fills the fetches, both in the host's memory.
  ///
  /// Throws ``GraphError`` if a step fails; then fetches and the variables that were to be updated
  /// by steps after the failing one are unchanged.
  func run(_ arguments: RunArguments) throws(GraphError)

  /// The steps, by their position in the plan, that run on another device than the program's. Empty
  /// by default.
  var elsewhere: [Int: StepPlacement] { get }
}

/// The host memory of one run.
public struct RunArguments {
  /// One address for each of the plan's feeds.
  public let feeds: UnsafePointer<UnsafeRawPointer>
  /// One address for each of the plan's fetches.
  public let fetches: UnsafePointer<UnsafeMutableRawPointer>
  /// Where the device writes when each step ran; nil where nobody asks.
  public let times: StepTimes?
  /// The run's lists.
  public let store: RunStore

  /// Arguments.
  public init(
    feeds: UnsafePointer<UnsafeRawPointer>, fetches: UnsafePointer<UnsafeMutableRawPointer>,
    times: StepTimes? = nil, store: RunStore
  ) {
    self.store = store
    self.feeds = feeds
    self.fetches = fetches
    self.times = times
  }
}

/// Memory of the host, as the CPU and the reference device use it for variables.
public final class HostMemory: DeviceMemory, @unchecked Sendable {
  // Sendable: the address never changes; who may touch the bytes when is the session's affair.
  private let owner: AnyObject
  /// The size in bytes.
  public let byteCount: Int
  /// The address of the first byte, a multiple of 64.
  public let pointer: UnsafeMutableRawPointer

  /// Memory of zeros.
  ///
  /// Throws ``GraphError`` when there is not enough.
  public convenience init(byteCount: Int) throws(GraphError) {
    let storage = try TensorStorage.allocated(byteCount, for: "a variable")
    self.init(storage.pointer, byteCount: byteCount, of: storage)
  }

  /// Memory that an object gives back at its end, set to zeros.
  public init(_ pointer: UnsafeMutableRawPointer, byteCount: Int, of owner: AnyObject) {
    self.owner = owner
    self.byteCount = byteCount
    self.pointer = pointer
    pointer.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  public func upload(from source: UnsafeRawPointer) {
    pointer.copyMemory(from: source, byteCount: byteCount)
  }

  public func download(to destination: UnsafeMutableRawPointer) {
    destination.copyMemory(from: pointer, byteCount: byteCount)
  }
}

extension TensorStorage {
  /// Memory for a purpose that an error names.
  ///
  /// Throws ``GraphError`` when there is not enough.
  public static func allocated(_ byteCount: Int, for purpose: String) throws(GraphError)
    -> TensorStorage
  {
    guard let storage = TensorStorage(allocating: byteCount) else {
      throw GraphError(
        .outOfMemory,
        "not enough memory for \(purpose): \(byteCount) bytes; the machine has \(byteLimit)")
    }
    return storage
  }
}
