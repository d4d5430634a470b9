import WeftGraph

/// A matrix on the host, in `Double`, row by row.
struct Matrix {
  let rows: Int
  let columns: Int
  var values: [Double]

  init(rows: Int, columns: Int, values: [Double]? = nil) {
    self.rows = rows
    self.columns = columns
    self.values = values ?? Array(repeating: 0, count: rows * columns)
  }

  /// Ones on the diagonal.
  static func identity(_ size: Int) -> Matrix {
    var result = Matrix(rows: size, columns: size)
    for index in 0..<size { result[index, index] = 1 }
    return result
  }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for row in 0..<rows { for column in 0..<columns { result[column, row] = self[row, column] } }
    return result
  }
}

extension AnyTensor {
  /// The matrices in the last two axes.
  var matrices: [Matrix] {
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let values = doubles
    let batches = shape.dropLast(2).reduce(1, *)
    return (0..<batches).map { batch in
      let start = batch * rows * columns
      return Matrix(
        rows: rows, columns: columns, values: Array(values[start..<start + rows * columns]))
    }
  }
}

extension InferenceContext {
  /// The shape of an input of real matrices.
  ///
  /// Throws ``OpFailure`` for another element type or rank, or where they must be square and are not.
  func requireMatrices(_ index: Int, square: Bool = false) throws(OpFailure) -> TensorShape {
    try require(index, dtypes: [.float32, .float64])
    let shape = inputs[index].shape
    if let rank = shape.rank, rank < 2 {
      throw OpFailure("takes matrices, not the shape \(shape)", code: .invalidShape)
    }
    if square, let rows = shape[-2], let columns = shape[-1], rows != columns {
      throw OpFailure("takes square matrices, not the shape \(shape)", code: .invalidShape)
    }
    return shape
  }
}

extension TensorShape {
  /// Without the last dimensions; unknown where the rank is.
  func dropping(last count: Int) -> TensorShape {
    dimensions.map { TensorShape(Array($0.dropLast(count))) } ?? .unknown
  }
}
