import Foundation
import WeftOps

/// Which variable of a graph gets which tensor of a checkpoint: read from the nodes by which TensorFlow
/// restores them, `RestoreV2` and the assignments of what it gives.
struct RestoredVariables: Sendable {
  /// A tensor of a checkpoint, or some of its rows.
  struct Source: Sendable, Hashable {
    let key: String
    /// For a part of a partitioned variable: which rows, of the whole tensor.
    var rows: Range<Int>?
    /// Why it cannot be restored.
    var refusal: String?
  }

  /// By the name of the variable's node.
  let sources: [String: Source]

  init(_ graph: WireGraphDef) {
    var nodes: [String: WireNodeDef] = [:]
    for node in graph.node { nodes[node.name] = node }
    var sources: [String: Source] = [:]
    for node in graph.node where node.op == "AssignVariableOp" || node.op == "Assign" {
      guard node.input.count >= 2, let variable = Self.origin(node.input[0], nodes),
        let value = Self.origin(node.input[1], nodes), value.node.op == "RestoreV2",
        let source = Self.source(value.node, value.output, nodes)
      else { continue }
      sources[variable.node.name] = source
    }
    for node in graph.node where node.op == "VarHandleOp" && sources[node.name] == nil {
      if case .s(let shared)? = node.attr["shared_name"]?.value, !shared.isEmpty {
        sources[node.name] = Source(key: String(decoding: shared, as: UTF8.self))
      }
    }
    self.sources = sources
  }

  /// The node behind identities, and which of its outputs.
  private static func origin(_ input: String, _ nodes: [String: WireNodeDef])
    -> (node: WireNodeDef, output: Int)?
  {
    var input = input
    // Circles end here.
    for _ in 0..<1000 {
      guard let (name, output) = try? ImportNode.split(input), let node = nodes[name] else {
        return nil
      }
      guard node.op == "Identity", let next = node.input.first, !next.hasPrefix("^") else {
        return (node, output)
      }
      input = next
    }
    return nil
  }

  private static func source(_ restore: WireNodeDef, _ output: Int, _ nodes: [String: WireNodeDef])
    -> Source?
  {
    guard restore.input.count >= 3, let names = texts(restore.input[1], nodes),
      names.indices.contains(output)
    else { return nil }
    var source = Source(key: names[output])
    let slices = texts(restore.input[2], nodes) ?? []
    if slices.indices.contains(output), !slices[output].isEmpty {
      source.rows = rows(slices[output])
      if source.rows == nil {
        source.refusal =
          "it is the part '\(slices[output])' of '\(source.key)', which is split "
          + "along another axis than the first"
      }
    }
    return source
  }

  /// The elements of a constant of text.
  private static func texts(_ input: String, _ nodes: [String: WireNodeDef]) -> [String]? {
    guard let node = origin(input, nodes)?.node, node.op == "Const",
      case .tensor(let value)? = node.attr["value"]?.value, value.dtype == .dtString
    else { return nil }
    return value.stringVal.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The rows in `10 4 0,5:0,4`: the whole shape, then for each axis where the part begins and how long
  /// it is, or `-` for all of it. Nil where an axis but the first is not whole.
  private static func rows(_ text: String) -> Range<Int>? {
    let words = text.split(separator: " ").map(String.init)
    guard let last = words.last else { return nil }
    let shape = words.dropLast().compactMap { Int($0) }
    let extents = last.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard shape.count == words.count - 1, extents.count == shape.count, !shape.isEmpty else {
      return nil
    }
    var result: Range<Int>?
    for (axis, extent) in extents.enumerated() {
      let numbers = extent.split(separator: ",").compactMap { Int($0) }
      let (start, length) = numbers.count == 2 ? (numbers[0], numbers[1]) : (0, shape[axis])
      guard numbers.count == 2 || extent == "-", start >= 0, length >= 0,
        start <= shape[axis], length <= shape[axis] - start
      else { return nil }
      if axis == 0 {
        result = start..<start + length
      } else if start != 0 || length != shape[axis] {
        return nil
      }
    }
    return result
  }
}
