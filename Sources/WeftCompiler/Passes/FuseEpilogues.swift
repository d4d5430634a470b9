import WeftOps

/// Joins a matrix product or a convolution to the bias or rectifier that is its only user, a product also to
/// the mask of a gradient, and the gradient of a pooling to that of the rectifier before it: the elements are
/// finished where they are stored, instead of in a pass of their own.
///
/// Only a formula that is an epilogue as a whole is joined: where more is done to the elements, a pass
/// over them remains, and it may as well do everything.
@Sendable
func fuseEpilogues(_ program: inout Program) {
  let uses = Uses(program)
  for index in program.instructions.indices where !program.instructions[index].isDead {
    fuse(index, &program, uses)
  }
}

private func fuse(_ index: Int, _ program: inout Program, _ uses: Uses) {
  let instruction = program.instructions[index]
  // No epilogue has more operands than the product, the bias and the mask.
  guard instruction.inputs.count <= 3,
    let formula = (instruction.definition as? any PointwiseDefinition)?.expression,
    let output = instruction.outputs.first
  else { return }
  let result = program.values[output]
  guard result.dtype == .float32 || result.dtype == .float64 else { return }
  for (position, operand) in instruction.inputs.enumerated() {
    guard program.values[operand].shape == result.shape,
      let maker = program.soleProducer(of: operand, uses),
      uses.mayMove(maker, to: index, program),
      let steps = EpilogueSteps(formula, product: position)
    else { continue }
    let bias = steps.bias.map { instruction.inputs[$0] }
    let mask = steps.mask.map { instruction.inputs[$0] }
    let operands = program.instructions[maker].inputs
    switch program.instructions[maker].definition {
    case let product as MatMul:
      guard bias.map({ isRow($0, of: result.shape, program) }) ?? true,
        mask.map({ program.values[$0].shape == result.shape }) ?? true,
        [bias, mask].allSatisfy({ $0.map { program.values[$0].dtype == result.dtype } ?? true })
      else { continue }
      program.instructions[index].definition = MatMulEpilogue(
        product: product,
        epilogue: MatMulEpilogue.Epilogue(
          addsBias: bias != nil, isRectified: steps.isRectified, isMasked: mask != nil))
      program.instructions[index].inputs = operands + [bias, mask].compactMap { $0 }
    case let convolution as Conv2D:
      guard mask == nil, convolution.settings.dataFormat == .channelsLast,
        bias.map({
          isRow($0, of: result.shape, program) && program.values[$0].dtype == result.dtype
        }) ?? true
      else { continue }
      program.instructions[index].definition = Conv2DEpilogue(
        convolution: convolution, addsBias: bias != nil, isRectified: steps.isRectified)
      program.instructions[index].inputs = operands + [bias].compactMap { $0 }
    case let pooling as MaxPoolGrad:
      guard bias == nil, !steps.isRectified, mask == operands[0] else { continue }
      program.instructions[index].definition = MaxPoolReluGrad(pooling)
      program.instructions[index].inputs = operands
    default: continue
    }
    program.instructions[index].origin = .rewrite(
      pass: "fuse epilogues", of: [instruction.origin, program.instructions[maker].origin])
    program.instructions[maker].isDead = true
    return
  }
}

/// Whether a value has one element for each place along the last axis, and is the same along the others.
private func isRow(_ value: Int, of shape: [Int], _ program: Program) -> Bool {
  let row = program.values[value].shape
  guard let last = row.last, last == shape.last, row.count <= shape.count else { return false }
  return row.dropLast().allSatisfy { $0 == 1 }
}

/// A formula as steps of an epilogue, with the operands that they take.
private struct EpilogueSteps {
  var bias: Int?
  var isRectified = false
  var mask: Int?

  /// Nil if the formula does anything else, or nothing, to the operand at that position.
  init?(_ formula: ScalarExpression, product: Int) {
    var rest = formula
    if case .select(.compare(.greater, .input(let condition), let limit), let value, let other) =
      rest,
      condition != product, limit.isZero, other.isZero
    {
      mask = condition
      rest = value
    }
    // The order decides about -0: max(-0, 0) is 0.
    if case .binary(.maximum, let value, let limit) = rest, limit.isZero {
      isRectified = true
      rest = value
    }
    if case .binary(.add, .input(let x), .input(let y)) = rest, (x == product) != (y == product) {
      bias = x == product ? y : x
      rest = .input(product)
    }
    guard rest == .input(product), rest != formula else { return nil }
  }
}

extension ScalarExpression {
  /// Whether it is the number 0, not -0.
  fileprivate var isZero: Bool {
    if case .constant(let value) = self { return value == 0 && value.sign == .plus }
    return false
  }
}
