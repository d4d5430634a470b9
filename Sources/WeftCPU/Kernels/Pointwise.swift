import CWeftKernels

/// A formula as a kernel: compiled to the register program of the C executor, which runs it
/// block by
/// block through the first-level cache.
func planPointwise(_ expression: ScalarExpression, _ request: KernelRequest) throws(OpFailure)
  -> CPUKernel
{
  let output = request.outputs[0]
  let program = try PointwiseProgram(
    expression, shape: output.shape, dtype: output.dtype, inputs: request.inputs)
  let count = request.inputs.count
  return { (arguments) throws(OpFailure) in
    let status = withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: max(count, 1))
    {
      inputs in
      for index in 0..<count { inputs[index] = UnsafeRawPointer(arguments.input(index)) }
      var result: UnsafeMutableRawPointer? = arguments.output(0)
      return weft_pointwise_run(program.pointer, inputs.baseAddress, &result, arguments.pool)
    }
    if status != 0 { throw pointwiseFailure(status) }
  }
}

func pointwiseFailure(_ status: Int32) -> OpFailure {
  status & Int32(WEFT_POINTWISE_DIVISION_BY_ZERO.rawValue) != 0
    ? OpFailure("integer division by zero", code: .evaluationFailed)
    : OpFailure("an integer to a negative power", code: .evaluationFailed)
}

/// A checked program of the C executor.
final class PointwiseProgram: @unchecked Sendable {
  // Sendable: the C program is never written after it is made.
  let pointer: OpaquePointer

  init(
    _ expression: ScalarExpression, shape: [Int], dtype: DType, inputs: [KernelRequest.Operand]
  ) throws(OpFailure) {
    var assembler = PointwiseAssembler(inputs: inputs.map(\.dtype))
    let output = try assembler.emit(expression, as: dtype)
    let dims = shape.map { Int64($0) }
    let dtypes = inputs.map { UInt16($0.dtype.rawValue) }
    let strides = inputs.flatMap { broadcastStrides(of: $0.shape, to: shape).map { Int64($0) } }
    let outputs = [weft_pointwise_output(source: output, dtype: UInt16(dtype.rawValue))]
    var message = [CChar](repeating: 0, count: 256)
    let constants = assembler.constants
    let (instructions, numberOfInputs) = (assembler.linked, assembler.inputs.count)
    var program: OpaquePointer?
    dims.withUnsafeBufferPointer { dims in
      dtypes.withUnsafeBufferPointer { dtypes in
        strides.withUnsafeBufferPointer { strides in
          constants.withUnsafeBufferPointer { constants in
            instructions.withUnsafeBufferPointer { instructions in
              outputs.withUnsafeBufferPointer { outputs in
                var description = weft_pointwise_description(
                  rank: Int32(dims.count), dims: dims.baseAddress,
                  input_count: Int32(numberOfInputs), input_dtypes: dtypes.baseAddress,
                  input_strides: strides.baseAddress, constant_count: Int32(constants.count),
                  constants: constants.baseAddress,
                  instruction_count: Int32(instructions.count),
                  instructions: instructions.baseAddress, output_count: 1,
                  outputs: outputs.baseAddress)
                program = weft_pointwise_create(&description, &message, message.count)
              }
            }
          }
        }
      }
    }
    guard let program else {
      let text = String(
        decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw OpFailure("the CPU cannot run the formula: \(text)", code: .unsupported)
    }
    pointer = program
  }

  deinit { weft_pointwise_destroy(pointer) }
}
