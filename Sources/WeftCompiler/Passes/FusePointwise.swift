import WeftOps

/// Merges pointwise instructions into the pointwise instruction that uses them, and into the updates
/// of gradient descent: one pass over the elements, block by block through the cache, where each
/// instruction would have been one.
///
/// A producer is merged if its result has one user of the same shape. A producer that reads a
/// variable which the run updates is not merged past an update: it might see a later version.
@Sendable
func fusePointwise(_ program: inout Program) {
  let uses = Uses(program)
  for index in program.instructions.indices where !program.instructions[index].isDead {
    fuse(index, &program, uses)
  }
}

/// More operands or functions than this would not fit the registers of a block.
private let operandLimit = 10
private let functionLimit = 40

private func fuse(_ index: Int, _ program: inout Program, _ uses: Uses) {
  let instruction = program.instructions[index]
  // Too many to merge, and too many to look at one by one: a sum of thousands.
  guard instruction.inputs.count <= operandLimit else { return }
  guard var formula = Formula(index, program), let output = instruction.outputs.first else {
    return
  }
  var merged: [Int] = []
  var changed = true
  while changed {
    changed = false
    for (position, operand) in formula.operands.enumerated() {
      guard position > 0 || !formula.isUpdate,
        let maker = program.soleProducer(of: operand, uses),
        let inner = Formula(maker, program), !inner.isUpdate,
        program.values[operand].shape == program.values[output].shape,
        uses.mayMove(maker, to: index, program)
      else { continue }
      let combined = formula.merging(inner, at: position)
      guard combined.operands.count <= operandLimit, combined.functionCount <= functionLimit,
        combined.isTyped(program, as: program.values[output].dtype)
      else { continue }
      formula = combined
      merged.append(maker)
      changed = true
      break
    }
  }
  let isBare = merged.isEmpty
  formula = formula.simplified(program, uses, output: output)
  // A single operation stays what it is, unless numbers among its operands can go into the formula.
  if isBare && (formula.operands.count == instruction.inputs.count || formula.isUpdate) { return }
  guard formula.isTyped(program, as: program.values[output].dtype), !formula.operands.isEmpty else {
    return
  }
  let overwritable = formula.operands.indices.filter {
    program.values[formula.operands[$0]].shape == program.values[output].shape
  }
  program.instructions[index].definition =
    formula.isUpdate
    ? PointwiseUpdate(expression: formula.expression, inputCount: formula.operands.count)
    : FusedPointwise(
      expression: formula.expression, inputCount: formula.operands.count,
      overwritable: overwritable)
  program.instructions[index].inputs = formula.operands
  if !merged.isEmpty {
    program.instructions[index].origin = .rewrite(
      pass: "fuse pointwise",
      of: [instruction.origin] + merged.map { program.instructions[$0].origin })
  }
  for other in merged { program.instructions[other].isDead = true }
}

/// The formula of an instruction over values of the program.
private struct Formula {
  var expression: ScalarExpression
  var operands: [Int]
  var isUpdate = false

  init(expression: ScalarExpression, operands: [Int], isUpdate: Bool) {
    self.expression = expression
    self.operands = operands
    self.isUpdate = isUpdate
  }

  init?(_ index: Int, _ program: Program) {
    let instruction = program.instructions[index]
    operands = instruction.inputs
    switch instruction.definition {
    case let pointwise as any PointwiseDefinition:
      expression = pointwise.expression
    case is ApplyGradientDescent:
      expression = .input(0) - .input(1) * .input(2)
      isUpdate = true
    case is AssignAdd:
      expression = .input(0) + .input(1)
      isUpdate = true
    case is AssignSub:
      expression = .input(0) - .input(1)
      isUpdate = true
    default: return nil
    }
  }

  var functionCount: Int { expression.operationCount }

  /// The formula with an operand replaced by the formula that makes it.
  func merging(_ inner: Formula, at position: Int) -> Formula {
    var operands = self.operands
    var places: [ScalarExpression] = []
    for value in inner.operands {
      if let known = operands.firstIndex(of: value) {
        places.append(.input(known))
      } else {
        places.append(.input(operands.count))
        operands.append(value)
      }
    }
    var outer = operands.indices.map { ScalarExpression.input($0) }
    outer[position] = inner.expression.substituting(places)
    let combined = Formula(
      expression: expression.substituting(outer), operands: operands, isUpdate: isUpdate)
    return combined.droppingUnused()
  }

  /// Numbers written into the formula; in an update, reads of the variable itself made its operand 0.
  func simplified(_ program: Program, _ uses: Uses, output: Int) -> Formula {
    let target = isUpdate ? program.variable(of: operands[0]) : nil
    let replaced = operands.enumerated().map { position, value -> ScalarExpression in
      if position > 0, let target, program.variable(of: value) == target,
        uses.writes[target] == 1, program.values[value].shape == program.values[output].shape
      {
        return .input(0)
      }
      let hasElementsElsewhere = operands.contains {
        program.values[$0].shape == program.values[output].shape
          && program.values[$0].constant == nil
      }
      if hasElementsElsewhere, program.values[value].dtype != .int64,
        let number = program.knownNumber(value), number.isFinite
      {
        return .constant(number)
      }
      return .input(position)
    }
    return Formula(
      expression: expression.substituting(replaced), operands: operands, isUpdate: isUpdate
    ).droppingUnused()
  }

  private func droppingUnused() -> Formula {
    var used = Set(expression.inputs)
    if isUpdate { used.insert(0) }
    let kept = operands.indices.filter(used.contains)
    var places = operands.indices.map { ScalarExpression.input($0) }
    for (new, old) in kept.enumerated() { places[old] = .input(new) }
    return Formula(
      expression: expression.substituting(places), operands: kept.map { operands[$0] },
      isUpdate: isUpdate)
  }

  /// Whether the formula has the type on its own that the result must have.
  func isTyped(_ program: Program, as dtype: DType) -> Bool {
    (try? expression.dtype(operands.map { program.values[$0].dtype })) == dtype
  }
}
