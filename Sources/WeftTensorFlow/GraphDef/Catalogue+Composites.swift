import WeftOps

extension OperationCatalogue {
  /// Op types that are several operations here, and older forms of some that are there.
  static let composites: [Row] =
    normalizations + forms + arithmetic + segments + momenta

  private static let normalizations: [Row] = [
    batchNorm("FusedBatchNorm"), batchNorm("FusedBatchNormV2"),
    batchNormGrad("FusedBatchNormGrad"), batchNormGrad("FusedBatchNormGradV2"),
    Row(composite: "BatchNormWithGlobalNormalization") { attributes in
      let epsilon = try attributes.float("variance_epsilon")
      let scales = try attributes.bool("scale_after_normalization")
      return { (operands) throws(OpFailure) in
        try operands.require(count: 5)
        func open<S: FloatingScalar>(_: S.Type) -> [Output] {
          let (x, mean): (Node<S>, Node<S>) = (operands.node(0), operands.node(1))
          let (variance, beta): (Node<S>, Node<S>) = (operands.node(2), operands.node(3))
          var inverse = rsqrt(variance + S(converting: epsilon))
          if scales { inverse = inverse * operands.node(4, as: S.self) }
          return [(x * inverse + (beta - mean * inverse)).output]
        }
        return open(try operands.real(0))
      }
    },
  ]

  private static func batchNorm(_ name: String) -> Row {
    Row(name, types: [:]) {
      FusedBatchNormV3(
        epsilon: try $0.float("epsilon", default: 0.0001),
        dataFormat: try $0.word("data_format", default: "NHWC"),
        isTraining: try $0.bool("is_training", default: true))
    }
  }

  private static func batchNormGrad(_ name: String) -> Row {
    Row(composite: name) { attributes in
      let definition = FusedBatchNormGradV3(
        epsilon: try attributes.float("epsilon", default: 0.0001),
        dataFormat: try attributes.word("data_format", default: "NHWC"),
        isTraining: try attributes.bool("is_training", default: true))
      return { (operands) throws(OpFailure) in
        try operands.require(count: 5)
        func empty<S: FloatingScalar>(_: S.Type) -> Output {
          operands.graph.constant(Tensor<S>([])).output
        }
        return operands.add(definition, operands.outputs + [empty(try operands.real(2))])
      }
    }
  }

  /// Older forms, with attributes or operands in other places.
  private static let forms: [Row] = [
    Row(composite: "Concat") { attributes in
      let definition = ConcatV2(count: try attributes.count("N"))
      return { (operands) throws(OpFailure) in
        guard let axis = operands.outputs.first else { throw OpFailure("needs an axis") }
        return operands.add(definition, Array(operands.outputs.dropFirst()) + [axis])
      }
    },
    Row("AccumulateNV2", types: [:]) { AddN(count: try $0.count("N")) },
    Row(composite: "TopK") { attributes in
      let (count, sorted) = (
        try attributes.count("k"), try attributes.bool("sorted", default: true)
      )
      return { (operands) throws(OpFailure) in
        let k = operands.graph.constant(Int32(clamping: count)).output
        return operands.add(TopKV2(sorted: sorted), operands.outputs + [k])
      }
    },
    Row(composite: "InTopK") { attributes in
      let count = try attributes.count("k")
      return { (operands) throws(OpFailure) in
        let isLong = operands.dtype(1) == .int64
        let k =
          isLong
          ? operands.graph.constant(Int64(count)).output
          : operands.graph.constant(Int32(clamping: count)).output
        return operands.add(InTopKV2(), operands.outputs + [k])
      }
    },
    Row(composite: "UniqueV2") { attributes in
      let definition = Unique(dtype: try attributes.type("out_idx", default: .int32))
      // Operands are vectors, whose only axis is the one.
      return { (operands) throws(OpFailure) in
        operands.add(definition, Array(operands.outputs.prefix(1)))
      }
    },
    blocks("SpaceToBatch", SpaceToBatchND()), blocks("BatchToSpace", BatchToSpaceND()),
    Row("BatchMatMulV3", types: [:]) {
      BatchMatMulV2(
        adjointX: try $0.bool("adj_x", default: false),
        adjointY: try $0.bool("adj_y", default: false))
    },
    .renamed("ConjugateTranspose", Transpose()),
    .renamed("GuaranteeConst", Identity()), .renamed("DebugGradientIdentity", Identity()),
    Row(EnsureShape.typeName) { EnsureShape(try $0.shape("shape")) },
    Row("MatrixDiagV2") { _ in MatrixDiagV3(alignment: .leftLeft) },
    Row("MatrixDiagPartV2") { _ in MatrixDiagPartV3(alignment: .leftLeft) },
    Row("MatrixSetDiagV2") { _ in MatrixSetDiagV3(alignment: .leftLeft) },
    Row(composite: "Einsum") { attributes in
      let equation = try attributes.string("equation")
      return { (operands) throws(OpFailure) in
        func open<S: NumericScalar>(_: S.Type) -> [Output] {
          let nodes = operands.outputs.map { Node<S>(output: $0) }
          return [einsum(equation, nodes, at: SourceLocation("", 0)).output]
        }
        guard let type = operands.dtype(0).numericType else {
          throw OpFailure("is not defined for \(operands.dtype(0))", code: .invalidType)
        }
        return open(type)
      }
    },
  ]

  private static func blocks(_ name: String, _ definition: any OpDefinition) -> Row {
    Row(composite: name) { attributes in
      let size = try attributes.int("block_size")
      return { (operands) throws(OpFailure) in
        try operands.require(count: 2)
        let block = operands.constant([size, size])
        return operands.add(definition, [operands.outputs[0], block, operands.outputs[1]])
      }
    }
  }

  private static let arithmetic: [Row] = [
    Row(composite: "ClipByValue") { _ in
      { (operands) throws(OpFailure) in
        try operands.require(count: 3)
        let below = operands.one(Minimum(), operands.outputs[0], operands.outputs[2])
        return [operands.one(Maximum(), below, operands.outputs[1])]
      }
    },
    Row(composite: "EuclideanNorm") { attributes in
      let definition = Sum(keepDims: try attributes.bool("keep_dims", default: false))
      return { (operands) throws(OpFailure) in
        try operands.require(count: 2)
        let squares = operands.one(Square(), operands.outputs[0])
        return [operands.one(Sqrt(), operands.one(definition, squares, operands.outputs[1]))]
      }
    },
    // Where the first factor is 0 the other does not count, nor does its gradient.
    guarded("Xdivy", OnesLike()) { $0.one(RealDiv(), $1, $2) },
    guarded("Xlogy", OnesLike()) { $0.one(Mul(), $1, $0.one(Log(), $2)) },
    guarded("Xlog1py", ZerosLike()) { $0.one(Mul(), $1, $0.one(Log1p(), $2)) },
    Row(composite: "MulNoNan") { _ in
      { (operands) throws(OpFailure) in
        try operands.require(count: 2)
        let (x, y) = (operands.outputs[0], operands.outputs[1])
        let zero = operands.one(ZerosLike(), y)
        let safe = operands.one(SelectV2(), operands.one(Equal(), y, zero), zero, x)
        return [operands.one(Mul(), safe, y)]
      }
    },
    Row(composite: "Bincount") { attributes in
      let dtype = try attributes.type("T")
      return { (operands) throws(OpFailure) in
        try operands.require(count: 3)
        let (size, one) = (operands.outputs[1], operands.constant([1]))
        func flat(_ output: Output) -> Output {
          operands.one(Reshape(), output, operands.constant([-1]))
        }
        let values = flat(operands.outputs[0])
        var weights = flat(operands.outputs[2])
        if operands.outputs[2].type?.shape.elementCount == 0 {
          weights = operands.one(Cast(to: dtype), operands.one(OnesLike(), values))
        }
        // What is too large is counted in a place of its own, which is left out.
        let places = operands.one(Minimum(), values, size)
        let count = operands.one(AddV2(), size, operands.graph.constant(Int32(1)).output)
        let sums = operands.one(UnsortedSegmentSum(), weights, places, count)
        let length = operands.one(Reshape(), size, one)
        return [operands.one(SliceDefinition(), sums, operands.constant([0]), length)]
      }
    },
    fakeQuantization,
  ]

  private static func guarded(
    _ name: String, _ neutral: any OpDefinition,
    _ formula: @escaping @Sendable (CompositeOperands, Output, Output) -> Output
  ) -> Row {
    Row(composite: name) { _ in
      { (operands) throws(OpFailure) in
        try operands.require(count: 2)
        let (x, y) = (operands.outputs[0], operands.outputs[1])
        let isZero = operands.one(Equal(), x, operands.one(ZerosLike(), x))
        let safe = operands.one(SelectV2(), isZero, operands.one(neutral, x), y)
        return [formula(operands, x, safe)]
      }
    }
  }

  /// Real numbers at the places that a quantised network has; the gradient goes through inside the range.
  private static let fakeQuantization = Row(composite: "FakeQuantWithMinMaxVars") { attributes in
    let bits = try attributes.int("num_bits", default: 8)
    guard (2...16).contains(bits) else { throw OpFailure("num_bits is \(bits), not 2 to 16") }
    let lowest: Float = try attributes.bool("narrow_range", default: false) ? 1 : 0
    let highest = Float((1 << bits) - 1)
    return { (operands) throws(OpFailure) in
      try operands.require(count: 3)
      let (x, low, high): (Node<Float>, Node<Float>, Node<Float>) = (
        operands.node(0), operands.node(1), operands.node(2)
      )
      let step = (high - low) / (highest - lowest)
      let zero = clipByValue(floor(lowest - low / step + 0.5), lowest, highest)
      let bottom = low + stopGradient((lowest - zero) * step - low)
      let top = high + stopGradient((highest - zero) * step - high)
      let inside = minimum(maximum(x, bottom), top)
      let rounded = floor((inside - bottom) / step + 0.5) * step + bottom
      return [(inside + stopGradient(rounded - inside)).output]
    }
  }

  /// Rows by numbers: smallest ones as largest ones of what is negated, and sums at places.
  private static let segments: [Row] = [
    negated("SegmentMin", SegmentMax()), negated("UnsortedSegmentMin", UnsortedSegmentMax()),
    scattered("TensorScatterAdd", AddV2()), scattered("TensorScatterSub", Sub()),
    Row(composite: "UniqueWithCounts") { attributes in
      let dtype = try attributes.type("out_idx", default: .int32)
      return { (operands) throws(OpFailure) in
        try operands.require(count: 1)
        let found = operands.add(Unique(dtype: dtype), operands.outputs)
        let size = operands.one(Size(dtype: .int32), found[0])
        let ones = operands.one(OnesLike(), found[1])
        return found + [operands.one(UnsortedSegmentSum(), ones, found[1], size)]
      }
    },
    Row(composite: "SparseToDense") { _ in
      { (operands) throws(OpFailure) in
        try operands.require(count: 4)
        let (indices, shape) = (operands.outputs[0], operands.outputs[1])
        let (values, other) = (operands.outputs[2], operands.outputs[3])
        guard indices.type?.shape.rank == 2, values.type?.shape.rank == 1 else {
          throw OpFailure("is supported for a list of places with a value each", code: .unsupported)
        }
        let rest = operands.one(Sub(), values, other)
        return [operands.one(AddV2(), operands.one(ScatterNd(), indices, rest, shape), other)]
      }
    },
  ]

  private static func negated(_ name: String, _ definition: any OpDefinition) -> Row {
    Row(composite: name) { _ in
      { (operands) throws(OpFailure) in
        guard operands.dtype(0).isFloating, let x = operands.outputs.first else {
          throw OpFailure("is supported for real numbers", code: .unsupported)
        }
        let rest = Array(operands.outputs.dropFirst())
        let largest = operands.add(definition, [operands.one(Neg(), x)] + rest)
        return largest.prefix(1).map { operands.one(Neg(), $0) }
      }
    }
  }

  private static func scattered(_ name: String, _ definition: any OpDefinition) -> Row {
    Row(composite: name) { _ in
      { (operands) throws(OpFailure) in
        try operands.require(count: 3)
        let (x, indices, updates) = (
          operands.outputs[0], operands.outputs[1], operands.outputs[2]
        )
        let isLong = indices.type?.dtype == .int64
        let shape = operands.one(Shape(dtype: isLong ? .int64 : .int32), x)
        return [operands.one(definition, x, operands.one(ScatterNd(), indices, updates, shape))]
      }
    }
  }

  /// The momentum of Keras: the slot holds steps, with the learning rate in them.
  private static let momenta: [Row] = [
    Row(composite: "ResourceApplyKerasMomentum") { attributes in
      let looksAhead = try attributes.bool("use_nesterov", default: false)
      return { (operands) throws(OpFailure) in
        try operands.require(count: 5)
        let (variable, slot) = (operands.outputs[0], operands.outputs[1])
        let (rate, gradient, momentum) = (
          operands.outputs[2], operands.outputs[3], operands.outputs[4]
        )
        let scaled = operands.one(Mul(), gradient, rate)
        let step = operands.one(Sub(), operands.one(Mul(), slot, momentum), scaled)
        var change = step
        if looksAhead {
          change = operands.one(Sub(), operands.one(Mul(), step, momentum), scaled)
        }
        operands.update(Assign(), [slot, step])
        operands.update(AssignAdd(), [variable, change])
        return []
      }
    }
  ]

  /// Operations of networks that find and measure things in images.
  static let proposals: [Row] = [
    .plain(NonMaxSuppressionV3(), types: ["T": .input(0), "T_threshold": .input(3)]),
    Row(ResizeBilinear.typeName) { ResizeBilinear(try $0.resizing()) },
    Row(ResizeBilinearGrad.typeName, types: ["T": .input(1)]) {
      ResizeBilinearGrad(try $0.resizing())
    },
    Row(ResizeNearestNeighbor.typeName) { ResizeNearestNeighbor(try $0.resizing()) },
    Row(ResizeNearestNeighborGrad.typeName) { ResizeNearestNeighborGrad(try $0.resizing()) },
    Row(MaxPoolWithArgmax.typeName) {
      MaxPoolWithArgmax(
        try $0.poolingSettings(), indexType: try $0.type("Targmax", default: .int64),
        includesBatch: try $0.bool("include_batch_in_index", default: false))
    },
    Row(MaxPoolGradWithArgmax.typeName) {
      MaxPoolGradWithArgmax(
        try $0.poolingSettings(), indexType: try $0.type("Targmax", default: .int64),
        includesBatch: try $0.bool("include_batch_in_index", default: false))
    },
  ]
}

extension NodeAttributes {
  fileprivate func resizing() throws(OpFailure) -> ResizeSettings {
    ResizeSettings(
      alignCorners: try bool("align_corners", default: false),
      halfPixelCenters: try bool("half_pixel_centers", default: false))
  }
}
