import CWeftKernels
import WeftOps

extension FusedReduction: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let elements = try formula.outputTypes(
      InferenceContext(inputs: request.inputs.map(\.value.type)))[0]
    guard let shape = elements.shape.complete else {
      throw OpFailure("the shape of the formula is not known", code: .invalidState)
    }
    let program = try PointwiseProgram(
      expression, shape: shape, dtype: elements.dtype, inputs: request.inputs)
    let reduction = ReductionLayout(
      function, elements.dtype, shape, try reducedAxes(axes, rank: shape.count))
    let count = inputCount
    return { (arguments) throws(OpFailure) in
      let status = withUnsafeTemporaryAllocation(
        of: UnsafeRawPointer?.self, capacity: max(count, 1)
      ) { inputs in
        for index in 0..<count { inputs[index] = UnsafeRawPointer(arguments.input(index)) }
        return reduction.run(
          program, inputs.baseAddress, to: arguments.output(0), arguments.pool)
      }
      if status & Int32(WEFT_FORMULA_REDUCTION_UNSUPPORTED) != 0 {
        throw OpFailure("no kernel for \(elements.dtype)", code: .unsupported)
      }
      if status != 0 { throw pointwiseFailure(status) }
    }
  }
}

/// What the C reduction is told, at addresses that stay.
private final class ReductionLayout: @unchecked Sendable {
  // Sendable: never written after init.
  private var description: weft_formula_reduction
  private let dims: UnsafeMutableBufferPointer<Int64>
  private let scratch: TaskScratch

  init(_ function: ReductionFunction, _ dtype: DType, _ shape: [Int], _ axes: Set<Int>) {
    dims = .allocate(capacity: max(shape.count, 1))
    _ = dims.initialize(from: shape.map { Int64($0) })
    description = weft_formula_reduction(
      function: function.code, dtype: Int32(dtype.rawValue), element_bytes: dtype.byteCount,
      rank: Int32(shape.count), dims: dims.baseAddress!,
      reduced_mask: axes.reduce(UInt64(0)) { $0 | (1 << UInt64($1)) })
    scratch = TaskScratch(byteCount: weft_formula_reduction_scratch_bytes(&description))
  }

  deinit { dims.deallocate() }

  func run(
    _ program: PointwiseProgram, _ inputs: UnsafePointer<UnsafeRawPointer?>?,
    to output: UnsafeMutableRawPointer, _ pool: OpaquePointer?
  ) -> Int32 {
    withUnsafePointer(to: description) { description in
      scratch.with { scratch in
        weft_formula_reduction_run(description, program.pointer, inputs, output, scratch, pool)
      }
    }
  }
}
