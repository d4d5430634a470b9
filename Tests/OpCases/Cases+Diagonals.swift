import Weft
import WeftTesting

extension CaseTable {
  static let bands: [OpCase] = {
    var result: [OpCase] = [
      // The examples of TensorFlow's documentation.
      OpCase(
        MatrixDiagPartV3(), [.fed(documented), k(-1, 2), real(0)], name: "documented",
        expected: [.values([0, 3, 8, 2, 7, 6, 1, 6, 7, 5, 8, 0], shape: [4, 3], as: .float32)],
        gradient: .skipped("another case")),
      OpCase(
        MatrixDiagPartV3(), [.fed(documented), k(1, 3), real(9)], name: "documented, padded",
        expected: [.values([9, 9, 4, 9, 3, 8, 2, 7, 6], shape: [3, 3], as: .float32)],
        gradient: .skipped("another case")),
    ]
    let sizes: [(shape: [Int], lower: Int, upper: Int)] = [
      ([2, 3, 5], 0, 0), ([4, 3], -2, 1), ([3, 5], 1, 3), ([2, 5, 3], -4, -2), ([3, 3], -1, -1),
      ([0, 3, 4], -1, 0), ([2, 2, 4, 4], -3, 3),
    ]
    for (shape, lower, upper) in sizes {
      for alignment in DiagonalAlignment.allCases {
        let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
        guard
          let band = try? DiagonalBand(
            rows: rows, columns: columns, diagonals: [lower, upper], alignment)
        else { continue }
        let diagonal = OpCase.Operand.fed(.random(shape.dropLast(2) + band.shape, seed: 2))
        let name = "\(shape) \(lower) to \(upper) \(alignment.rawValue)"
        let cases = [
          OpCase(
            MatrixDiagPartV3(alignment: alignment),
            [.fed(.random(shape)), k(lower, upper), real(7)], name: name),
          OpCase(
            MatrixSetDiagV3(alignment: alignment),
            [.fed(.random(shape)), diagonal, k(lower, upper)], name: name),
          OpCase(
            MatrixDiagV3(alignment: alignment),
            [diagonal, k(lower, upper), side(rows), side(columns), real(7)], name: name),
        ]
        result += shape.elements > 0 ? cases : cases.map { $0.withoutGradient("the size") }
      }
    }
    result += [
      OpCase(
        MatrixDiagV3(), [.fed(.random([2, 3])), k(0, 0), side(-1), side(-1), real(0)],
        name: "sides that follow"),
      OpCase(
        MatrixDiagV3(), [.fed(.random([2, 3])), k(-1, 0), side(5), side(4), real(0)],
        name: "more rows and columns", gradient: .skipped("fails"), failure: .invalidShape),
      OpCase(
        MatrixDiagPartV3(), [.fed(.random([3, 4])), k(2, 5), real(0)], name: "outside",
        gradient: .skipped("fails"), failure: .invalidShape),
    ]
    return result
  }()

  private static let documented = AnyTensor.values(
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6], shape: [3, 4], as: .float32)

  private static func k(_ lower: Int, _ upper: Int) -> OpCase.Operand {
    .constant(AnyTensor(indices: lower == upper ? [lower] : [lower, upper]))
  }

  private static func side(_ size: Int) -> OpCase.Operand {
    .constant(AnyTensor(Tensor(Int32(size))))
  }

  private static func real(_ value: Double) -> OpCase.Operand {
    .constant(.values([value], shape: [], as: .float32))
  }
}
