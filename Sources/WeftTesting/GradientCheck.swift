import WeftSession

/// What is wrong with a case's gradients, or nil if nothing.
///
/// With fixed random weights w, L = Σ w · outputs is differentiated in `Double` and compared with
/// differences of fourth order along random directions, one direction for each fed operand of real
/// numbers at a time. Where a direction disagrees, the worst single element is looked for and
/// named.
///
/// - Parameters:
///   - device: where everything is computed; the reference device suits.
///   - relative: how much the two may differ, relative to Σ |gradient · direction|.
///   - step: the distance of the points of a difference.
public func gradientMismatch(
  _ opCase: OpCase, on device: any Device, relative: Double = 1e-6, step: Double = 1e-4
) -> String? {
  if case .skipped = opCase.gradient { return nil }
  do throws(GraphError) {
    let check = try GradientCheck(opCase.inDoublePrecision(), device, relative, step)
    return try check.problem().map { "\(opCase): \($0)" }
  } catch {
    return "\(opCase): \(error)"
  }
}

private struct GradientCheck {
  let opCase: OpCase
  let built: CaseGraph
  let session: Session
  let loss: Node<Double>
  let slopes: [Int: Node<Double>?]
  let relative: Double
  let step: Double

  init(_ opCase: OpCase, _ device: any Device, _ relative: Double, _ step: Double)
    throws(GraphError)
  {
    self.opCase = opCase
    self.relative = relative
    self.step = step
    built = CaseGraph(opCase)
    try built.graph.validate()
    let graph = built.graph
    var terms: [Node<Double>] = []
    for (index, output) in built.built.outputs.enumerated() where output.type?.dtype == .float64 {
      let shape = output.type?.shape.complete ?? []
      let weights = AnyTensor.random(shape, in: 0.5...1.5, seed: 90 + UInt64(index), as: .float64)
      let signs = AnyTensor.random(shape, in: -1...1, seed: 190 + UInt64(index), as: .float64)
      let signed = zip(weights.doubles, signs.doubles).map { $1 < 0 ? -$0 : $0 }
      let weight = Node<Double>(
        output: graph.add(Const(.values(signed, shape: shape, as: .float64)), at: nil).output(0))
      terms.append(sum(Node<Double>(output: output) * weight))
    }
    guard let first = terms.first else {
      throw GraphError(.noGradient, "no output is of a type that has gradients")
    }
    loss = terms.dropFirst().reduce(first) { $0 + $1 }
    let real = built.placeholders.filter { $0.output.type?.dtype == .float64 }
    let nodes = real.map { Node<Double>(output: $0.output) }
    let found = gradients(of: loss, withRespectTo: nodes)
    var slopes: [Int: Node<Double>?] = [:]
    for (operand, slope) in zip(real, found) { slopes[operand.index] = .some(slope) }
    self.slopes = slopes
    try graph.validate()
    session = try Session(graph, device: device)
    try session.initializeVariables()
  }

  func problem() throws(GraphError) -> String? {
    var exempt: Set<Int> = []
    switch opCase.gradient {
    case .none(let reason):
      let found = slopes.filter { $0.value != nil }.keys.sorted()
      return found.isEmpty
        ? nil : "should have no gradient (\(reason)), and has one for operands \(found)"
    case .checkedExcept(let operands, _): exempt = Set(operands)
    case .checked, .skipped: break
    }
    if slopes.isEmpty { return "no fed operand is of a type that has gradients" }
    if slopes.values.allSatisfy({ $0 == nil }) { return "has no gradient" }
    for (index, slope) in slopes.sorted(by: { $0.key < $1.key }) where !exempt.contains(index) {
      let value = opCase.operands[index].tensor
      var analytic = AnyTensor.values([0], shape: value.shape, as: .float64)
      if let slope { analytic = AnyTensor(try session.run(slope, feeding: feeds())) }
      guard analytic.shape == value.shape else {
        return
          "the gradient of operand \(index) has the shape \(analytic.shape), not \(value.shape)"
      }
      if let problem = try compare(index, value, analytic) { return problem }
    }
    return nil
  }

  private func compare(_ index: Int, _ value: AnyTensor, _ analytic: AnyTensor)
    throws(GraphError) -> String?
  {
    let slope = analytic.doubles
    for seed in 1...3 as ClosedRange<UInt64> {
      let direction = AnyTensor.random(
        value.shape, in: -1...1, seed: 1000 + seed + 10 * UInt64(index), as: .float64
      ).doubles
      let wanted = zip(slope, direction).reduce(0) { $0 + $1.0 * $1.1 }
      let scale = zip(slope, direction).reduce(0) { $0 + abs($1.0 * $1.1) }
      let found = try difference(index, value, along: direction)
      if agree(wanted, found.slope, scale, found.loss) { continue }
      var text = "the gradient of operand \(index) along a random direction is \(wanted), "
      text += "by differences \(found.slope)"
      return text + (try worstElement(index, value, slope))
    }
    return nil
  }

  private func agree(_ wanted: Double, _ found: Double, _ scale: Double, _ loss: Double) -> Bool {
    abs(wanted - found) <= relative * max(scale, abs(found)) + 1e-9 + 1e-10 * abs(loss)
  }

  /// The element whose gradient is farthest from its difference, for tensors small enough.
  private func worstElement(_ index: Int, _ value: AnyTensor, _ slope: [Double])
    throws(GraphError) -> String
  {
    guard slope.count <= 4096 else { return "" }
    var worst: (error: Double, position: Int, found: Double) = (-1, 0, 0)
    for position in slope.indices {
      var direction = [Double](repeating: 0, count: slope.count)
      direction[position] = 1
      let found = try difference(index, value, along: direction).slope
      let error = abs(found - slope[position])
      if error > worst.error || error.isNaN { worst = (error, position, found) }
      if error.isNaN { break }
    }
    let place = multiIndex(worst.position, in: value.shape)
    return
      "; the worst element \(place) has \(slope[worst.position]), by differences \(worst.found)"
  }

  /// The derivative along a direction, (8 (L₁ - L₋₁) - (L₂ - L₋₂)) / 12h, and the size of L.
  private func difference(_ index: Int, _ value: AnyTensor, along direction: [Double])
    throws(GraphError) -> (slope: Double, loss: Double)
  {
    let base = value.doubles
    func evaluate(_ distance: Double) throws(GraphError) -> Double {
      let moved = zip(base, direction).map { $0 + distance * $1 }
      let tensor = AnyTensor.values(moved, shape: value.shape, as: .float64)
      return try session.run(loss, feeding: feeds(replacing: index, by: tensor)).scalar ?? .nan
    }
    let (one, minusOne) = (try evaluate(step), try evaluate(-step))
    let (two, minusTwo) = (try evaluate(2 * step), try evaluate(-2 * step))
    return ((8 * (one - minusOne) - (two - minusTwo)) / (12 * step), one)
  }

  private func feeds(replacing index: Int = -1, by tensor: AnyTensor? = nil) -> Feeds {
    var changed = opCase
    if let tensor { changed.operands[index] = .fed(tensor) }
    return built.feedValues(changed)
  }
}
