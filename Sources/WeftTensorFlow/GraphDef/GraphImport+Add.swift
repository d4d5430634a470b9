import WeftOps

extension GraphImport {
  /// Adds the nodes to a graph.
  ///
  /// Variables become the graph's own, with their initial values where the file assigns them any; a
  /// session then initialises, saves and restores them as those made in Swift.
  ///
  /// - Parameters:
  ///   - graph: where to; it must not be sealed by a session.
  ///   - prefix: put before all names, with a slash between.
  ///   - inputMap: nodes of the graph in place of outputs of the file, by names such as `x:0`.
  ///   - outputs: what is needed: only these nodes (`loss:0`, `train`) and those they need are added.
  ///     By default all.
  ///
  /// Throws ``WeftGraph/GraphError`` with all op types that are needed and not supported; for a name
  /// that the file does not have, a circle, and operands that do not fit.
  @discardableResult
  public func add(
    to graph: Graph, prefix: String = "", inputMap: [String: Output] = [:],
    outputs: [String]? = nil
  ) throws(GraphError) -> ImportedGraph {
    var builder = ImportBuilder(source: self, graph: graph, prefix: prefix)
    for (name, output) in inputMap {
      let (node, index) = try ImportNode.split(name)
      builder.replaced[ImportBuilder.Port(node: try self.index(of: node), output: index)] = output
    }
    var wanted: [Int] = []
    if let outputs {
      for name in outputs { wanted.append(try index(of: try ImportNode.split(name).name)) }
    } else {
      // Texts have been taken over by what shows them.
      wanted = nodes.indices.filter { if case .text = nodes[$0].content { false } else { true } }
    }
    return try builder.build(wanted)
  }

  func index(of name: String) throws(GraphError) -> Int {
    if let index = indices[name] { return index }
    let near = nodes.map { (name: $0.name, distance: editDistance($0.name, name)) }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    let notes = near.map { $0.distance <= max(2, name.count / 3) ? ["there is '\($0.name)'"] : [] }
    throw GraphError(.invalidFetch, "the graph has no node '\(name)'", notes: notes ?? [])
  }
}

/// Makes operations from nodes of a file, inputs before their users.
struct ImportBuilder {
  struct Port: Hashable {
    let node: Int
    let output: Int
  }

  let source: GraphImport
  let graph: Graph
  let prefix: String
  var replaced: [Port: Output] = [:]
  private var made: [Int: GraphOperation] = [:]

  init(source: GraphImport, graph: Graph, prefix: String) {
    self.source = source
    self.graph = graph
    self.prefix = prefix
  }

  mutating func build(_ wanted: [Int]) throws(GraphError) -> ImportedGraph {
    var order = try sorted(wanted, [])
    let unsupported = source.unsupported(in: order)
    guard unsupported.isEmpty else {
      let count = unsupported.count == 1 ? "1 op type is" : "\(unsupported.count) op types are"
      let names = unsupported.map(\.typeName).joined(separator: ", ")
      throw GraphError(
        .unsupported, "\(count) needed and not supported: \(names)",
        notes: unsupported.map(\.description))
    }
    let variables = order.filter { source.isVariable($0) }
    let assignments = source.assignments()
    var initializers: [Int: Int] = [:]
    for variable in variables {
      // An initial value that cannot be computed here is left out: it may be restored instead.
      guard let assign = assignments[variable], let more = try? sorted([assign], Set(order)),
        source.unsupported(in: more).isEmpty
      else { continue }
      initializers[variable] = assign
      order += more
    }
    let errorCount = graph.errors.count
    // Nodes of a file have no line in the user's program.
    graph.withOrigin(.unknown) { order.forEach { make($0) } }
    if let error = GraphError.combining(Array(graph.errors.dropFirst(errorCount))) { throw error }
    let trained = source.trainedVariables()
    let reads = source.reads()
    for variable in variables {
      register(
        variable, initializers[variable], read: reads[variable],
        trainable: trained.contains(variable))
    }
    var operations: [String: GraphOperation] = [:]
    for (index, operation) in made { operations[source.nodes[index].name] = operation }
    var outputs: [String: Output] = [:]
    for (port, output) in replaced {
      outputs["\(source.nodes[port.node].name):\(port.output)"] = output
    }
    return ImportedGraph(graph: graph, operations: operations, replaced: outputs)
  }

  /// The nodes and all that they need, inputs first, without those already there.
  private func sorted(_ wanted: [Int], _ known: Set<Int>) throws(GraphError) -> [Int] {
    enum State { case open, done }
    var state: [Int: State] = [:]
    var order: [Int] = []
    for start in wanted where !known.contains(start) && state[start] == nil {
      var stack = [start]
      while let index = stack.last {
        if state[index] == .done || known.contains(index) {
          stack.removeLast()
          continue
        }
        let node = source.nodes[index]
        if state[index] == .open {
          state[index] = .done
          order.append(index)
          stack.removeLast()
          continue
        }
        state[index] = .open
        let inputs = node.inputs.filter { replaced[Port(node: $0.node, output: $0.output)] == nil }
        for next in inputs.map(\.node) + node.controls where !known.contains(next) {
          switch state[next] {
          case .done: continue
          case .open:
            throw GraphError(
              .invalidArgument, "the graph goes round in a circle through '\(node.name)'")
          case nil: stack.append(next)
          }
        }
      }
    }
    return order
  }

  private mutating func make(_ index: Int) {
    let node = source.nodes[index]
    guard case .definition(let definition) = node.content else { return }
    let inputs = node.inputs.compactMap { input in
      replaced[Port(node: input.node, output: input.output)]
        ?? made[input.node]?.output(input.output)
    }
    let controls = node.controls.compactMap { made[$0] }
    let name = prefix.isEmpty ? node.name : "\(prefix)/\(node.name)"
    func add() -> GraphOperation { graph.add(definition, inputs: inputs, name: name, at: nil) }
    func controlled() -> GraphOperation { controls.isEmpty ? add() : graph.after(controls, add) }
    let operation =
      node.device.isEmpty ? controlled() : graph.device(node.device, soft: true, controlled)
    made[index] = operation
    if definition is any SummaryDefinition {
      graph.addToCollection(Graph.summaries, [operation.output(0)])
    }
  }

  private func register(_ variable: Int, _ assign: Int?, read: Int?, trainable: Bool) {
    guard let operation = made[variable] else { return }
    let reference = operation.output(0)
    let initializer = assign.flatMap { made[$0] }
    graph.register(
      AnyVariable(
        reference: reference, value: read.flatMap { made[$0]?.output(0) } ?? reference,
        initialValue: initializer?.inputs.last ?? reference,
        initializer: initializer ?? operation, isTrainable: trainable))
  }
}

extension GraphImport {
  func isVariable(_ index: Int) -> Bool {
    if case .definition(let definition) = nodes[index].content { return definition is VariableV2 }
    return false
  }

  /// For each variable the node that assigns its initial value: the one called `w/Assign`, else the
  /// first.
  func assignments() -> [Int: Int] {
    var result: [Int: Int] = [:]
    for (index, node) in nodes.enumerated() {
      guard case .definition(let definition) = node.content, definition is Assign,
        let target = node.inputs.first?.node, isVariable(target)
      else { continue }
      if result[target] == nil || node.name == nodes[target].name + "/Assign" {
        result[target] = index
      }
    }
    return result
  }

  /// For each variable the node that reads it and waits for nothing.
  func reads() -> [Int: Int] {
    var result: [Int: Int] = [:]
    for (index, node) in nodes.enumerated() where node.controls.isEmpty && node.inputs.count == 1 {
      guard case .definition(let definition) = node.content, definition is Identity,
        isVariable(node.inputs[0].node)
      else { continue }
      let target = node.inputs[0].node
      if result[target] == nil || node.name == nodes[target].name + "/read" {
        result[target] = index
      }
    }
    return result
  }

  /// The variables that an optimizer updates; all with real numbers where the file has none.
  func trainedVariables() -> Set<Int> {
    var result: Set<Int> = []
    for node in nodes {
      guard case .definition(let definition) = node.content, definition is any ParameterUpdate,
        let target = node.inputs.first?.node
      else { continue }
      result.insert(target)
    }
    if !result.isEmpty { return result }
    for (index, node) in nodes.enumerated() {
      if case .definition(let variable as VariableV2) = node.content, variable.dtype.isFloating {
        result.insert(index)
      }
    }
    return result
  }
}
