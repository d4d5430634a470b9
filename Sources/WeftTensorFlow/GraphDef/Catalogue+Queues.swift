import WeftOps

extension OperationCatalogue {
  /// Queues, and their first forms, whose handles were references to text.
  static let queues: [Row] = queueRows("") + queueRows("V2")

  private static func queueRows(_ version: String) -> [Row] {
    var rows: [Row] = []
    func add(
      _ name: String, types: [String: OperandTypes] = [:],
      _ decode: @escaping @Sendable (NodeAttributes) throws -> any OpDefinition
    ) {
      rows.append(Row(name + version, types: types, decode: decode))
    }
    let components: [String: OperandTypes] = ["Tcomponents": .inputs(from: 1)]
    add("FIFOQueue") { FIFOQueueV2(try $0.queueSettings()) }
    add("PaddingFIFOQueue") { PaddingFIFOQueueV2(try $0.queueSettings()) }
    add("RandomShuffleQueue") { attributes in
      RandomShuffleQueueV2(
        try attributes.queueSettings(),
        minimum: try attributes.int("min_after_dequeue", default: 0),
        seed: try attributes.seed, seed2: try attributes.seed2)
    }
    add("QueueEnqueue", types: components) { _ in QueueEnqueueV2() }
    add("QueueEnqueueMany", types: components) { _ in QueueEnqueueManyV2() }
    add("QueueDequeue") { QueueDequeueV2(types: try $0.types("component_types")) }
    add("QueueDequeueMany") { QueueDequeueManyV2(types: try $0.types("component_types")) }
    add("QueueDequeueUpTo") { QueueDequeueUpToV2(types: try $0.types("component_types")) }
    add("QueueSize") { _ in QueueSizeV2() }
    add("QueueIsClosed") { _ in QueueIsClosedV2() }
    add("QueueClose") { attributes in
      QueueCloseV2(cancelsPending: try attributes.bool("cancel_pending_enqueues", default: false))
    }
    return rows
  }
}

extension NodeAttributes {
  fileprivate func queueSettings() throws(OpFailure) -> QueueSettings {
    let shapes = try shapes("shapes", default: [])
    let capacity = try int("capacity", default: -1)
    return try QueueSettings(
      types: try types("component_types"), shapes: shapes.isEmpty ? nil : shapes,
      capacity: capacity > 0 ? capacity : nil)
  }
}

extension GraphImport {
  /// What is taken out of a queue has the shapes that the queue has; only the queue says them.
  static func resolveQueues(_ nodes: inout [ImportNode]) {
    for index in nodes.indices {
      guard case .definition(let definition) = nodes[index].content,
        definition is any QueueOperation, let settings = queueSettings(index, nodes),
        let shapes = settings.shapes
      else { continue }
      switch definition {
      case let one as QueueDequeueV2:
        nodes[index].content = .definition(QueueDequeueV2(types: one.types, shapes: shapes))
      case let many as QueueDequeueManyV2:
        nodes[index].content = .definition(QueueDequeueManyV2(types: many.types, shapes: shapes))
      case let some as QueueDequeueUpToV2:
        nodes[index].content = .definition(QueueDequeueUpToV2(types: some.types, shapes: shapes))
      default: continue
      }
    }
  }

  private static func queueSettings(_ index: Int, _ nodes: [ImportNode]) -> QueueSettings? {
    var index = index
    // A handle may be passed on; a circle ends after as many nodes as there are.
    for _ in nodes.indices {
      guard let input = nodes[index].inputs.first,
        case .definition(let definition) = nodes[input.node].content
      else { return nil }
      if let queue = definition as? any QueueDefinition { return queue.settings }
      guard definition is Identity else { return nil }
      index = input.node
    }
    return nil
  }
}
