import WeftGraph

/// On which side of their rows diagonals shorter than the longest lie: those above the main diagonal,
/// and those below.
public enum DiagonalAlignment: String, Hashable, Sendable, CaseIterable {
  case rightLeft = "RIGHT_LEFT"
  case leftRight = "LEFT_RIGHT"
  case leftLeft = "LEFT_LEFT"
  case rightRight = "RIGHT_RIGHT"

  fileprivate func isLeft(_ diagonal: Int) -> Bool {
    (diagonal >= 0 && (self == .leftLeft || self == .leftRight))
      || (diagonal <= 0 && (self == .leftLeft || self == .rightLeft))
  }
}

/// Neighbouring diagonals of a matrix, and how they lie as rows: the highest first, each as long as
/// the longest. Diagonal d holds the elements whose column is d more than their row.
public struct DiagonalBand: Hashable, Sendable {
  /// The matrix's sides.
  public let rows: Int
  public let columns: Int
  /// The lowest and the highest diagonal.
  public let lower: Int
  public let upper: Int
  /// Where short ones lie.
  public let alignment: DiagonalAlignment

  /// A band of a matrix.
  ///
  /// Throws ``OpFailure`` for diagonals that the matrix does not have.
  public init(
    rows: Int, columns: Int, diagonals: [Int], _ alignment: DiagonalAlignment
  ) throws(OpFailure) {
    (lower, upper) = try diagonalRange(diagonals)
    guard lower > -rows || lower == 0, upper < columns || upper == 0 else {
      throw OpFailure(
        "diagonals \(lower) to \(upper) are not in matrices [\(rows), \(columns)]",
        code: .invalidShape)
    }
    self.rows = rows
    self.columns = columns
    self.alignment = alignment
  }

  /// The elements of the longest diagonal.
  public var length: Int { Swift.min(rows + Swift.min(upper, 0), columns - Swift.max(lower, 0)) }
  /// The number of diagonals.
  public var count: Int { upper - lower + 1 }
  /// The shape of the diagonals as rows; a single one is a vector.
  public var shape: [Int] { lower == upper ? [length] : [count, length] }

  /// Where an element of the matrix lies among the rows of diagonals; nil outside the band.
  public func position(row: Int, column: Int) -> Int? {
    let diagonal = column - row
    guard diagonal >= lower, diagonal <= upper else { return nil }
    let size = Swift.min(rows + Swift.min(diagonal, 0), columns - Swift.max(diagonal, 0))
    let start = alignment.isLeft(diagonal) ? 0 : length - size
    return (upper - diagonal) * length + start + column - Swift.max(diagonal, 0)
  }

  /// For each element of the matrix in row-major order, its place among the diagonals, or -1.
  public var placesOfElements: [Int] {
    (0..<rows * columns).map { position(row: $0 / columns, column: $0 % columns) ?? -1 }
  }

  /// For each place among the diagonals, its element of the matrix, or -1.
  public var elementsOfPlaces: [Int] {
    var result = [Int](repeating: -1, count: count * length)
    for (element, place) in placesOfElements.enumerated() where place >= 0 {
      result[place] = element
    }
    return result
  }
}

/// The lowest and the highest diagonal from one number or two.
func diagonalRange(_ numbers: [Int]) throws(OpFailure) -> (lower: Int, upper: Int) {
  guard let lower = numbers.first, let upper = numbers.last, numbers.count <= 2, lower <= upper,
    abs(lower) < 1 << 40, abs(upper) < 1 << 40
  else {
    throw OpFailure(
      "k is \(numbers): a diagonal, or the lowest and the highest", code: .invalidShape)
  }
  return (lower, upper)
}

/// The sides of matrices made from diagonals; -1 stands for the smallest that fits.
public func sidesOfDiagonals(length: Int, _ numbers: [Int], rows: Int, columns: Int)
  throws(OpFailure) -> (rows: Int, columns: Int)
{
  let (lower, upper) = try diagonalRange(numbers)
  let fewestRows = length - Swift.min(upper, 0)
  let fewestColumns = length + Swift.max(lower, 0)
  var sides = (rows: rows, columns: columns)
  if rows == -1, columns == -1 {
    sides = (Swift.max(fewestRows, fewestColumns), Swift.max(fewestRows, fewestColumns))
  } else if rows == -1 {
    sides.rows = fewestRows
  } else if columns == -1 {
    sides.columns = fewestColumns
  }
  guard sides.rows >= fewestRows, sides.columns >= fewestColumns,
    sides.rows == fewestRows || sides.columns == fewestColumns
  else {
    throw OpFailure(
      "diagonals \(lower) to \(upper) of length \(length) are not those of matrices "
        + "[\(sides.rows), \(sides.columns)]", code: .invalidShape)
  }
  return sides
}
