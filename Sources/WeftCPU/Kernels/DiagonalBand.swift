import Glibc
import WeftOps

extension MatrixDiagV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    guard request.inputs[1].constant != nil else { return planEvaluation(self, request) }
    let shape = request.outputs[0].shape
    let band = try DiagonalBand(
      rows: shape[shape.count - 2], columns: shape[shape.count - 1],
      diagonals: try request.integers(1), alignment)
    return planArrangement(request, band.placesOfElements, padding: 4)
  }
}

extension MatrixDiagPartV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    guard request.inputs[1].constant != nil else { return planEvaluation(self, request) }
    let shape = request.inputs[0].shape
    let band = try DiagonalBand(
      rows: shape[shape.count - 2], columns: shape[shape.count - 1],
      diagonals: try request.integers(1), alignment)
    return planArrangement(request, band.elementsOfPlaces, padding: 2)
  }
}

extension MatrixSetDiagV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    guard request.inputs[2].constant != nil else { return planEvaluation(self, request) }
    let shape = request.outputs[0].shape
    let band = try DiagonalBand(
      rows: shape[shape.count - 2], columns: shape[shape.count - 1],
      diagonals: try request.integers(2), alignment)
    let whole = planCopy(request, from: 0)
    let size = request.outputs[0].dtype.byteCount
    let moves = band.elementsOfPlaces.enumerated().filter { $0.element >= 0 }
    let places = moves.map { ($0.offset * size, $0.element * size) }
    let matrix = (band.rows * band.columns * size, band.count * band.length * size)
    let count = shape.dropLast(2).reduce(1, *)
    return { (arguments) throws(OpFailure) in
      try whole(arguments)
      for index in 0..<count {
        let target = arguments.output(0) + index * matrix.0
        let source = arguments.input(1) + index * matrix.1
        for position in places.indices {
          memcpy(target + places[position].1, source + places[position].0, size)
        }
      }
    }
  }
}

/// Operand 0 matrix by matrix in another order; -1 takes the value of another operand.
private func planArrangement(_ request: KernelRequest, _ order: [Int], padding: Int) -> CPUKernel {
  let size = request.outputs[0].dtype.byteCount
  let count = order.isEmpty ? 0 : request.outputs[0].count / order.count
  let width = count > 0 ? request.inputs[0].count / count : 0
  return { (arguments) throws(OpFailure) in
    let value = arguments.input(padding)
    for matrix in 0..<count {
      let source = arguments.input(0) + matrix * width * size
      let target = arguments.output(0) + matrix * order.count * size
      for index in order.indices {
        let from = order[index] < 0 ? value : source + order[index] * size
        memcpy(target + index * size, from, size)
      }
    }
  }
}
