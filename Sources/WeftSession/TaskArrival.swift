import WeftCompiler

/// Copies from one other device, made together before a task.
struct TaskArrival {
  let source: any Device
  private var transfers: [PartitionedPlan.Transfer] = []
  private var copies: [MemoryCopy] = []
  /// For copies of variables: how often each was written, and at which count it was copied last.
  private var versions: [VariableVersion?] = []
  private var copied: [UInt64?] = []

  init(source: any Device) { self.source = source }

  mutating func add(
    _ transfer: PartitionedPlan.Transfer, _ copy: MemoryCopy, _ version: VariableVersion?
  ) {
    transfers.append(transfer)
    copies.append(copy)
    versions.append(version)
    copied.append(nil)
  }

  /// Makes the copies, but for those of variables that were not written since; false if there were none
  /// to make.
  mutating func copy(to device: any Device) throws(GraphError) -> Bool {
    var wanted = copies
    if copies.indices.contains(where: isPresent) {
      wanted = copies.indices.filter { !isPresent($0) }.map { copies[$0] }
    }
    if wanted.isEmpty { return false }
    try MemoryCopy.make(wanted, from: source, to: device)
    for index in copies.indices { copied[index] = versions[index]?.present }
    return true
  }

  /// Whether what a copy would bring lies there still: only its copies write a slot.
  private func isPresent(_ index: Int) -> Bool {
    guard let version = versions[index], let copied = copied[index] else { return false }
    return version.present == copied
  }

  func traced(to device: String, position: Int) -> TracedPart.Arrival {
    let what = transfers.count == 1 ? transfers[0].name : "\(transfers.count) values"
    return TracedPart.Arrival(
      name: "\(what) from \(source.name) to \(device)", typeName: StepPlacement.copy,
      types: transfers.map(\.type), passes: 2, position: position)
  }

  func placement(on device: String) -> [StepPlacement] {
    transfers.map { transfer in
      var reason = "from \(source.name)"
      if case .variable = transfer.source { reason += " when written" }
      return StepPlacement(
        name: transfer.name, typeName: StepPlacement.copy, device: device, reason: reason,
        copies: 1)
    }
  }
}

/// Sums that a device computes together with others.
struct TaskSums {
  private let group: any DeviceGroup
  private let sums: [PartitionedPlan.Sum]
  private let memory: [MemorySum]
  private let members: [String]

  init(
    _ sums: [PartitionedPlan.Sum], _ plan: PartitionedPlan, _ devices: [any Device],
    _ slots: [any DeviceMemory]
  ) throws(GraphError) {
    let members = sums[0].parts.map { plan.slots[$0].device }
    self.sums = sums
    self.members = members.map { devices[$0].name }
    group = try devices[members[0]].group(with: members.dropFirst().map { devices[$0] })
    memory = sums.map { sum in
      var results: [Int: any DeviceMemory] = [:]
      for slot in sum.results {
        guard let rank = members.firstIndex(of: plan.slots[slot].device) else { continue }
        results[rank] = slots[slot]
      }
      return MemorySum(
        dtype: sum.type.dtype, count: sum.type.shape.complete?.reduce(1, *) ?? 0,
        parts: sum.parts.map { slots[$0] }, results: results)
    }
  }

  func add() throws(GraphError) {
    do throws(GraphError) { try group.add(memory) } catch {
      // Begun together, they fail together.
      let others = sums.dropFirst().prefix(8).map { "'\($0.name)'" }.joined(separator: ", ")
      throw GraphError(
        error.code, error.message, subject: "AddN '\(sums[0].name)'", location: sums[0].location,
        notes: error.notes + (others.isEmpty ? [] : ["together with \(others)"]))
    }
  }

  func traced(position: Int) -> TracedPart.Arrival {
    let what = sums.count == 1 ? sums[0].name : "\(sums.count) sums"
    return TracedPart.Arrival(
      name: "\(what) over \(members.joined(separator: ", "))", typeName: "AddN",
      types: sums.map(\.type), passes: members.count + 1, position: position)
  }

  func placement(on device: String) -> [StepPlacement] {
    let others = members.filter { $0 != device }.joined(separator: ", ")
    return sums.map {
      StepPlacement(
        name: $0.name, typeName: "AddN", device: device,
        reason: "added up with \(others) by \($0.means)"
          + ($0.results.count > 1 ? ", for all of them" : ""))
    }
  }
}
