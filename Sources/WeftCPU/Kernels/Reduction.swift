import CWeftKernels
import WeftOps

/// The kernel of every reduction: the C reduction over collapsed axes.
func planReduction(_ function: ReductionFunction, _ request: KernelRequest) throws(OpFailure)
  -> CPUKernel
{
  let input = request.inputs[0]
  return try planWithIntegers(request, [1]) { (numbers) throws(OpFailure) in
    planReduction(
      function.code, over: try reducedAxes(numbers[0], rank: input.shape.count), input)
  }
}

/// The C reduction of operand 0 over some axes.
func planReduction(
  _ code: weft_reduce_function, over axes: Set<Int>, _ input: KernelRequest.Operand
) -> CPUKernel {
  let mask = axes.reduce(UInt64(0)) { $0 | (1 << UInt64($1)) }
  let dims = input.shape.map { Int64($0) }
  let (dtype, rank) = (Int32(input.dtype.rawValue), Int32(dims.count))
  let scratch = TaskScratch(
    byteCount: weft_reduce_scratch_bytes(code, dtype, rank, dims, mask))
  return { (arguments) throws(OpFailure) in
    let status = scratch.with { scratch in
      weft_reduce(
        code, dtype, rank, dims, mask, arguments.input(0), arguments.output(0), scratch,
        arguments.pool)
    }
    if status != 0 { throw OpFailure("no kernel for \(input.dtype)", code: .unsupported) }
  }
}

extension ReductionFunction {
  var code: weft_reduce_function {
    switch self {
    case .sum: WEFT_REDUCE_SUM
    case .mean: WEFT_REDUCE_MEAN
    case .prod: WEFT_REDUCE_PROD
    case .max: WEFT_REDUCE_MAX
    case .min: WEFT_REDUCE_MIN
    case .any: WEFT_REDUCE_ANY
    case .all: WEFT_REDUCE_ALL
    }
  }
}
