import WeftOps

extension OperationCatalogue {
  static let arrays: [Row] = [
    Row(Const.typeName, types: [:]) { Const(try $0.tensor("value")) },
    Row(Placeholder.typeName, types: [:]) {
      Placeholder(dtype: try $0.type("dtype"), shape: try $0.shape("shape", default: .unknown))
    },
    // A value may be fed for any node: the default is what it has otherwise.
    Row("PlaceholderWithDefault", types: [:]) { _ in Identity() },
    .plain(Identity()), .plain(StopGradient()), .plain(Snapshot()),
    .plain(IdentityN(), types: ["T": .inputs(from: 0)]),
    Row(PreventGradient.typeName) {
      PreventGradient(message: try $0.string("message", default: ""))
    },
    .plain(ZerosLike()), .plain(OnesLike()),
    .plain(Fill(), types: ["T": .input(1), "index_type": .input(0)]),
    .plain(RangeDefinition(), types: ["Tidx": .input(0)]),
    .plain(LinSpace(), types: ["T": .input(0), "Tidx": .input(2)]),
    Row(Shape.typeName) { Shape(dtype: try $0.type("out_type", default: .int32)) },
    Row(ShapeN.typeName) {
      ShapeN(count: try $0.count("N"), dtype: try $0.type("out_type", default: .int32))
    },
    Row(Size.typeName) { Size(dtype: try $0.type("out_type", default: .int32)) },
    .plain(Rank()),
    .plain(Reshape(), types: ["T": .input(0), "Tshape": .input(1)]),
    .plain(ExpandDims(), types: ["T": .input(0), "Tdim": .input(1)]),
    Row(Squeeze.typeName) { Squeeze(axes: try $0.ints("squeeze_dims", default: [])) },
    .plain(BroadcastTo(), types: ["T": .input(0), "Tidx": .input(1)]),
    .plain(Tile(), types: ["T": .input(0), "Tmultiples": .input(1)]),
    .plain(Transpose(), types: ["T": .input(0), "Tperm": .input(1)]),
    .plain(InvertPermutation()),
    Row(ConcatV2.typeName, types: ["T": .input(0), "Tidx": .input(-1)]) {
      ConcatV2(count: try $0.count("N"))
    },
    Row(ConcatOffset.typeName, types: [:]) { ConcatOffset(count: try $0.count("N")) },
    Row(Pack.typeName) { Pack(count: try $0.count("N"), axis: try $0.int("axis", default: 0)) },
    Row(Unpack.typeName) {
      Unpack(count: try $0.count("num"), axis: try $0.int("axis", default: 0))
    },
    Row(Split.typeName, types: ["T": .input(1)]) { Split(count: try $0.count("num_split")) },
    Row(SplitV.typeName, types: ["T": .input(0), "Tlen": .input(1)]) {
      SplitV(count: try $0.count("num_split"))
    },
    .plain(Pad(), types: ["T": .input(0), "Tpaddings": .input(1)]),
    .plain(PadV2(), types: ["T": .input(0), "Tpaddings": .input(1)]),
    Row(MirrorPad.typeName, types: ["T": .input(0), "Tpaddings": .input(1)]) {
      MirrorPad(mode: try $0.word("mode"))
    },
    Row(MirrorPadGrad.typeName, types: ["T": .input(0), "Tpaddings": .input(1)]) {
      MirrorPadGrad(mode: try $0.word("mode"))
    },
    .plain(ReverseV2(), types: ["T": .input(0), "Tidx": .input(1)]),
    Row(ReverseSequence.typeName, types: ["T": .input(0), "Tlen": .input(1)]) {
      ReverseSequence(
        sequenceAxis: try $0.int("seq_dim"), batchAxis: try $0.int("batch_dim", default: 0))
    },
    .plain(
      SpaceToBatchND(),
      types: ["T": .input(0), "Tblock_shape": .input(1), "Tpaddings": .input(2)]),
    .plain(
      BatchToSpaceND(), types: ["T": .input(0), "Tblock_shape": .input(1), "Tcrops": .input(2)]),
    Row(SpaceToDepth.typeName) {
      try $0.requireChannelsLast()
      return SpaceToDepth(blockSize: try $0.int("block_size"))
    },
    Row(DepthToSpace.typeName) {
      try $0.requireChannelsLast()
      return DepthToSpace(blockSize: try $0.int("block_size"))
    },
  ]

  static let indexing: [Row] = [
    .plain(SliceDefinition(), types: ["T": .input(0), "Index": .input(1)]),
    Row(StridedSlice.typeName, types: ["T": .input(0), "Index": .input(1)]) {
      StridedSlice(masks: try $0.sliceMasks())
    },
    Row(StridedSliceGrad.typeName, types: ["T": .input(4), "Index": .input(0)]) {
      StridedSliceGrad(masks: try $0.sliceMasks())
    },
    Row(
      GatherV2.typeName,
      types: ["Tparams": .input(0), "Tindices": .input(1), "Taxis": .input(2)]
    ) {
      guard try $0.int("batch_dims", default: 0) == 0 else {
        throw OpFailure("gathers with batch dimensions are not supported", code: .unsupported)
      }
      return GatherV2()
    },
    .plain(Gather(), types: ["Tparams": .input(0), "Tindices": .input(1)]),
    .plain(GatherNd(), types: ["Tparams": .input(0), "Tindices": .input(1)]),
    .plain(ScatterNd(), types: ["T": .input(1), "Tindices": .input(0)]),
    .plain(Select(), types: ["T": .input(1)]), .plain(SelectV2(), types: ["T": .input(1)]),
    .plain(Where()),
    Row(Unique.typeName) { Unique(dtype: try $0.type("out_idx", default: .int32)) },
    Row(OneHot.typeName, types: ["T": .input(2), "TI": .input(0)]) {
      OneHot(axis: try $0.int("axis", default: -1))
    },
    Row(TopKV2.typeName) { TopKV2(sorted: try $0.bool("sorted", default: true)) },
    Row(DynamicStitch.typeName, types: ["T": .input(-1)]) {
      DynamicStitch(count: try $0.count("N"))
    },
    // Of several rows for one place any may stay: the last, as in DynamicStitch.
    Row("ParallelDynamicStitch") { DynamicStitch(count: try $0.count("N")) },
    Row(DynamicPartition.typeName) { DynamicPartition(count: try $0.count("num_partitions")) },
    .plain(
      UnsortedSegmentSum(),
      types: ["T": .input(0), "Tindices": .input(1), "Tnumsegments": .input(2)]),
    .plain(
      UnsortedSegmentMax(),
      types: ["T": .input(0), "Tindices": .input(1), "Tnumsegments": .input(2)]),
    .plain(SegmentSum(), types: ["T": .input(0), "Tindices": .input(1)]),
    .plain(SegmentMean(), types: ["T": .input(0), "Tindices": .input(1)]),
    .plain(SegmentMax(), types: ["T": .input(0), "Tindices": .input(1)]),
    .plain(Diag()), .plain(DiagPart()), .plain(MatrixDiag()), .plain(MatrixDiagPart()),
    .plain(MatrixSetDiag()),
    Row(MatrixDiagV3.typeName) { MatrixDiagV3(alignment: try $0.alignment()) },
    Row(MatrixDiagPartV3.typeName) { MatrixDiagPartV3(alignment: try $0.alignment()) },
    Row(MatrixSetDiagV3.typeName) { MatrixSetDiagV3(alignment: try $0.alignment()) },
    .plain(MatrixBandPart(), types: ["T": .input(0), "Tindex": .input(1)]),
  ]
}

extension NodeAttributes {
  /// A text that is one of a few words.
  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ name: String, default fallback: String? = nil
  ) throws(OpFailure) -> Word {
    let text = try string(name, default: fallback)
    guard let word = Word(rawValue: text) else {
      let known = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
      throw OpFailure("the attribute '\(name)' is \"\(text)\", not \(known)")
    }
    return word
  }

  func alignment() throws(OpFailure) -> DiagonalAlignment {
    try word("align", default: DiagonalAlignment.rightLeft.rawValue)
  }

  func requireChannelsLast() throws(OpFailure) {
    let format: DataFormat = try word("data_format", default: "NHWC")
    guard format == .channelsLast else {
      throw OpFailure("data_format \(format.rawValue) is not supported here", code: .unsupported)
    }
  }

  func sliceMasks() throws(OpFailure) -> SliceMasks {
    var masks = SliceMasks()
    masks.begin = try int("begin_mask", default: 0)
    masks.end = try int("end_mask", default: 0)
    masks.ellipsis = try int("ellipsis_mask", default: 0)
    masks.newAxis = try int("new_axis_mask", default: 0)
    masks.shrinkAxis = try int("shrink_axis_mask", default: 0)
    return masks
  }
}
