import CLAPACKE
import Glibc
import WeftOps

/// The routines of LAPACK that are used, for one real type. All take row-major matrices.
protocol LAPACKScalar: FloatingScalar {
  /// Factors a positive definite matrix in place; the lower triangle holds the factor.
  static func potrf(_ n: Int32, _ a: UnsafeMutablePointer<Self>) -> Int32
  /// Factors a matrix in place by rows exchanged as in `pivots`.
  static func getrf(
    _ n: Int32, _ a: UnsafeMutablePointer<Self>, _ pivots: UnsafeMutablePointer<Int32>
  )
    -> Int32
  /// Solves with a factored matrix, in place of the right side.
  static func getrs(
    _ adjoint: Bool, _ n: Int32, _ columns: Int32, _ a: UnsafePointer<Self>,
    _ pivots: UnsafePointer<Int32>, _ b: UnsafeMutablePointer<Self>
  ) -> Int32
  /// Solves with a triangle, in place of the right side.
  static func trtrs(
    _ lower: Bool, _ adjoint: Bool, _ n: Int32, _ columns: Int32, _ a: UnsafePointer<Self>,
    _ b: UnsafeMutablePointer<Self>
  ) -> Int32
}

extension Float: LAPACKScalar {
  static func potrf(_ n: Int32, _ a: UnsafeMutablePointer<Float>) -> Int32 {
    LAPACKE_spotrf(LAPACK_ROW_MAJOR, letter("L"), n, a, n)
  }
  static func getrf(
    _ n: Int32, _ a: UnsafeMutablePointer<Float>, _ pivots: UnsafeMutablePointer<Int32>
  ) -> Int32 { LAPACKE_sgetrf(LAPACK_ROW_MAJOR, n, n, a, n, pivots) }
  static func getrs(
    _ adjoint: Bool, _ n: Int32, _ columns: Int32, _ a: UnsafePointer<Float>,
    _ pivots: UnsafePointer<Int32>, _ b: UnsafeMutablePointer<Float>
  ) -> Int32 {
    LAPACKE_sgetrs(
      LAPACK_ROW_MAJOR, letter(adjoint ? "T" : "N"), n, columns, a, n, pivots, b, columns)
  }
  static func trtrs(
    _ lower: Bool, _ adjoint: Bool, _ n: Int32, _ columns: Int32, _ a: UnsafePointer<Float>,
    _ b: UnsafeMutablePointer<Float>
  ) -> Int32 {
    LAPACKE_strtrs(
      LAPACK_ROW_MAJOR, letter(lower ? "L" : "U"), letter(adjoint ? "T" : "N"), letter("N"), n,
      columns, a, n, b, columns)
  }
}

extension Double: LAPACKScalar {
  static func potrf(_ n: Int32, _ a: UnsafeMutablePointer<Double>) -> Int32 {
    LAPACKE_dpotrf(LAPACK_ROW_MAJOR, letter("L"), n, a, n)
  }
  static func getrf(
    _ n: Int32, _ a: UnsafeMutablePointer<Double>, _ pivots: UnsafeMutablePointer<Int32>
  ) -> Int32 { LAPACKE_dgetrf(LAPACK_ROW_MAJOR, n, n, a, n, pivots) }
  static func getrs(
    _ adjoint: Bool, _ n: Int32, _ columns: Int32, _ a: UnsafePointer<Double>,
    _ pivots: UnsafePointer<Int32>, _ b: UnsafeMutablePointer<Double>
  ) -> Int32 {
    LAPACKE_dgetrs(
      LAPACK_ROW_MAJOR, letter(adjoint ? "T" : "N"), n, columns, a, n, pivots, b, columns)
  }
  static func trtrs(
    _ lower: Bool, _ adjoint: Bool, _ n: Int32, _ columns: Int32, _ a: UnsafePointer<Double>,
    _ b: UnsafeMutablePointer<Double>
  ) -> Int32 {
    LAPACKE_dtrtrs(
      LAPACK_ROW_MAJOR, letter(lower ? "L" : "U"), letter(adjoint ? "T" : "N"), letter("N"), n,
      columns, a, n, b, columns)
  }
}

/// One of LAPACK's options.
private func letter(_ option: Unicode.Scalar) -> CChar { CChar(option.value) }

/// A kernel in the operand's precision.
private func planReal(
  _ request: KernelRequest, _ plan: (any LAPACKScalar.Type) -> CPUKernel
) -> CPUKernel {
  request.inputs[0].dtype == .float32 ? plan(Float.self) : plan(Double.self)
}

extension Cholesky: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let sides = MatrixSides(request.outputs[0].shape)
    let (n, area, byteCount) = (sides.rows, sides.rows * sides.rows, request.outputs[0].byteCount)
    func kernel<S: LAPACKScalar>(_: S.Type) -> CPUKernel {
      { (arguments) throws(OpFailure) in
        memcpy(arguments.output(0), arguments.input(0), byteCount)
        for index in 0..<(n > 0 ? sides.count : 0) {
          let matrix = arguments.output(0, as: S.self) + index * area
          if S.potrf(Int32(n), matrix) != 0 {
            throw OpFailure("the matrix is not positive definite", code: .evaluationFailed)
          }
          for row in 0..<n {
            for column in row + 1..<max(n, row + 1) { matrix[row * n + column] = S.zeroValue }
          }
        }
      }
    }
    return planReal(request) { kernel($0) }
  }
}

extension MatrixTriangularSolve: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let sides = MatrixSides(request.outputs[0].shape)
    let (n, columns) = (sides.rows, sides.columns)
    let byteCount = request.outputs[0].byteCount
    let (lower, adjoint) = (lower, adjoint)
    func kernel<S: LAPACKScalar>(_: S.Type) -> CPUKernel {
      { (arguments) throws(OpFailure) in
        memcpy(arguments.output(0), arguments.input(1), byteCount)
        for index in 0..<(n * columns > 0 ? sides.count : 0) {
          let status = S.trtrs(
            lower, adjoint, Int32(n), Int32(columns),
            arguments.input(0, as: S.self) + index * n * n,
            arguments.output(0, as: S.self) + index * n * columns)
          if status != 0 {
            throw OpFailure("the matrix is not invertible", code: .evaluationFailed)
          }
        }
      }
    }
    return planReal(request) { kernel($0) }
  }
}

extension MatrixSolve: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let sides = MatrixSides(request.outputs[0].shape)
    let (columns, adjoint) = (sides.columns, adjoint)
    let byteCount = request.outputs[0].byteCount
    func kernel<S: LAPACKScalar>(_: S.Type) -> CPUKernel {
      let factors = LUFactors<S>(sides)
      return { (arguments) throws(OpFailure) in
        memcpy(arguments.output(0), arguments.input(1), byteCount)
        let x = arguments.output(0, as: S.self)
        try factors.forEach(arguments) { (index, n, factor, pivots, status) throws(OpFailure) in
          try requireInvertible(status)
          _ = S.getrs(adjoint, n, Int32(columns), factor, pivots, x + index * Int(n) * columns)
        }
      }
    }
    return planReal(request) { kernel($0) }
  }
}

extension MatrixInverse: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let sides = MatrixSides(request.outputs[0].shape)
    let (adjoint, byteCount) = (adjoint, request.outputs[0].byteCount)
    func kernel<S: LAPACKScalar>(_: S.Type) -> CPUKernel {
      let factors = LUFactors<S>(sides)
      return { (arguments) throws(OpFailure) in
        memset(arguments.output(0), 0, byteCount)
        let x = arguments.output(0, as: S.self)
        try factors.forEach(arguments) { (index, n, factor, pivots, status) throws(OpFailure) in
          try requireInvertible(status)
          let size = Int(n)
          let inverse = x + index * size * size
          for row in 0..<size { inverse[row * size + row] = 1 }
          _ = S.getrs(adjoint, n, n, factor, pivots, inverse)
        }
      }
    }
    return planReal(request) { kernel($0) }
  }
}

extension MatrixDeterminant: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel {
    let sides = MatrixSides(request.inputs[0].shape)
    func kernel<S: LAPACKScalar>(_: S.Type) -> CPUKernel {
      let factors = LUFactors<S>(sides)
      return { (arguments) throws(OpFailure) in
        let result = arguments.output(0, as: S.self)
        for index in 0..<sides.count { result[index] = 1 }
        try factors.forEach(arguments) { index, n, factor, pivots, status in
          // LAPACK leaves a matrix with NaN alone.
          if status < 0 { result[index] = S.nan }
          for place in 0..<Int(n) {
            result[index] *= factor[place * Int(n) + place]
            if pivots[place] != Int32(place + 1) { result[index] = -result[index] }
          }
        }
      }
    }
    return planReal(request) { kernel($0) }
  }
}

private func requireInvertible(_ status: Int32) throws(OpFailure) {
  if status != 0 { throw OpFailure("the matrix is not invertible", code: .evaluationFailed) }
}

/// The factors of the matrices of operand 0, one after the other in memory of their own.
private struct LUFactors<S: LAPACKScalar>: Sendable {
  private let sides: MatrixSides
  private let matrix: TaskScratch
  private let pivots: TaskScratch

  init(_ sides: MatrixSides) {
    // The matrices are square, of the result's number of rows.
    self.sides = sides
    matrix = TaskScratch(byteCount: sides.rows * sides.rows * S.dtype.byteCount)
    pivots = TaskScratch(byteCount: sides.rows * MemoryLayout<Int32>.stride)
  }

  /// Gives each matrix's factors, with LAPACK's status: 0 where it is invertible.
  func forEach(
    _ arguments: KernelArguments,
    _ body: (Int, Int32, UnsafeMutablePointer<S>, UnsafeMutablePointer<Int32>, Int32)
      throws(OpFailure) -> Void
  ) throws(OpFailure) {
    let (a, p) = (matrix.take(), pivots.take())
    defer {
      matrix.giveBack(a)
      pivots.giveBack(p)
    }
    guard let a, let p else { return }
    let area = sides.rows * sides.rows
    let factor = a.pointer.bindMemory(to: S.self, capacity: area)
    let order = p.pointer.bindMemory(to: Int32.self, capacity: sides.rows)
    for index in 0..<sides.count {
      memcpy(factor, arguments.input(0, as: S.self) + index * area, area * S.dtype.byteCount)
      let status = S.getrf(Int32(sides.rows), factor, order)
      try body(index, Int32(sides.rows), factor, order, status)
    }
  }
}
