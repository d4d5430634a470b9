import Weft
import WeftTesting

extension CaseTable {
  static let pooled: [OpCase] = {
    let valid = WindowSettings(strides: 2, padding: .valid)
    let sizes: [(shape: [Int], window: Extent2D, settings: WindowSettings)] = [
      ([2, 6, 8, 3], 2, valid),
      ([1, 5, 7, 2], 2, WindowSettings(strides: 2)),
      ([2, 7, 6, 1], Extent2D(3, 2), WindowSettings(strides: Extent2D(1, 2))),
      ([1, 7, 6, 3], Extent2D(2, 3), WindowSettings(strides: Extent2D(3, 4), padding: .valid)),
      (
        [2, 5, 4, 2], 3,
        WindowSettings(strides: 2, padding: .explicit(top: 2, bottom: 1, left: 0, right: 2))
      ),
      ([2, 3, 5, 6], 2, WindowSettings(strides: 1, dataFormat: .channelsFirst)),
      ([2, 3, 6, 5], 2, WindowSettings(strides: 2, padding: .valid, dataFormat: .channelsFirst)),
      ([0, 4, 6, 2], 2, valid), ([3, 4, 6, 0], 2, valid), ([1, 1, 1, 1], 1, valid),
      ([9, 15, 17, 37], 3, WindowSettings(strides: 2)),
      ([3, 12, 10, 300], 2, valid),
    ]
    var result: [OpCase] = []
    for (shape, window, settings) in sizes {
      for dtype in [DType.float32, .float64] {
        result += cases(
          PoolingSettings(window: window, settings), shape, .distinct(shape, as: dtype), dtype)
      }
    }
    // Equal elements, NaN and infinities: the first decides.
    let shape = [2, 5, 6, 3]
    for (name, images) in [
      ("equal elements", AnyTensor.indices(shape, below: 3, as: .float32)),
      ("special values", AnyTensor.special(shape)),
    ] {
      let pooling = PoolingSettings(window: Extent2D(3, 2), WindowSettings(strides: Extent2D(2, 1)))
      // Sums of the largest numbers are finite in the specification alone.
      let largest = cases(pooling, shape, images, .float32).filter {
        $0.typeNames.isDisjoint(with: ["AvgPool", "AvgPoolGrad"])
      }
      result += largest.map {
        var opCase = $0.withoutGradient(name)
        opCase.name += " \(name)"
        return opCase
      }
    }
    return result
  }()

  /// Both kinds of pooling with all their gradients.
  private static func cases(
    _ pooling: PoolingSettings, _ shape: [Int], _ images: AnyTensor, _ dtype: DType
  ) -> [OpCase] {
    guard let geometry = try? PoolingGeometry(pooling, input: shape) else { return [] }
    let (rows, columns) = (geometry.rows.output, geometry.columns.output)
    let pooled =
      pooling.settings.dataFormat == .channelsFirst
      ? [shape[0], shape[1], rows, columns] : [shape[0], rows, columns, shape[3]]
    let x = OpCase.Operand.fed(images)
    let y = OpCase.Operand.fed(.random(pooled, seed: 4, as: dtype))
    let g = OpCase.Operand.fed(.random(pooled, seed: 2, as: dtype))
    let more = OpCase.Operand.fed(.random(shape, seed: 3, as: dtype))
    let sizes = OpCase.Operand.constant(AnyTensor(indices: shape))
    let tolerance = Tolerance(ulps: 8, absolute: dtype == .float32 ? 1e-5 : 1e-13)
    let name = "\(dtype)\(shape) \(pooling.window) \(pooling.settings)"
    let onlySlope = OpCase.Gradient.checkedExcept(
      [0, 1], because: "what is largest changes in steps")
    let all = [
      OpCase(MaxPool(pooling), [x], name: name),
      OpCase(
        MaxPoolGrad(pooling), [x, y, g], name: name, tolerance: tolerance, gradient: onlySlope),
      OpCase(
        MaxPoolReluGrad(MaxPoolGrad(pooling)), [x, y, g], name: name, tolerance: tolerance,
        gradient: .skipped("made after gradients are")),
      OpCase(MaxPoolGradGrad(pooling), [x, y, more], name: name, gradient: onlySlope),
      OpCase(AvgPool(pooling), [x], name: name, tolerance: tolerance),
      OpCase(AvgPoolGrad(pooling), [sizes, g], name: name, tolerance: tolerance),
    ]
    let isSmall = shape.elements > 0 && shape.elements < 500
    return isSmall ? all : all.map { $0.withoutGradient("the size") }
  }
}
