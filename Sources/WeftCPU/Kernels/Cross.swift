import WeftOps

extension Cross: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let triples = request.outputs[0].count / 3
    guard let type = request.outputs[0].dtype.numericType else {
      throw OpFailure("no kernel for \(request.outputs[0].dtype)", code: .unsupported)
    }
    func kernel<S: NumericScalar>(_: S.Type) -> CPUKernel {
      { (arguments) throws(OpFailure) in
        for triple in 0..<triples {
          let a = arguments.input(0, as: S.self) + 3 * triple
          let b = arguments.input(1, as: S.self) + 3 * triple
          let result = arguments.output(0, as: S.self) + 3 * triple
          for place in 0..<3 {
            let (next, last) = ((place + 1) % 3, (place + 2) % 3)
            result[place] = .wrappingSubtract(
              .wrappingMultiply(a[next], b[last]), .wrappingMultiply(a[last], b[next]))
          }
        }
      }
    }
    return kernel(type)
  }
}
