import WeftDevice
import WeftOps

extension Diag: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let side = request.inputs[0].count
    return try planMatrices(
      .input(0), rest: nil, try DiagonalBand(rows: side, columns: side, diagonals: [0], .leftLeft),
      request)
  }
}

extension DiagPart: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let side = request.outputs[0].count
    return try planDiagonals(
      padding: nil, try DiagonalBand(rows: side, columns: side, diagonals: [0], .leftLeft),
      request)
  }
}

extension MatrixDiag: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planMatrices(.input(0), rest: nil, try band(request.outputs[0].shape), request)
  }
}

extension MatrixDiagPart: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planDiagonals(padding: nil, try band(request.inputs[0].shape), request)
  }
}

extension MatrixSetDiag: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planMatrices(
      .input(1), rest: (.input(0), 1), try band(request.outputs[0].shape), request)
  }
}

extension MatrixDiagV3: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let band = try band(request.outputs[0].shape, try request.integers(1), alignment)
    return try planMatrices(.input(0), rest: (.input(4), 0), band, request)
  }
}

extension MatrixDiagPartV3: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let band = try band(request.inputs[0].shape, try request.integers(1), alignment)
    return try planDiagonals(padding: .input(2), band, request)
  }
}

extension MatrixSetDiagV3: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let band = try band(request.outputs[0].shape, try request.integers(2), alignment)
    return try planMatrices(.input(1), rest: (.input(0), 1), band, request)
  }
}

extension MatrixBandPart: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    let (lower, upper) = (try request.integers(1), try request.integers(2))
    if output.count == 0 { return CUDAKernel() }
    let unit = try KernelUnit(file: "diagonals", ["T": output.dtype.cudaMoveType])
    return CUDAKernel(
      unit.launch(
        "band_part", grid: request.blocks(for: output.count),
        [
          .output(0), .input(0), .int64(output.count), .int64(output.shape[output.shape.count - 2]),
          .int64(output.shape[output.shape.count - 1]), .int64(lower.first ?? -1),
          .int64(upper.first ?? -1),
        ]))
  }
}

/// The band of the matrices of a shape; by default the main diagonal.
private func band(
  _ shape: [Int], _ diagonals: [Int] = [0], _ alignment: DiagonalAlignment = .leftLeft
) throws(OpFailure) -> DiagonalBand {
  try DiagonalBand(
    rows: shape[shape.count - 2], columns: shape[shape.count - 1], diagonals: diagonals, alignment)
}

extension DiagonalBand {
  /// As kernels take it.
  fileprivate var structure: CUDAKernel.Argument {
    let isLeftBelow = alignment == .leftLeft || alignment == .rightLeft
    let isLeftAbove = alignment == .leftLeft || alignment == .leftRight
    return .structure(
      [rows, columns, lower, upper, length]
        + [isLeftBelow, isLeftBelow || isLeftAbove, isLeftAbove].map { $0 ? 1 : 0 })
  }
}

private func planMatrices(
  _ diagonals: CUDAKernel.Argument, rest: (place: CUDAKernel.Argument, stride: Int)?,
  _ band: DiagonalBand, _ request: CUDAKernelRequest
) throws(OpFailure) -> CUDAKernel {
  let output = request.outputs[0]
  if output.count == 0 { return CUDAKernel() }
  let unit = try KernelUnit(file: "diagonals", ["T": output.dtype.cudaMoveType])
  return CUDAKernel(
    unit.launch(
      "matrix_of_diagonals", grid: request.blocks(for: output.count),
      [
        .output(0), diagonals, rest?.place ?? .int64(0), .int64(rest?.stride ?? 0),
        .int64(output.count), band.structure,
      ]))
}

private func planDiagonals(
  padding: CUDAKernel.Argument?, _ band: DiagonalBand, _ request: CUDAKernelRequest
) throws(OpFailure) -> CUDAKernel {
  let output = request.outputs[0]
  if output.count == 0 { return CUDAKernel() }
  let unit = try KernelUnit(file: "diagonals", ["T": output.dtype.cudaMoveType])
  return CUDAKernel(
    unit.launch(
      "diagonals_of_matrix", grid: request.blocks(for: output.count),
      [.output(0), .input(0), padding ?? .int64(0), .int64(output.count), band.structure]))
}

extension MirrorPad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    if output.count == 0 { return CUDAKernel() }
    let axes = try mirrorAxes(output.shape, request.inputs[0].shape, mode, request)
    let unit = try KernelUnit(file: "diagonals", ["T": output.dtype.cudaMoveType])
    return CUDAKernel(
      unit.launch(
        "mirror_pad", grid: request.blocks(for: output.count),
        [
          .output(0), .input(0), .int64(output.count), .int64(mode == .reflect ? 0 : 1),
          axes.0(request.inputs[0].value.strides), axes.1,
        ]))
  }
}

extension MirrorPadGrad: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (input, output) = (request.inputs[0].value, request.outputs[0])
    guard output.dtype == .float32 || output.dtype == .float64 else {
      throw OpFailure("no kernel for \(output.dtype)", code: .unsupported)
    }
    if output.count == 0 { return CUDAKernel() }
    let axes = try mirrorAxes(input.shape, output.shape, mode, request)
    let unit = try KernelUnit(file: "diagonals", ["T": output.dtype.cudaType, "SUM": "1"])
    return CUDAKernel(
      unit.launch(
        "mirror_sum", grid: request.blocks(for: output.count),
        [
          .output(0), .input(0), .int64(output.count), .int64(mode == .reflect ? 0 : 1),
          axes.0(input.strides), axes.1,
        ]))
  }
}

/// The padded sizes with some strides, and the sizes between with what stands before them.
private func mirrorAxes(
  _ padded: [Int], _ own: [Int], _ mode: MirrorMode, _ request: CUDAKernelRequest
) throws(OpFailure) -> ((_ strides: [Int]) -> CUDAKernel.Argument, CUDAKernel.Argument) {
  let numbers = try request.integers(1)
  guard padded.count <= 8 else {
    throw OpFailure("a padding of more than 8 axes", code: .unsupported)
  }
  guard numbers.count == 2 * own.count,
    own.indices.allSatisfy({ axis in
      let widest = max(numbers[2 * axis], numbers[2 * axis + 1])
      return widest <= max(own[axis] - (mode == .reflect ? 1 : 0), 0)
        && min(numbers[2 * axis], numbers[2 * axis + 1]) >= 0
    })
  else {
    throw OpFailure("paddings \(numbers) are too wide for \(own)", code: .invalidShape)
  }
  let rest = Array(repeating: 0, count: 8 - own.count)
  let before = own.indices.map { numbers[2 * $0] }
  return (
    { .structure([padded.count] + padded + rest + $0 + rest) },
    .structure([own.count] + own + rest + before + rest)
  )
}
