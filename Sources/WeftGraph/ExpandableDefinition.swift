/// An operation that is written in others where a graph leaves for a system that does not have it.
///
/// It stands in the graph as one operation, because what it gives is known when a step is compiled;
/// the expansion computes the same from scratch.
public protocol ExpandableDefinition: OpDefinition {
  /// The same as nodes of other operations: the only output.
  func expanded(_ inputs: [Output]) -> Output
}
