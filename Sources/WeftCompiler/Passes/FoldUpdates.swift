import WeftOps

/// Turns an update by a gradient that is a matrix product into the product itself, writing into the
/// variable: `w -= rate * (aᵀ b + decay * w)` is one product with beta = 1 - rate * decay and
/// alpha = -rate; a momentum's accumulation is one with beta = momentum. The gradient is not stored.
@Sendable
func foldUpdates(_ program: inout Program) {
  let uses = Uses(program)
  for index in program.instructions.indices where !program.instructions[index].isDead {
    switch program.instructions[index].definition {
    case is ApplyGradientDescent: foldDescent(index, &program, uses)
    case let momentum as ApplyMomentum where !momentum.useNesterov:
      foldMomentum(index, &program, uses)
    default: break
    }
  }
}

/// A gradient taken apart: a product, and a multiple of the variable.
private struct ProductGradient {
  let product: MatMul
  let operands: [Int]
  var decay = 0.0
  var merged: [Int]
}

private func foldDescent(_ index: Int, _ program: inout Program, _ uses: Uses) {
  let instruction = program.instructions[index]
  let (variable, rate, delta) = (
    instruction.inputs[0], instruction.inputs[1], instruction.inputs[2]
  )
  guard let gradient = takeApart(delta, of: variable, at: index, program, uses) else { return }
  program.instructions[index].definition = MatMulDescent(
    product: gradient.product, decay: gradient.decay)
  program.instructions[index].inputs = [variable, rate] + gradient.operands
  merge(gradient.merged, into: index, &program)
}

private func foldMomentum(_ index: Int, _ program: inout Program, _ uses: Uses) {
  // Inputs: variable, accumulator, rate, gradient, momentum. The accumulation becomes an instruction
  // of its own in the place of the product; the update is then plain descent along the accumulator.
  let instruction = program.instructions[index]
  let (variable, accumulator, rate) = (
    instruction.inputs[0], instruction.inputs[1], instruction.inputs[2]
  )
  let (delta, momentum) = (instruction.inputs[3], instruction.inputs[4])
  guard let gradient = takeApart(delta, of: accumulator, at: index, program, uses),
    gradient.decay == 0, let place = gradient.merged.last, instruction.controls.isEmpty,
    isKnown(momentum, before: place, program)
  else { return }
  let product = program.instructions[place]
  let output = product.outputs[0]
  program.instructions[place].definition = MatMulAccumulate(product: gradient.product)
  program.instructions[place].inputs = [accumulator, momentum] + gradient.operands
  program.instructions[place].name = instruction.name + "/accumulate"
  program.instructions[index].definition = ApplyGradientDescent()
  program.instructions[index].inputs = [variable, rate, output]
  for other in gradient.merged.dropLast() { program.instructions[other].isDead = true }
}

/// Whether a value is there when an instruction runs, whatever the order of those between.
private func isKnown(_ value: Int, before index: Int, _ program: Program) -> Bool {
  guard case .instruction(let maker) = program.values[value].source else { return true }
  return maker < index
}

/// The gradient as a product of single use, perhaps with a multiple of the variable added to it.
private func takeApart(
  _ delta: Int, of variable: Int, at index: Int, _ program: Program, _ uses: Uses
) -> ProductGradient? {
  guard let number = program.variable(of: variable), uses.writes[number] == 1,
    // Reads of the variable that an update precedes might mean a later version.
    !uses.followsUpdate[index],
    [.float32, .float64].contains(program.values[variable].dtype),
    let maker = program.soleProducer(of: delta, uses)
  else { return nil }
  let instruction = program.instructions[maker]
  if let product = product(maker, program, number) { return product }
  guard instruction.definition is AddN || instruction.definition is Add,
    instruction.inputs.count == 2
  else { return nil }
  for (first, second) in [(0, 1), (1, 0)] {
    guard let productMaker = program.soleProducer(of: instruction.inputs[first], uses),
      var found = product(productMaker, program, number),
      let scaleMaker = program.soleProducer(of: instruction.inputs[second], uses),
      let scale = multiple(scaleMaker, of: number, program)
    else { continue }
    found.decay = scale
    found.merged = [maker, scaleMaker, productMaker]
    return found
  }
  return nil
}

private func product(_ index: Int, _ program: Program, _ variable: Int) -> ProductGradient? {
  let instruction = program.instructions[index]
  guard let product = instruction.definition as? MatMul,
    // The product must not read what it writes.
    instruction.inputs.allSatisfy({ program.variable(of: $0) != variable })
  else { return nil }
  return ProductGradient(product: product, operands: instruction.inputs, merged: [index])
}

/// The number by which an instruction multiplies the variable, if that is all it does.
private func multiple(_ index: Int, of variable: Int, _ program: Program) -> Double? {
  let instruction = program.instructions[index]
  guard instruction.definition is Mul else { return nil }
  for (value, factor) in [(0, 1), (1, 0)] {
    if program.variable(of: instruction.inputs[value]) == variable,
      let number = program.knownNumber(instruction.inputs[factor])
    {
      return number
    }
  }
  return nil
}

private func merge(_ merged: [Int], into index: Int, _ program: inout Program) {
  let origins = merged.map { program.instructions[$0].origin }
  program.instructions[index].origin = .rewrite(
    pass: "fold updates", of: [program.instructions[index].origin] + origins)
  for other in merged { program.instructions[other].isDead = true }
}
