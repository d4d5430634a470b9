import Weft
import WeftTesting

extension CaseTable {
  static let resizing: [OpCase] = {
    let ways = [
      ResizeSettings(), ResizeSettings(alignCorners: true), ResizeSettings(halfPixelCenters: true),
    ]
    // Differences need double precision.
    let single = OpCase.Gradient.skipped("float32 only: judged by TensorFlow's values")
    var result: [OpCase] = []
    for (from, to) in [
      ([2, 3, 5, 2], [7, 4]), ([1, 6, 4, 3], [2, 9]), ([2, 1, 1, 1], [3, 1]),
    ] {
      let size = OpCase.Operand.constant(AnyTensor(indices: to))
      let resized = [from[0], to[0], to[1], from[3]]
      let slope = OpCase.Operand.fed(.random(resized, seed: 5))
      let back = OpCase.Operand.constant(AnyTensor(indices: [from[1], from[2]]))
      for way in ways {
        let tolerance = Tolerance(ulps: 2, absolute: 1e-6)
        result += [
          OpCase(
            ResizeBilinear(way), [.fed(.random(from)), size], tolerance: tolerance,
            gradient: single),
          OpCase(
            ResizeBilinearGrad(way), [slope, .fed(.random(from))], tolerance: tolerance,
            gradient: single),
          OpCase(ResizeNearestNeighbor(way), [.fed(.random(from)), size]),
          OpCase(ResizeNearestNeighborGrad(way), [slope, back], tolerance: tolerance),
        ]
      }
    }
    let large = AnyTensor.random([1, 37, 41, 3])
    result.append(
      OpCase(
        ResizeBilinear(), [.fed(large), .constant(AnyTensor(indices: [90, 17]))],
        tolerance: Tolerance(ulps: 2, absolute: 1e-6)
      ).withoutGradient("the size"))
    for way in ways {
      for (from, to) in [([1, 37, 41, 3], [90, 17]), ([1, 90, 17, 2], [5, 200])] {
        let resized = [1, to[0], to[1], from[3]]
        let back = OpCase.Operand.constant(AnyTensor(indices: [from[1], from[2]]))
        let slope = OpCase.Operand.fed(.random(resized, seed: 5))
        let tolerance = Tolerance(ulps: 4, absolute: 1e-5)
        result += [
          OpCase(
            ResizeBilinearGrad(way), [slope, .fed(.random(from))], tolerance: tolerance
          ).withoutGradient("the size"),
          OpCase(ResizeNearestNeighborGrad(way), [slope, back], tolerance: tolerance)
            .withoutGradient("the size"),
        ]
      }
      let (from, size) = ([2, 3, 5, 2], OpCase.Operand.constant(AnyTensor(indices: [7, 4])))
      for dtype in [DType.uint8, .int32, .float16, .bfloat16, .float64] {
        let images = OpCase.Operand.fed(.random(from, in: 0...99, as: dtype))
        let skipped = OpCase.Gradient.skipped("other types check it")
        result += [
          OpCase(
            ResizeBilinear(way), [images, size], tolerance: Tolerance(ulps: 2, absolute: 1e-6),
            gradient: skipped),
          OpCase(ResizeNearestNeighbor(way), [images, size], gradient: skipped),
        ]
      }
    }
    let pooling = PoolingSettings(window: Extent2D(3, 2), WindowSettings(strides: Extent2D(2, 1)))
    for includesBatch in [false, true] {
      let shape = [2, 5, 6, 3]
      result.append(
        OpCase(
          "MaxPoolWithArgmax over the batch: \(includesBatch)",
          [.fed(.distinct(shape, as: .float32))]
        ) { operands in
          let definition = MaxPoolWithArgmax(
            pooling, indexType: .int32, includesBatch: includesBatch)
          let operation = operands.graph.add(definition, inputs: operands.outputs, at: nil)
          return OpCase.Built(outputs: operation.outputs)
        })
      result.append(
        OpCase(
          MaxPoolGradWithArgmax(pooling, includesBatch: includesBatch),
          [
            .fed(.random(shape)), .fed(.random([2, 3, 6, 3])),
            .fed(.indices([2, 3, 6, 3], below: includesBatch ? 180 : 90, as: .int64)),
          ], tolerance: .ulps(4), gradient: .none("it is needed once only")))
    }
    result += [
      OpCase(
        "MaxPoolWithArgmax of special values", [.fed(.special([2, 5, 6, 3], as: .float64))],
        gradient: .skipped("special values")
      ) { operands in
        let operation = operands.graph.add(
          MaxPoolWithArgmax(pooling), inputs: operands.outputs, at: nil)
        return OpCase.Built(outputs: operation.outputs)
      },
      OpCase(
        MaxPoolGradWithArgmax(pooling, includesBatch: true),
        [
          .fed(.random([2, 41, 40, 3])), .fed(.random([2, 21, 40, 3])),
          .fed(.indices([2, 21, 40, 3], below: 50, as: .int64)),
        ], name: "places that meet often", tolerance: Tolerance(ulps: 4, absolute: 1e-5),
        gradient: .skipped("the size")),
      OpCase(
        MaxPoolGradWithArgmax(pooling),
        [
          .fed(.random([1, 3, 2, 1])), .fed(.random([1, 2, 2, 1])),
          .fed(.values([0, 5, 6, 1], shape: [1, 2, 2, 1], as: .int64)),
        ], name: "a place outside", gradient: .skipped("fails"), failure: .invalidArgument),
    ]
    return result
  }()
}
