import Glibc
import WeftOps

/// What runs a step that holds parts.
protocol RegionHolder: Sendable {
  func run(_ arguments: KernelArguments) throws(GraphError)
}

/// The parts of a step, each as a program of its own.
func planRegions(
  _ step: ExecutionPlan.Step, in plan: ExecutionPlan, streams: RandomStreams, pool: ThreadPool
) throws(GraphError) -> any RegionHolder {
  var parts: [RegionProgram] = []
  for region in step.regions {
    parts.append(try RegionProgram(region, streams: streams, pool: pool))
  }
  switch step.definition {
  case is If where parts.count == 2:
    return ChoiceRunner(parts, outputs: step.outputs.map { plan.values[$0].byteCount })
  case let loop as While where parts.count == 2:
    return LoopRunner(
      loop, condition: parts[0], body: parts[1], results: step.results,
      operands: step.inputs.map { plan.values[$0] })
  default:
    throw step.error(OpFailure("there is no kernel for the CPU", code: .unsupported))
  }
}

/// A part as a program, with where its feeds and variables come from.
final class RegionProgram: Sendable {
  let region: ExecutionPlan.Region
  let program: CPUProgram
  private let idle = IdlePool<Addresses>()

  init(_ region: ExecutionPlan.Region, streams: RandomStreams, pool: ThreadPool)
    throws(GraphError)
  {
    self.region = region
    program = try CPUProgram(plan: region.plan, variables: nil, streams: streams, pool: pool)
  }

  /// The size in bytes of a fetch.
  func byteCount(fetch: Int) -> Int { region.plan.values[region.plan.fetches[fetch]].byteCount }

  /// The addresses for a run: those of the operands that are the same in every turn.
  func prepare(_ arguments: KernelArguments) -> Addresses {
    let addresses = idle.take() ?? Addresses(region)
    for index in region.feeds.indices {
      addresses.feeds[index] = UnsafeRawPointer(arguments.input(region.feeds[index]))
    }
    for index in region.variables.indices {
      addresses.variables[index] = arguments.input(region.variables[index])
    }
    return addresses
  }

  func finish(_ addresses: Addresses) { idle.giveBack(addresses) }

  func run(_ addresses: Addresses, _ store: RunStore) throws(GraphError) {
    try program.run(
      RunArguments(
        feeds: UnsafePointer(addresses.feeds), fetches: UnsafePointer(addresses.fetches),
        store: store),
      variables: UnsafePointer(addresses.variables))
  }

  /// The addresses of one run.
  final class Addresses: @unchecked Sendable {
    // Sendable: only the run that took it from the pool touches it.
    let feeds: UnsafeMutablePointer<UnsafeRawPointer>
    let fetches: UnsafeMutablePointer<UnsafeMutableRawPointer>
    let variables: UnsafeMutablePointer<UnsafeMutableRawPointer>

    init(_ region: ExecutionPlan.Region) {
      feeds = .allocate(capacity: max(region.feeds.count, 1))
      fetches = .allocate(capacity: max(region.plan.fetches.count, 1))
      variables = .allocate(capacity: max(region.variables.count, 1))
    }

    deinit {
      feeds.deallocate()
      fetches.deallocate()
      variables.deallocate()
    }
  }
}

/// Runs one of two branches.
private final class ChoiceRunner: RegionHolder {
  private let parts: [RegionProgram]
  private let outputs: [Int]

  init(_ parts: [RegionProgram], outputs: [Int]) {
    self.parts = parts
    self.outputs = outputs
  }

  func run(_ arguments: KernelArguments) throws(GraphError) {
    let isTrue = arguments.input(0, as: UInt8.self)[0] != 0
    let part = isTrue ? parts[0] : parts[1]
    let addresses = part.prepare(arguments)
    defer { part.finish(addresses) }
    for index in outputs.indices {
      if let fetch = part.region.results[index] {
        addresses.fetches[fetch] = arguments.output(index)
      } else {
        // What this branch does not give.
        memset(arguments.output(index), 0, outputs[index])
      }
    }
    try part.run(addresses, arguments.store)
  }
}
