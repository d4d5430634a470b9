/// What a block of code says for the operations made in it. Task-local, one for each graph, so that
/// several tasks may build at once.
struct Scope: Sendable {
  var names = ""
  var variables = VariableScope()
  var controlInputs: [GraphOperation.Record] = []
  var device: DeviceRequest?
  var origin: Origin?

  func path(_ name: String) -> String { names.isEmpty ? name : "\(names)/\(name)" }

  @TaskLocal static var current: [ObjectIdentifier: Scope] = [:]
}

/// The part of a scope that names and shares variables.
struct VariableScope: Sendable {
  var path = ""
  var reuse = VariableReuse.never
}

/// What ``Graph/getVariable(_:_:reuse:)`` does about a variable that exists, or does not.
public enum VariableReuse: Sendable {
  /// Makes a variable; one that exists is an error.
  case never
  /// Takes the existing variable; none is an error.
  case always
  /// Takes the existing variable, or makes it.
  case automatic
}

extension Graph {
  /// The scope of the graph that new operations go into.
  var currentScope: Scope { innermost.ownScope }

  var ownScope: Scope { Scope.current[ObjectIdentifier(self)] ?? Scope() }

  func within<R>(_ scope: Scope, _ body: () throws -> R) rethrows -> R {
    var all = Scope.current
    all[ObjectIdentifier(innermost)] = scope
    return try Scope.$current.withValue(all, operation: body)
  }

  /// Puts `name/` before the names of the operations made in the body. A scope name that is taken
  /// becomes `name_1`.
  ///
  /// ```swift
  /// let hidden = graph.scope("layer1") { relu(matmul(x, w) + b) }  // 'layer1/Relu'
  /// ```
  public func scope<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
    var scope = currentScope
    let path = scope.path(name)
    scope.names = innermost.state.withLock { $0.names.reserve(path) }
    return try within(scope, body)
  }

  /// Puts `name/` before the names of variables got in the body, and says whether they are shared.
  ///
  /// The same scope name may be opened again: variables keep the plain name, operations get
  /// `name_1/`.
  ///
  /// ```swift
  /// graph.variableScope("layer1") { graph.getVariable("kernel", .zeros([784, 10])) }
  /// graph.variableScope("layer1", reuse: .always) { graph.getVariable("kernel", .zeros([784, 10])) }
  /// ```
  public func variableScope<R>(
    _ name: String, reuse: VariableReuse? = nil, _ body: () throws -> R
  ) rethrows -> R {
    var scope = currentScope
    let names = scope.path(name)
    scope.names = innermost.state.withLock { $0.names.reserve(names) }
    scope.variables.path = scope.variables.path.isEmpty ? name : "\(scope.variables.path)/\(name)"
    if let reuse { scope.variables.reuse = reuse }
    return try within(scope, body)
  }

  /// Asks for a device for the operations made in the body, such as `/cpu:0` or `/gpu:0`.
  ///
  /// - Parameter soft: whether another device may serve where this one is not there.
  public func device<R>(_ name: String, soft: Bool = false, _ body: () throws -> R) rethrows -> R {
    var scope = currentScope
    scope.device = DeviceRequest(name, soft: soft)
    return try within(scope, body)
  }

  /// Makes the operations of the body run after these: control dependencies.
  public func after<R>(_ operations: [GraphOperation], _ body: () throws -> R) rethrows -> R {
    var scope = currentScope
    let graph = innermost
    let members = graph.isRegion ? operations.filter { $0.graph == graph } : operations
    scope.controlInputs += members.map(\.record)
    if members.count < operations.count {
      // The operation that holds the branch or the loop waits for those outside of it.
      let builder = RegionBuilder.stack.last { $0.graph === graph }
      builder?.wait(for: operations.filter { $0.graph != graph })
    }
    return try within(scope, body)
  }

  /// Takes the control dependencies of enclosing blocks away while the body runs.
  public func withoutControlDependencies<R>(_ body: () throws -> R) rethrows -> R {
    var scope = currentScope
    scope.controlInputs = []
    return try within(scope, body)
  }

  /// Takes the names, control dependencies and device requests of enclosing scopes away.
  ///
  /// - Parameter keepingDevice: whether the device request stays.
  public func atTopLevel<R>(keepingDevice: Bool = false, _ body: () throws -> R) rethrows -> R {
    var scope = Scope()
    if keepingDevice { scope.device = currentScope.device }
    return try within(scope, body)
  }

  /// Says where the operations made in the body come from: gradients and rewrites do so.
  public func withOrigin<R>(_ origin: Origin, _ body: () throws -> R) rethrows -> R {
    var scope = currentScope
    scope.origin = origin
    return try within(scope, body)
  }

  /// The present name scope, such as `layer1/`, or nothing.
  public var scopePath: String {
    let names = currentScope.names
    return names.isEmpty ? "" : names + "/"
  }

  /// The path and sharing rule of the present variable scope.
  public var variableScopeState: (path: String, reuse: VariableReuse) {
    let scope = currentScope.variables
    return (scope.path, scope.reuse)
  }
}
