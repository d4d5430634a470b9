import CWeftCUDA
import Synchronization
import WeftDevice

/// NCCL, opened when several GPUs work together for the first time: the library has some hundred
/// megabytes.
///
/// All that the process does with it goes through one lock, from the first call to the end on the GPUs:
/// operations of two groups that share GPUs, begun at the same time, may wait for each other for ever.
final class CUDACollectives: Sendable {
  private struct Library: @unchecked Sendable {
    // Sendable: a table of functions, never written after it is made.
    let table: UnsafePointer<weft_nccl>
    let version: String
    let file: String
  }

  private struct State: Sendable {
    var library: Result<Library, GraphError>?
    var groups: [[Int]: WeakGroup] = [:]
  }

  private struct WeakGroup: Sendable {
    weak let group: CUDAGroup?
  }

  private let search: CUDASearch
  private let state = Mutex(State())
  /// Held as long as something is under way.
  let turn = Mutex<Void>(())

  init(search: CUDASearch) { self.search = search }

  private func library() throws(GraphError) -> Library {
    try state.withLock { (state) throws(GraphError) in
      if let known = state.library { return try known.get() }
      let found = Result { () throws(GraphError) in try open() }
      state.library = found
      return try found.get()
    }
  }

  private func open() throws(GraphError) -> Library {
    let table = try CUDALibraries.open(
      "libnccl", search.candidates("libnccl", wheel: ["nccl"]), weft_nccl_open
    ) { GraphError(.unavailableDevice, "no NCCL: \($0)") }
    var code: Int32 = 0
    _ = table.pointee.ncclGetVersion(&code)
    let version = "NCCL \(code / 10_000).\(code / 100 % 100).\(code % 100)"
    let file = CUDALibraries.path(of: table.pointee.handle, symbol: "ncclGetVersion")
    return Library(table: UnsafePointer(table), version: version, file: file ?? "libnccl")
  }

  /// The functions.
  ///
  /// Throws ``GraphError`` that says why there are none.
  var table: UnsafePointer<weft_nccl> {
    get throws(GraphError) { try library().table }
  }

  /// The name with the version.
  ///
  /// Throws ``GraphError`` as ``table``.
  var version: String {
    get throws(GraphError) { try library().version }
  }

  /// The version and the file, or why there is none.
  var description: String {
    do throws(GraphError) {
      let library = try library()
      return "\(library.version) (\(library.file))"
    } catch { return error.message }
  }

  /// The group of some contexts: the one that others use already, or a new one.
  func group(of contexts: [CUDAContext]) throws(GraphError) -> CUDAGroup {
    let table = try table
    let key = contexts.map(\.ordinal)
    return try state.withLock { (state) throws(GraphError) in
      // A context that was lost has been replaced since.
      if let known = state.groups[key]?.group,
        zip(known.contexts, contexts).allSatisfy({ $0 === $1 })
      {
        return known
      }
      let made = try CUDAGroup(contexts, table)
      state.groups[key] = WeakGroup(group: made)
      return made
    }
  }
}

extension CUDADevice {
  public func grouping(with others: [any Device]) -> DeviceGrouping {
    for other in others {
      guard let other = other as? CUDADevice, other !== self, other.libraries === libraries else {
        return .unrelated
      }
    }
    guard options.usesCollectives else { return .impossible(because: "WEFT_CUDA_NCCL is 0") }
    do throws(GraphError) {
      return .possible(by: try libraries.collectives.version)
    } catch { return .impossible(because: error.message) }
  }

  public func group(with others: [any Device]) throws(GraphError) -> any DeviceGroup {
    var contexts: [CUDAContext] = []
    for device in [self] + others {
      guard let device = device as? CUDADevice else {
        throw GraphError(.invalidState, "\(device.name) is no GPU of the group of \(name)")
      }
      contexts.append(try device.open().context)
    }
    return try libraries.collectives.group(of: contexts)
  }

  /// By what several GPUs add up values together: NCCL's version and file, or why it is not there.
  public var collectives: String { libraries.collectives.description }
}
