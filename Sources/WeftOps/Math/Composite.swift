import WeftGraph

/// Runs the body of a function made of several operations: their names get its scope, their origin is
/// the user's line.
func composite<R>(
  _ name: String, _ graph: Graph, _ location: SourceLocation, _ body: () throws -> R
) rethrows -> R {
  try graph.scope(name) { try graph.withOrigin(.user(location), body) }
}
