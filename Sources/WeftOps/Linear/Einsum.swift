import WeftGraph

/// Products and sums over named axes (Einstein's notation).
///
/// Formula: the equation gives a letter for each axis of each operand, and the letters of the result;
/// what has no place in the result is summed. `...` stands for axes without letters.
///
/// ```swift
/// let scores = einsum("bqhd,bkhd->bhqk", queries, keys)
/// let products = einsum("...ij,jk->...ik", stacks, weights)
/// ```
/// Without an arrow the result has the letters that occur once, in the order of the alphabet. More than
/// two operands are multiplied from the left. Errors: an equation that does not fit the operands, an
/// unknown rank, a letter twice in one operand. Gradient: that of the transpositions and matrix products
/// it is made of.
public func einsum<S: NumericScalar>(
  _ equation: String, _ operands: any NodeConvertible<S>..., name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  return einsum(equation, operands.map { $0.node }, name: name, at: location)
}

/// As ``einsum(_:_:name:fileID:line:)``, for operands in an array.
public func einsum<S: NumericScalar>(
  _ equation: String, _ operands: [Node<S>], name: String? = nil, at location: SourceLocation
) -> Node<S> {
  guard let first = operands.first else {
    return nodeWithoutOperands(name ?? "Einsum", at: location)
  }
  return composite(name ?? "Einsum", first.graph, location) {
    do throws(OpFailure) {
      let plan = try EinsumEquation(equation, ranks: operands.map(\.shape.rank))
      return einsum(plan, operands)
    } catch {
      first.graph.report(
        GraphError(
          error.code, error.message, subject: "einsum \"\(equation)\"", location: location,
          notes: operands.map { "'\($0.name)' has the shape \($0.shape)" }))
      return first
    }
  }
}

/// An equation with a label for each axis: letters, and numbers for the axes of an ellipsis, counted from
/// the last.
struct EinsumEquation {
  enum Label: Hashable {
    case letter(Character)
    case ellipsis(Int)
  }

  let operands: [[Label]]
  let result: [Label]

  init(_ equation: String, ranks: [Int?]) throws(OpFailure) {
    let text = equation.filter { $0 != " " }
    let sides = text.split(separator: "->", omittingEmptySubsequences: false).map(String.init)
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard sides.count <= 2, terms.count == ranks.count else {
      throw OpFailure("the equation is for \(terms.count) operands, not \(ranks.count)")
    }
    var widest = 0
    var operands: [[Label]] = []
    for (term, rank) in zip(terms, ranks) {
      guard let rank else {
        throw OpFailure("the rank of every operand must be known", code: .invalidShape)
      }
      let letters = term.filter { $0 != "." }.count
      let hidden = term.contains("...") ? rank - letters : 0
      guard hidden >= 0, letters + hidden == rank else {
        throw OpFailure("'\(term)' does not fit an operand of rank \(rank)", code: .invalidShape)
      }
      widest = Swift.max(widest, hidden)
      operands.append(try Self.labels(term, hidden: hidden))
    }
    for (term, labels) in zip(terms, operands) where Set(labels).count != labels.count {
      throw OpFailure("'\(term)' names an axis twice, which is not supported", code: .unsupported)
    }
    self.operands = operands
    let all = operands.flatMap { $0 }
    if sides.count == 2 {
      result = try Self.labels(sides[1], hidden: widest)
    } else {
      let letters = sides[0].filter(\.isLetter)
      let once = Set(letters).filter { letter in letters.count { $0 == letter } == 1 }
      let hidden = (0..<widest).reversed().map { Label.ellipsis($0) }
      result = hidden + once.sorted().map { Label.letter($0) }
    }
    guard Set(result).count == result.count, Set(result).isSubset(of: all) else {
      throw OpFailure("the result has an axis twice, or one that no operand has")
    }
  }

  private static func labels(_ term: String, hidden: Int) throws(OpFailure) -> [Label] {
    let parts = term.split(separator: "...", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ $0.allSatisfy(\.isLetter) }) else {
      throw OpFailure("'\(term)' is neither letters nor an ellipsis")
    }
    var labels = parts[0].map { Label.letter($0) }
    if parts.count == 2 {
      labels += (0..<hidden).reversed().map { Label.ellipsis($0) }
      labels += parts[1].map { Label.letter($0) }
    }
    return labels
  }
}

/// A node with a label for each of its axes.
private struct Labelled<S: NumericScalar> {
  typealias Label = EinsumEquation.Label
  var node: Node<S>
  var labels: [Label]

  /// Without the axes that are not needed any more.
  func summed(keeping needed: Set<Label>) -> Labelled {
    let axes = labels.indices.filter { !needed.contains(labels[$0]) }
    if axes.isEmpty { return self }
    return Labelled(node: sum(node, axes: axes), labels: labels.filter(needed.contains))
  }

  /// Without axes of one element that the other has more of: they are repeated.
  func squeezed(beside other: Labelled) -> Labelled {
    let axes = labels.indices.filter { axis in
      guard node.shape[axis] == 1, let place = other.labels.firstIndex(of: labels[axis]) else {
        return false
      }
      return other.node.shape[place].map { $0 != 1 } ?? false
    }
    if axes.isEmpty { return self }
    return Labelled(
      node: sum(node, axes: axes),
      labels: labels.indices.filter { !axes.contains($0) }.map { labels[$0] })
  }

  /// With the axes in that order.
  func arranged(_ order: [Label]) -> Node<S> {
    let axes = order.compactMap { labels.firstIndex(of: $0) }
    return axes == Array(axes.indices) ? node : transpose(node, permutation: axes)
  }

  /// The sizes of some axes.
  func sizes(_ wanted: [Label]) -> [AxisSize] {
    wanted.map { label in
      guard let axis = labels.firstIndex(of: label) else { return .known(1) }
      if let size = node.shape[axis] { return .known(size) }
      let place = node.graph.indices([axis], name: "axis", at: nil)
      return .dynamic(gather(shape(node), place))
    }
  }
}

/// The size of an axis: known, or a vector of one number.
private enum AxisSize {
  case known(Int)
  case dynamic(Node<Int32>)

  /// The product of sizes.
  static func product(_ sizes: [AxisSize]) -> AxisSize {
    var known = 1
    var dynamic: Node<Int32>?
    for size in sizes {
      switch size {
      case .known(let number): known = known.multipliedReportingOverflow(by: number).partialValue
      case .dynamic(let node): dynamic = dynamic.map { $0 * node } ?? node
      }
    }
    guard let dynamic else { return .known(known) }
    return .dynamic(known == 1 ? dynamic : dynamic * Int32(clamping: known))
  }
}

private func reshaped<S: NumericScalar>(_ x: Node<S>, _ sizes: [AxisSize]) -> Node<S> {
  var known: [Int] = []
  for size in sizes {
    if case .known(let number) = size { known.append(number) } else { known.append(-1) }
  }
  let open = known.count { $0 == -1 }
  if open == 0 || open == 1 && !known.contains(0) { return reshape(x, known) }
  let parts = sizes.map { size -> Node<Int32> in
    switch size {
    case .known(let number): x.graph.indices([number], name: "size", at: nil)
    case .dynamic(let node): node
    }
  }
  return reshape(x, concat(parts, axis: 0))
}

private func einsum<S: NumericScalar>(_ plan: EinsumEquation, _ operands: [Node<S>]) -> Node<S> {
  var rest = zip(operands, plan.operands).map { Labelled(node: $0, labels: $1) }
  var total = rest.removeFirst()
  while !rest.isEmpty {
    let next = rest.removeFirst()
    let later = Set(rest.flatMap(\.labels)).union(plan.result)
    total = product(total, next, needed: later)
  }
  return total.summed(keeping: Set(plan.result)).arranged(plan.result)
}

/// The product of two operands, summed over what nobody needs any more: one batched matrix product.
private func product<S: NumericScalar>(
  _ left: Labelled<S>, _ right: Labelled<S>, needed: Set<EinsumEquation.Label>
) -> Labelled<S> {
  let a = left.squeezed(beside: right).summed(keeping: needed.union(right.labels))
  let b = right.squeezed(beside: left).summed(keeping: needed.union(left.labels))
  let common = a.labels.filter(b.labels.contains)
  let batch = common.filter(needed.contains)
  let met = common.filter { !needed.contains($0) }
  let rows = a.labels.filter { !common.contains($0) }
  let columns = b.labels.filter { !common.contains($0) }
  let sizes = (a.sizes(batch), a.sizes(rows), b.sizes(columns))
  let inner = AxisSize.product(a.sizes(met))
  let (m, n) = (AxisSize.product(sizes.1), AxisSize.product(sizes.2))
  let count = AxisSize.product(sizes.0)
  let x = reshaped(a.arranged(batch + rows + met), [count, m, inner])
  let y = reshaped(b.arranged(batch + met + columns), [count, inner, n])
  let result = reshaped(matmul(x, y), sizes.0 + sizes.1 + sizes.2)
  return Labelled(node: result, labels: batch + rows + columns)
}
