import Testing
import WeftOps

@Suite struct ConvolutionTests {
  let graph = Graph(seed: 3)

  private func placeholder(_ shape: TensorShape, _ name: String) -> Node<Float> {
    graph.placeholder(shape: shape, name: name)
  }

  @Test func shapesFollowWithTheBatchUnknown() {
    let x = placeholder([nil, 13, 9, 3], "x")
    let w = placeholder([5, 2, 3, 7], "w")
    #expect(conv2D(x, w).shape == [nil, 13, 9, 7])
    #expect(conv2D(x, w, strides: Extent2D(2, 4)).shape == [nil, 7, 3, 7])
    #expect(conv2D(x, w, padding: .valid).shape == [nil, 9, 8, 7])
    #expect(conv2D(x, w, padding: .valid, dilations: Extent2D(3, 2)).shape == [nil, 1, 7, 7])
    let edges = Padding.explicit(top: 1, bottom: 2, left: 0, right: 5)
    #expect(conv2D(x, w, padding: edges).shape == [nil, 12, 13, 7])
    #expect(depthwiseConv2D(x, w).shape == [nil, 13, 9, 21])
    #expect(maxPool2D(x, window: Extent2D(3, 2)).shape == [nil, 4, 4, 3])
    #expect(avgPool2D(x, window: 2, strides: 3, padding: .same).shape == [nil, 5, 3, 3])
    let first = placeholder([nil, 3, 13, 9], "first")
    #expect(conv2D(first, w, dataFormat: .channelsFirst).shape == [nil, 7, 13, 9])
    #expect(conv2D(placeholder([nil, nil, 9, nil], "open"), w).shape == [nil, nil, 9, 7])
    let large = conv2DTranspose(
      x, placeholder([3, 3, 5, 3], "v"), outputShape: [nil, 25, 17, 5], strides: 2)
    #expect(large.shape == [nil, 25, 17, 5])
    #expect(graph.errors.isEmpty)
  }

  @Test func whatDoesNotFitIsNamedWithItsShapes() throws {
    let x = placeholder([nil, 4, 9, 3], "x")
    _ = conv2D(x, placeholder([2, 2, 5, 7], "other"))
    _ = conv2D(x, placeholder([5, 2, 3, 7], "high"), padding: .valid)
    _ = conv2D(x, placeholder([3, 7], "matrix"))
    _ = conv2D(x, placeholder([2, 2, 3, 7], "w"), strides: 0)
    _ = maxPool2D(x, window: 5)
    _ = avgPool2D(placeholder([3, 4], "flat"), window: 2)
    _ = conv2DTranspose(
      x, placeholder([3, 3, 5, 3], "v"), outputShape: [nil, 9, 17, 5], strides: 2)
    let parts = [
      "the filter [2, 2, 5, 7] takes 5 channels, the input [?, 4, 9, 3] has 3 (NHWC)",
      "a window of height 5 does not fit into the height 4: input [?, 4, 9, 3], filter [5, 2, 3, 7]",
      "takes a filter of rank 4, not of shape [3, 7]",
      "strides are 0x0: they must be 1 or more",
      "a window of height 5 does not fit into the height 4",
      "takes images of rank 4, not the shape [3, 4]",
      "the gradient [?, 4, 9, 3] is not of the shape [?, 5, 9, 3]",
    ]
    #expect(graph.errors.count == parts.count)
    for (error, part) in zip(graph.errors, parts) {
      #expect(error.description.contains(part), "\(error)")
      #expect(error.description.contains("ConvolutionTests.swift:"))
    }
    #expect(graph.errors.first?.description.hasPrefix("conv2D 'Conv2D' (") == true)
  }

  @Test func attributesAreThoseOfGraphDef() throws {
    let padding = Padding.explicit(top: 1, bottom: 2, left: 3, right: 4)
    let settings = WindowSettings(
      strides: Extent2D(2, 3), dilations: Extent2D(1, 4), padding: padding,
      dataFormat: .channelsFirst)
    let attributes = Dictionary(
      uniqueKeysWithValues: Conv2D(settings).attributes.map { ($0.name, $0.value) })
    #expect(
      attributes == [
        "strides": .ints([1, 1, 2, 3]), "dilations": .ints([1, 1, 1, 4]),
        "padding": .string("EXPLICIT"), "explicit_paddings": .ints([0, 0, 0, 0, 1, 2, 3, 4]),
        "data_format": .string("NCHW"),
      ])
    let read = try WindowSettings(
      strides: [1, 1, 2, 3], dilations: [1, 1, 1, 4], padding: "EXPLICIT",
      explicitPaddings: [0, 0, 0, 0, 1, 2, 3, 4], dataFormat: "NCHW")
    #expect(read == settings)
    for attempt in [
      { try WindowSettings(strides: [2, 1, 1, 1], padding: "SAME") },
      { try WindowSettings(strides: [1, 1, 1], padding: "SAME") },
      { try WindowSettings(strides: [1, 1, 1, 1], padding: "same") },
      { try WindowSettings(strides: [1, 1, 1, 1], padding: "SAME", dataFormat: "HWNC") },
      { try WindowSettings(strides: [1, 1, 1, 1], padding: "EXPLICIT", explicitPaddings: [1]) },
    ] as [() throws -> WindowSettings] {
      #expect(throws: OpFailure.self) { try attempt() }
    }
  }

  /// d²/dx² of a convolution squared: the gradients of gradients.
  @Test func gradientsAreDifferentiableAgain() throws {
    let x = graph.constant(try Tensor<Float>(shape: [1, 2, 3, 1], scalars: [1, 2, 3, 6, 4, 0]))
    let w = graph.constant(try Tensor<Float>(shape: [1, 2, 1, 1], scalars: [2, -1]))
    let y = conv2D(x, w, padding: .valid)
    // Σ y² has the gradient 2 wᵀ(w x), whose sum has the gradient 2 wᵀ(w 1).
    let slope = try #require(gradients(of: sum(y * y), withRespectTo: [x])[0])
    let second = try #require(gradients(of: sum(slope), withRespectTo: [x])[0])
    #expect(try evaluate(slope).scalars == [0, 4, -2, 32, 16, -16])
    #expect(try evaluate(second).scalars == [4, 2, -2, 4, 2, -2])
  }
}
