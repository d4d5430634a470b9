import WeftDevice
import WeftOps

extension GatherV2: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let shape = request.inputs[0].shape
    let axis = try resolveAxis(try request.integers(2).first ?? 0, rank: shape.count)
    return try planGather(request, axis: axis)
  }
}

extension Gather: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planGather(request, axis: 0)
  }
}

extension GatherOrZero: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    try planGather(request, axis: 0, givesZeros: true)
  }
}

/// Rows of operand 0 by the numbers of operand 1.
private func planGather(_ request: CUDAKernelRequest, axis: Int, givesZeros: Bool = false)
  throws(OpFailure) -> CUDAKernel
{
  let (x, index) = (request.inputs[0], request.inputs[1])
  let size = x.shape[axis]
  let outer = x.shape[..<axis].reduce(1, *)
  if index.count == 0 || outer == 0 { return CUDAKernel() }
  let rows = RowsOfBytes(x.shape[(axis + 1)...].reduce(1, *) * x.dtype.byteCount)
  let unit = try KernelUnit(
    file: "gather",
    ["T": rows.type, "I": index.dtype.cudaType, "ROWS": "1", "ZEROS": givesZeros ? "1" : "0"])
  return CUDAKernel(
    unit.launch(
      "gather", grid: rows.grid(outer * index.count, request), block: rows.block,
      [
        .status, .output(0), .input(0), .input(1), .int64(outer), .int64(index.count),
        .int64(size), .int64(rows.width),
      ]),
    failure: { _, detail in
      let number = FailedIndex(detail).number
      return OpFailure(
        givesZeros
          ? "row \(number) is not below \(size)"
          : "index \(number) is outside an axis of size \(size)")
    })
}

extension GatherNd: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let (x, index) = (request.inputs[0], request.inputs[1])
    let depth = index.shape.last ?? 0
    let points = index.shape.dropLast().reduce(1, *)
    if points == 0 { return CUDAKernel() }
    let rows = RowsOfBytes(x.shape.dropFirst(depth).reduce(1, *) * x.dtype.byteCount)
    let unit = try KernelUnit(
      file: "gather", ["T": rows.type, "I": index.dtype.cudaType, "POINTS": "1"])
    return CUDAKernel(
      unit.launch(
        "gather_points", grid: rows.grid(points, request), block: rows.block,
        [
          .status, .output(0), .input(0), .input(1), .int64(points), .int64(rows.width),
          .structure(try pointAxes(x.shape, depth: depth)),
        ]),
      failure: pointFailure(x.shape))
  }
}

/// The first axes of a shape and how many rows lie between neighbours, as kernels take them.
func pointAxes(_ shape: [Int], depth: Int) throws(OpFailure) -> [Int] {
  guard depth <= 8 else { throw OpFailure("points of \(depth) indices", code: .unsupported) }
  let sizes = Array(shape.prefix(depth))
  let rest = Array(repeating: 0, count: 8 - depth)
  return [depth] + sizes + rest + rowMajorStrides(sizes) + rest
}

/// The error for a row of indices outside a shape.
func pointFailure(_ shape: [Int]) -> @Sendable (Int, Int) -> OpFailure {
  { _, row in OpFailure("the indices of row \(row) are outside the shape \(shape)") }
}

/// What `fail_index` says: which number was refused, and where it stands.
struct FailedIndex {
  let position: Int
  let number: Int

  init(_ detail: Int) {
    position = detail >> 33
    number = (detail & ((1 << 33) - 1)) - (1 << 32)
  }
}

/// Rows that are moved in pieces of up to sixteen bytes, by blocks of 256 threads.
struct RowsOfBytes {
  /// The pieces' type in CUDA C.
  let type: String
  /// The pieces of a row.
  let width: Int
  /// The threads of a block along a row, and rows of a block.
  let block: [Int]

  init(_ byteCount: Int) {
    let sizes = [
      (16, "float4"), (8, "unsigned long long"), (4, "unsigned int"), (2, "unsigned short"),
    ]
    let (size, type) = sizes.first { byteCount % $0.0 == 0 } ?? (1, "unsigned char")
    (self.type, width) = (type, byteCount / size)
    var across = 1
    while across < min(width, 256) { across *= 2 }
    block = [across, 256 / across, 1]
  }

  /// The blocks for a number of rows.
  func grid(_ rows: Int, _ request: CUDAKernelRequest) -> [Int] {
    let across = max(1, (width + block[0] - 1) / block[0])
    let down = max(1, min((rows + block[1] - 1) / block[1], 65_535))
    return [across, down, 1]
  }
}

extension DynamicStitch: CUDAKernelProviding {
  public func planCUDAKernel(_ request: CUDAKernelRequest) throws(OpFailure) -> CUDAKernel {
    let output = request.outputs[0]
    let places = output.shape.first ?? 0
    if output.count == 0 { return CUDAKernel() }
    let rows = RowsOfBytes(output.shape.dropFirst().reduce(1, *) * output.dtype.byteCount)
    let unit = try KernelUnit(
      file: "gather", ["T": rows.type, "I": request.inputs[0].dtype.cudaType, "STITCH": "1"])
    var kernel = CUDAKernel(
      commands: [
        .fill(.scratch(0), byte: 0xFF, byteCount: places * 4),
        .fill(.output(0), byte: 0, byteCount: output.byteCount),
      ], scratchByteCount: places * 4)
    kernel.failure = { _, detail in
      let number = FailedIndex(detail).number
      return OpFailure(
        number < 0 ? "index \(number) is negative" : "index \(number) is not below \(places)")
    }
    var first = 0
    var starts: [Int] = []
    for operand in 0..<count {
      let size = request.inputs[operand].count
      starts.append(first)
      first += size
      if size == 0 { continue }
      kernel.commands.append(
        .launch(
          unit.launch(
            "stitch_last", grid: request.blocks(for: size),
            [
              .status, .scratch(0), .input(operand), .int64(size), .int64(places),
              .int32(starts[operand]),
            ])))
    }
    guard first < 1 << 31 else { throw OpFailure("2^31 rows and more", code: .unsupported) }
    for operand in 0..<count where request.inputs[operand].count > 0 {
      let size = request.inputs[operand].count
      kernel.commands.append(
        .launch(
          unit.launch(
            "stitch", grid: rows.grid(size, request), block: rows.block,
            [
              .output(0), .input(count + operand), .scratch(0), .input(operand), .int64(size),
              .int64(places), .int64(rows.width), .int32(starts[operand]),
            ])))
    }
    return kernel
  }
}
