@_exported import WeftOps
@_exported import WeftDevice

/// What a run can be asked for: nodes, variables, operations, and arrays, optionals, dictionaries and
/// nestings of them.
public protocol Fetchable {
  /// What the run gives for it: a tensor for a node, nothing for an operation.
  associatedtype Fetched
  /// Adds what is wanted to the list.
  func collect(into list: inout FetchList)
  /// Takes the results, in the order in which they were added.
  func extract(from results: inout FetchResults) -> Fetched
}

/// What a run is asked for, in order.
public struct FetchList: Sendable {
  var outputs: [Output] = []
  var targets: [GraphOperation] = []
  /// Operations that an earlier stage of the same run has run.
  var completed: Set<GraphOperation> = []

  /// Asks for a value.
  public mutating func append(_ output: Output) { outputs.append(output) }
  /// Asks for an operation to run.
  public mutating func append(_ operation: GraphOperation) { targets.append(operation) }
}

/// The values that a run gave, in order.
public struct FetchResults {
  private let buffer: StepBuffer
  private var next = 0

  init(_ buffer: StepBuffer) { self.buffer = buffer }

  /// The next value.
  public mutating func take() -> AnyTensor {
    precondition(next < buffer.resultCount, "more results taken than were asked for")
    defer { next += 1 }
    return buffer.results[next]
  }
}

extension Node: Fetchable {
  public func collect(into list: inout FetchList) { list.append(output) }
  public func extract(from results: inout FetchResults) -> Tensor<Scalar> {
    typed(results.take())
  }
}

extension Variable: Fetchable {
  public func collect(into list: inout FetchList) { list.append(output) }
  public func extract(from results: inout FetchResults) -> Tensor<Scalar> {
    typed(results.take())
  }
}

/// A result with the element type of its node. Execution has checked that they agree.
private func typed<S: TensorScalar>(_ tensor: AnyTensor) -> Tensor<S> {
  guard let typed = tensor.typed(S.self) else {
    preconditionFailure("a result of type \(tensor.dtype) reached a node of type \(S.dtype)")
  }
  return typed
}

extension Output: Fetchable {
  public func collect(into list: inout FetchList) { list.append(self) }
  public func extract(from results: inout FetchResults) -> AnyTensor { results.take() }
}

extension GraphOperation: Fetchable {
  public func collect(into list: inout FetchList) { list.append(self) }
  public func extract(from results: inout FetchResults) {}
}

extension Array: Fetchable where Element: Fetchable {
  public func collect(into list: inout FetchList) { forEach { $0.collect(into: &list) } }
  public func extract(from results: inout FetchResults) -> [Element.Fetched] {
    map { $0.extract(from: &results) }
  }
}

extension Optional: Fetchable where Wrapped: Fetchable {
  public func collect(into list: inout FetchList) { self?.collect(into: &list) }
  public func extract(from results: inout FetchResults) -> Wrapped.Fetched? {
    map { $0.extract(from: &results) }
  }
}

extension Dictionary: Fetchable where Key: Comparable, Value: Fetchable {
  public func collect(into list: inout FetchList) {
    for key in keys.sorted() { self[key]?.collect(into: &list) }
  }
  public func extract(from results: inout FetchResults) -> [Key: Value.Fetched] {
    var fetched: [Key: Value.Fetched] = [:]
    for key in keys.sorted() {
      if let value = self[key] { fetched[key] = value.extract(from: &results) }
    }
    return fetched
  }
}
