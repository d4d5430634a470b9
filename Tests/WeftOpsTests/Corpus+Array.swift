import WeftOps

private typealias F = Float

/// Matrix attributes, as paddings are.
private func pairs(_ c: CorpusCase, _ name: String) -> [(before: Int, after: Int)] {
  guard case .list(let rows)? = c.attributes[name] else { return [] }
  return rows.compactMap { row in
    guard case .list(let values) = row, values.count == 2, case .number(let before) = values[0],
      case .number(let after) = values[1]
    else { return nil }
    return (Int(before), Int(after))
  }
}

/// The element type named by an attribute.
private func dtype(_ c: CorpusCase, _ name: String = "dtype") -> DType {
  DType.allCases.first { $0.description == c.string(name) } ?? .float32
}

private func number(_ c: CorpusCase, _ name: String, _ dtype: DType) -> AnyTensor {
  func open<S: TensorScalar>(_: S.Type) -> AnyTensor {
    AnyTensor(Tensor(S(converting: c.double(name))))
  }
  return open(dtype.scalarType)
}

private func masks(_ c: CorpusCase) -> SliceMasks {
  func bits(_ name: String) -> Int { c.ints(name).first ?? 0 }
  var masks = SliceMasks()
  masks.begin = bits("begin_mask")
  masks.end = bits("end_mask")
  masks.ellipsis = bits("ellipsis_mask")
  masks.newAxis = bits("new_axis_mask")
  masks.shrinkAxis = bits("shrink_axis_mask")
  return masks
}

private func onNumbers(
  _ c: CorpusCase, _ body: (any NumericScalar.Type) -> [Output]
) -> [Output] {
  guard let type = c.values[0].dtype.numericType else { return [] }
  return body(type)
}

/// Integers as a constant operand.
private func vector(_ values: [Int]) -> AnyTensor { AnyTensor(indices: values) }
private func scalar(_ value: Int) -> AnyTensor { AnyTensor(Tensor(Int32(value))) }

let corpusArray: [String: CorpusCase.Builder] = [
  "rank": { $0.apply(Rank()) }, "size": { $0.apply(Size(dtype: .int32)) },
  "shape": { $0.apply(Shape(dtype: .int32)) }, "identity": { $0.apply(Identity()) },
  "stop_gradient": { $0.apply(StopGradient()) }, "zeros_like": { $0.apply(ZerosLike()) },
  "ones_like": { $0.apply(OnesLike()) },
  "invert_permutation": { $0.apply(InvertPermutation()) },
  "expand_dims": { c in c.apply(ExpandDims(), constants: [scalar(c.ints("axis").first ?? 0)]) },
  "squeeze": { c in c.apply(Squeeze(axes: c.axes() ?? [])) },
  "cast": { c in c.apply(Cast(to: dtype(c))) },
  "broadcast_to": { c in c.apply(BroadcastTo(), constants: [vector(c.ints("shape"))]) },
  "reshape": { c in c.apply(Reshape(), constants: [vector(c.ints("shape"))]) },
  "transpose": { c in
    func open<S: TensorScalar>(_: S.Type) -> [Output] {
      [transpose(c.node(0, S.self), permutation: c.axes("perm")).output]
    }
    return open(c.values[0].dtype.scalarType)
  },
  "concat": { c in
    let axis = scalar(c.ints("axis").first ?? 0)
    return c.apply(ConcatV2(count: c.inputs.count), constants: [axis])
  },
  "stack": { c in
    c.apply(Pack(count: c.inputs.count, axis: c.ints("axis").first ?? 0))
  },
  "unstack": { c in
    let axis = c.ints("axis").first ?? 0
    let shape = c.values[0].shape
    return c.apply(Unpack(count: shape[axis < 0 ? axis + shape.count : axis], axis: axis))
  },
  "split": { c in
    func open<S: TensorScalar>(_: S.Type) -> [Output] {
      let axis = c.ints("axis").first ?? 0
      let sizes = c.ints("num_or_size_splits")
      if case .number? = c.attributes["num_or_size_splits"] {
        return split(c.node(0, S.self), count: sizes[0], axis: axis).map(\.output)
      }
      return split(c.node(0, S.self), sizes: sizes, axis: axis).map(\.output)
    }
    return open(c.values[0].dtype.scalarType)
  },
  "slice": { c in
    c.apply(SliceDefinition(), constants: [vector(c.ints("begin")), vector(c.ints("size"))])
  },
  "strided_slice": { c in
    let numbers = [c.ints("begin"), c.ints("end"), c.ints("strides")].map(vector)
    return c.apply(StridedSlice(masks: masks(c)), constants: numbers)
  },
  "pad": { c in
    func open<S: NumericScalar>(_: S.Type) -> [Output] {
      let paddings = pairs(c, "paddings")
      let mode = c.string("mode")
      if let mirror = MirrorMode(rawValue: mode) {
        return [mirrorPad(c.node(0, S.self), paddings, mode: mirror).output]
      }
      let value = S(converting: c.double("constant_values"))
      return [pad(c.node(0, S.self), paddings, value: value).output]
    }
    return onNumbers(c) { open($0) }
  },
  "tile": { c in c.apply(Tile(), constants: [vector(c.ints("multiples"))]) },
  "gather": { c in
    c.apply(GatherV2(), constants: [scalar(c.ints("axis").first ?? 0)])
  },
  "embedding_lookup": { c in
    if c.inputs.count == 2 { return c.apply(GatherV2(), constants: [scalar(0)]) }
    // Two parts dealt out in turn: row i lies in part i mod 2.
    let whole = stack([c.node(0, F.self), c.node(1, F.self)], axis: 1)
    return [gather(reshape(whole, [-1, 2]), c.node(2, Int64.self)).output]
  },
  "gather_nd": { $0.apply(GatherNd()) },
  "scatter_nd": { c in c.apply(ScatterNd(), constants: [vector(c.ints("shape"))]) },
  "boolean_mask": { c in [booleanMask(c.node(0, F.self), c.node(1)).output] },
  "one_hot": { c in
    // The case of a single index has integer values; numbers in the file do not tell.
    let dtype: DType = c.values[0].shape.isEmpty ? .int32 : .float32
    let on = number(c, "on_value", dtype)
    let off = number(c, "off_value", dtype)
    let depth = scalar(c.ints("depth").first ?? 0)
    return c.apply(OneHot(axis: c.ints("axis").first ?? -1), constants: [depth, on, off])
  },
  "reverse": { c in c.apply(ReverseV2(), constants: [vector(c.ints("axis"))]) },
  "where": { c in c.inputs.count == 1 ? c.apply(Where()) : c.apply(Select()) },
  "range": { c in
    let numbers = ["start", "limit", "delta"].map { number(c, $0, dtype(c)) }
    return c.apply(RangeDefinition(), constants: numbers)
  },
  "linspace": { c in
    let ends = ["start", "stop"].map { number(c, $0, .float32) }
    return c.apply(LinSpace(), constants: ends + [scalar(c.ints("num").first ?? 0)])
  },
  "fill": { c in
    let dims = c.graph.constant(Tensor(c.ints("dims").map { Int32($0) }))
    return [applyOperation(Fill(), [dims, Node<F>(output: c.inputs[0])]).output(0)]
  },
  "top_k": { c in
    c.apply(TopKV2(sorted: true), constants: [scalar(c.ints("k").first ?? 0)])
  },
  "unique": { $0.apply(Unique(dtype: .int32)) },
  "unsorted_segment_sum": { c in
    c.apply(UnsortedSegmentSum(), constants: [scalar(c.ints("num_segments").first ?? 0)])
  },
  "unsorted_segment_max": { c in
    c.apply(UnsortedSegmentMax(), constants: [scalar(c.ints("num_segments").first ?? 0)])
  },
  "segment_prod": { $0.apply(SegmentProd()) },
  "segment_max": { $0.apply(SegmentMax()) }, "segment_mean": { $0.apply(SegmentMean()) },
  "reverse_sequence": { c in
    c.apply(
      ReverseSequence(
        sequenceAxis: c.ints("seq_axis").first ?? 0, batchAxis: c.ints("batch_axis").first ?? 0))
  },
  "sequence_mask": { c in
    [sequenceMask(c.node(0, Int32.self), maximum: c.ints("maxlen").first ?? 0).output]
  },
  "meshgrid": { c in
    let grid = meshgrid(c.node(0, F.self), c.node(1))
    return [grid.x.output, grid.y.output]
  },
  "space_to_batch_nd": { c in
    [
      spaceToBatch(
        c.node(0, F.self), blockShape: c.ints("block_shape"), paddings: pairs(c, "paddings")
      ).output
    ]
  },
  "batch_to_space_nd": { c in
    [
      batchToSpace(
        c.node(0, F.self), blockShape: c.ints("block_shape"), crops: pairs(c, "crops")
      ).output
    ]
  },
  "segment_sum": { $0.apply(SegmentSum()) },
  "eye": { c in
    let columns = c.ints("num_columns").first
    return [c.graph.eye(c.ints("num_rows").first ?? 0, columns: columns, as: F.self).output]
  },
  "diag": { $0.apply(Diag()) }, "diag_part": { $0.apply(DiagPart()) },
  "matrix_diag": { $0.apply(MatrixDiag()) }, "matrix_diag_part": { $0.apply(MatrixDiagPart()) },
  "matrix_set_diag": { $0.apply(MatrixSetDiag()) },
  "matrix_band_part": { c in
    let sides = ["num_lower", "num_upper"].map { scalar(c.ints($0).first ?? 0) }
    return c.apply(MatrixBandPart(), constants: sides)
  },
  "trace": { c in [trace(c.node(0, F.self)).output] },
  "space_to_depth": { c in
    c.apply(SpaceToDepth(blockSize: c.ints("block_size").first ?? 0))
  },
  "depth_to_space": { c in
    c.apply(DepthToSpace(blockSize: c.ints("block_size").first ?? 0))
  },
  "dynamic_partition": { c in
    c.apply(DynamicPartition(count: c.ints("num_partitions").first ?? 0))
  },
  "dynamic_stitch": { c in c.apply(DynamicStitch(count: c.inputs.count / 2)) },
]
