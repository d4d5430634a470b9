import WeftOps

/// A question compiled for several devices: a plan for each part of the work, and the copies between
/// them.
///
/// What one part computes and another needs lies in a slot: memory on a device that is there for
/// nothing else. A part writes its slots and reads its slots as if they were variables; copies between
/// the devices take the bytes from one slot to another.
public struct PartitionedPlan: Sendable {
  /// Memory that a value has on a device for the way from one part to another.
  public struct Slot: Hashable, Sendable {
    /// The device.
    public let device: Int
    /// The size.
    public let byteCount: Int
  }

  /// A copy from one device to another.
  public struct Transfer: Sendable {
    /// What is copied.
    public enum Source: Hashable, Sendable {
      /// The present content of a variable: a position in ``PartitionedPlan/variables``.
      case variable(Int)
      /// What lies in a slot.
      case slot(Int)
    }
    /// What is copied.
    public let source: Source
    /// The slot that it is copied to.
    public let slot: Int
    /// The operation or variable whose value it is.
    public let name: String
    /// The value's type.
    public let type: TensorType
  }

  /// A sum over slots of several devices, which compute it together.
  public struct Sum: Sendable {
    /// The slots that are added up, one of each device, by the order of the devices.
    public let parts: [Int]
    /// The slots that the sum is written to: of one of the devices, or of each.
    public let results: [Int]
    /// The operation's name.
    public let name: String
    /// What the devices do it by, such as `NCCL 2.27.3`.
    public let means: String
    /// The Swift line that made the operation.
    public let location: SourceLocation?
    /// The sum's type.
    public let type: TensorType
  }

  /// A part of the work: what one device does without waiting for another.
  public struct Part: Sendable {
    /// The plan. Its variables are those of ``variables``, then the slots.
    public let plan: ExecutionPlan
    /// The variables that it reads or updates: positions in ``PartitionedPlan/variables``.
    public let variables: [Int]
    /// The slots that it reads or writes.
    public let slots: [Int]
    /// For each of the plan's feeds which of the question's it is.
    public let feeds: [Int]
    /// For each of the plan's results which of the question's it is.
    public let fetches: [Int]
  }

  /// What a device does when all that it waits for is done: first copies to itself, then a part.
  public struct Task: Sendable {
    /// The device.
    public let device: Int
    /// The tasks of other devices that must be done. Those of the same device are done in order.
    public let predecessors: [Int]
    /// The copies to the device.
    public let transfers: [Transfer]
    /// The work; nil for copies or sums alone.
    public let part: Part?
    /// Sums that the device computes together with others, all over the same devices. They are begun
    /// by this task alone: no device waits for another to begin its share.
    public var sums: [Sum] = []
  }

  /// The names of the devices.
  public let devices: [String]
  /// The tasks, each behind all that it waits for.
  public let tasks: [Task]
  /// The slots.
  public let slots: [Slot]
  /// The variables.
  public let variables: [AnyVariable]
  /// The device that each variable lies on.
  public let variableDevices: [Int]
  /// Variables that are read before the run writes them: they must have a value.
  public let required: [Int]
  /// Variables that have a value after the run.
  public let written: [Int]
  /// The element types and shapes of the results.
  public let fetchTypes: [(dtype: DType, shape: [Int])]
  /// What keeps devices from working together where they could.
  public let notes: [String]
}

extension PartitionedPlan {
  /// The device that a slot is copied from or, else, to; nil for one that is not copied.
  package func partner(of slot: Int) -> Int? {
    var partner: Int?
    for task in tasks {
      for transfer in task.transfers {
        if transfer.slot == slot {
          return switch transfer.source {
          case .variable(let variable): variableDevices[variable]
          case .slot(let source): slots[source].device
          }
        }
        if partner == nil, transfer.source == .slot(slot) { partner = task.device }
      }
    }
    return partner
  }
}

extension PartitionedPlan: CustomStringConvertible {
  /// The tasks as text, the same in every run: what golden tests compare.
  public var description: String {
    var lines: [String] = []
    for (index, task) in tasks.enumerated() {
      let after = task.predecessors.map { " after \($0)" }.joined()
      lines.append("task \(index) on \(devices[task.device])\(after)")
      for transfer in task.transfers {
        let source =
          switch transfer.source {
          case .variable(let index): "variable '\(variables[index].name)'"
          case .slot(let slot): "slot \(slot) of '\(transfer.name)'"
          }
        lines.append("  slot \(transfer.slot) = copy \(source)")
      }
      for sum in task.sums {
        let sources = sum.parts.map { "slot \($0)" }.joined(separator: ", ")
        let targets = sum.results.map { "slot \($0)" }.joined(separator: ", ")
        lines.append("  \(targets) = sum of \(sources): '\(sum.name)'")
      }
      guard let part = task.part else { continue }
      let variables = part.variables.map { "'\(self.variables[$0].name)'" }
      let slots = part.slots.map { "slot \($0)" }
      lines.append("  over " + (variables + slots).joined(separator: ", "))
      lines += part.plan.description.split(separator: "\n").map { "  " + $0 }
    }
    return lines.joined(separator: "\n")
  }
}
