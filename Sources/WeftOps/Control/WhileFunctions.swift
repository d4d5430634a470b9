import WeftGraph

/// A computation repeated as long as a condition holds: the last values of the variables.
///
/// ```swift
/// let ten = graph.constant(10 as Int32)
/// let (_, y) = whileLoop(graph.constant(0 as Int32), x) { i, _ in
///   i .< ten
/// } body: { i, y in
///   (i + 1, tanh(matmul(y, w)))
/// }
/// ```
/// The condition and the body may use any node of the graph around them, which stays what it was before
/// the loop; a variable of the graph that the body assigns to is read anew in each turn. Operations
/// with effects that the body makes run in every turn. Random operations draw new numbers in every
/// turn.
///
/// - Parameters:
///   - variables: the first values of the loop's variables.
///   - limit: the largest number of turns; none where nil.
///   - condition: takes the variables; a single truth value.
///   - body: takes the variables; gives their new values, of the same element types.
///
/// Shapes: those of the first values. Where a shape changes from turn to turn, the dimensions that
/// differ are known when the graph runs.
///
/// Errors: a condition that is not a single truth value; a variable of another element type after a
/// turn.
///
/// Gradient: a loop that goes back through the turns, of any order. It keeps the variables' values of
/// every turn, and computes what it needs besides again.
public func whileLoop<each S: TensorScalar>(
  _ variables: repeat Node<each S>, limit: Int? = nil, name: String? = nil,
  fileID: String = #fileID, line: Int = #line,
  while condition: (repeat Node<each S>) throws -> Node<Bool>,
  body: (repeat Node<each S>) throws -> (repeat Node<each S>)
) rethrows -> (repeat Node<each S>) {
  var initial: [Output] = []
  repeat initial.append((each variables).output)
  let location = SourceLocation(fileID, line)
  guard let graph = initial.first?.graph else {
    let empty: Node<Float> = nodeWithoutOperands("whileLoop", at: location)
    return (repeat Node<each S>(output: empty.output))
  }
  func nodes(_ outputs: [Output]) -> (repeat Node<each S>) {
    var index = -1
    func next<T: TensorScalar>(_: T.Type) -> Node<T> {
      index += 1
      return Node(output: outputs[index])
    }
    return (repeat next((each S).self))
  }
  let count = initial.count
  if limit != nil { initial.append(graph.index(0, name: "turn", at: location).output) }
  let operation = try graph.addWhile(initial, name: name ?? "while", at: location) { outputs in
    let values = nodes(outputs)
    let proceeds = try condition(repeat each values)
    guard let limit else { return proceeds.output }
    let turn = Node<Int32>(output: outputs[count])
    return logicalAnd(proceeds, turn .< Int32(clamping: limit)).output
  } body: { outputs in
    let values = nodes(outputs)
    let next = try body(repeat each values)
    var results: [Output?] = []
    repeat results.append((each next).output)
    if limit != nil { results.append((Node<Int32>(output: outputs[count]) + 1).output) }
    return RegionResult(results)
  }
  return nodes((0..<count).map { operation.output($0) })
}

/// A computation repeated over variables of one element type, as many as a list holds.
///
/// ```swift
/// let states = whileLoop([h, c]) { $0[0].sum() .< 10 } body: { cell($0) }
/// ```
/// As ``whileLoop(_:limit:name:fileID:line:while:body:)``.
public func whileLoop<S: TensorScalar>(
  _ variables: [Node<S>], name: String? = nil, fileID: String = #fileID, line: Int = #line,
  while condition: ([Node<S>]) throws -> Node<Bool>, body: ([Node<S>]) throws -> [Node<S>]
) rethrows -> [Node<S>] {
  let location = SourceLocation(fileID, line)
  guard let graph = variables.first?.graph else { return [] }
  let operation = try graph.addWhile(
    variables.map(\.output), name: name ?? "while", at: location
  ) {
    try condition($0.map { Node(output: $0) }).output
  } body: {
    RegionResult(try body($0.map { Node(output: $0) }).map(\.output))
  }
  return variables.indices.map { Node(output: operation.output($0)) }
}
