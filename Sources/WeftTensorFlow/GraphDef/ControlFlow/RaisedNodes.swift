import WeftOps

/// A result of a node of a file.
struct ImportPort: Hashable, Sendable {
  let node: Int
  let output: Int
}

/// TensorFlow 1's nodes of control flow: loops and branches are written in them.
enum ControlNode: Sendable {
  case `switch`, merge, next, exit, loopCondition
  /// Brings a value into a loop: once, or the same in every turn.
  case enter(frame: String, isConstant: Bool)

  init?(_ wire: WireNodeDef) {
    switch wire.op {
    case "Switch", "RefSwitch": self = .switch
    case "Merge", "RefMerge": self = .merge
    case "NextIteration", "RefNextIteration": self = .next
    case "Exit", "RefExit": self = .exit
    case "LoopCond": self = .loopCondition
    case "Enter", "RefEnter":
      let attributes = NodeAttributes(wire.attr)
      guard let frame = try? attributes.string("frame_name") else { return nil }
      let isConstant = try? attributes.bool("is_constant", default: false)
      self = .enter(
        frame: frame.isEmpty ? wire.name.parentScope : frame, isConstant: isConstant ?? false)
    default: return nil
    }
  }
}

/// A part of a file's nodes that becomes a part of an operation: a branch, the body of a loop.
struct RaisedPart: Sendable {
  /// The nodes, those of parts in it left out.
  var members: Set<Int> = []
  /// Results of nodes that lie in a part of the part: which of its results they are.
  var exports: [ImportPort: ImportPort] = [:]
  /// What is computed; nil for what the other branch alone gives.
  var results: [ImportPort?] = []
  /// Nodes that must run besides.
  var targets: [Int] = []
}

/// A loop put together from its nodes.
struct RaisedLoop: Sendable {
  /// The scope of its operation.
  var name: String
  /// The first values of the variables.
  var initial: [ImportPort] = []
  /// What stands in the parts for each variable.
  var variables: [[ImportPort]] = []
  /// The condition is the first of the results, the values after a turn are the others.
  var part = RaisedPart()
}

/// A choice between two branches put together from its nodes.
struct RaisedChoice: Sendable {
  /// The scope of its operation.
  var name: String
  /// The truth value.
  var predicate: ImportPort
  var then = RaisedPart()
  var otherwise = RaisedPart()
}

/// Which branch of which condition a node belongs to.
struct BranchLiteral: Hashable, Sendable {
  let predicate: ImportPort
  let isTrue: Bool
}

extension Array where Element == ImportNode {
  /// The result that a port passes on: through nodes that only say where a value is used.
  func resolved(_ port: ImportPort) -> ImportPort {
    var port = port
    // As many steps as there are nodes at most: files may go round in circles.
    for _ in indices {
      guard case .alias = self[port.node].content, let input = self[port.node].inputs.first else {
        break
      }
      port = ImportPort(node: input.node, output: input.output)
    }
    return port
  }

  /// The result behind identities too: what tells conditions apart.
  func root(_ port: ImportPort) -> ImportPort {
    var port = resolved(port)
    for _ in indices {
      guard case .definition(let definition) = self[port.node].content, definition is Identity,
        let input = self[port.node].inputs.first
      else { break }
      port = resolved(ImportPort(node: input.node, output: input.output))
    }
    return port
  }
}

extension ImportNode {
  /// The inputs as ports.
  var ports: [ImportPort] { inputs.map { ImportPort(node: $0.node, output: $0.output) } }

  /// A node that stands for several of the file.
  init(raised content: Content, typeName: String, name: String) {
    self.name = name
    self.typeName = typeName
    device = ""
    self.content = content
  }
}
