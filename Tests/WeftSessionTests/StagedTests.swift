import Testing
import Weft

private typealias X = Node<Float>

/// Questions whose shapes depend on data: they are answered in stages.
@Suite struct StagedTests {
  /// A graph with a vector that is fed.
  private struct Fed {
    let graph = Graph(seed: 5)
    let x: X
    init(_ shape: TensorShape = [nil]) { x = graph.placeholder(shape: shape, name: "x") }
  }

  @Test(arguments: devices().indices) func indicesOfWhatIsTrue(_ index: Int) throws {
    let fed = Fed([nil, nil])
    let places = indicesOfTrue(fed.x .> 0)
    let count = shape(places)[0]
    let session = try Session(fed.graph, device: devices()[index])
    for (value, wanted) in [
      ([[1, -1, 2], [0, 3, -2]] as Tensor<Float>, [[0, 0], [0, 2], [1, 1]] as [[Int64]]),
      ([[-1, -1]], []), ([[5]], [[0, 0]]),
    ] {
      let (found, number) = try session.run(places, count, feeding: [fed.x: value])
      #expect(found.shape == [wanted.count, 2])
      #expect(found.scalars == wanted.flatMap { $0 })
      #expect(number.scalar == Int32(wanted.count))
    }
  }

  @Test(arguments: devices().indices) func aMaskAndItsGradient(_ index: Int) throws {
    let fed = Fed([nil, 2])
    let mask: Node<Bool> = fed.graph.placeholder(shape: [nil], name: "mask")
    let kept = booleanMask(fed.x, mask)
    let loss = sum(kept * kept * 3)
    let slope = try #require(gradients(of: loss, withRespectTo: [fed.x])[0])
    let session = try Session(fed.graph, device: devices()[index])
    let value: Tensor<Float> = [[1, 2], [3, 4], [5, 6]]
    for bits in [[true, false, true], [false, false, false], [true, true, true]] {
      let (rows, total, gradient) = try session.run(
        kept, loss, slope, feeding: [fed.x: value, mask: Tensor(bits)])
      var (wantedRows, wantedSlope): ([Float], [Float]) = ([], [])
      for (row, bit) in bits.enumerated() {
        for column in 0..<2 {
          let number = value[row, column]
          if bit { wantedRows.append(number) }
          wantedSlope.append(bit ? 6 * number : 0)
        }
      }
      #expect(rows.shape == [bits.count { $0 }, 2] && rows.scalars == wantedRows)
      #expect(total.scalar == wantedRows.reduce(0) { $0 + 3 * $1 * $1 })
      #expect(gradient.shape == [3, 2] && gradient.scalars == wantedSlope)
    }
  }

  @Test(arguments: devices().indices) func distinctElements(_ index: Int) throws {
    let fed = Fed()
    let (values, places) = unique(fed.x)
    let again = gather(values, places)
    let session = try Session(fed.graph, device: devices()[index])
    let (found, numbers, same) = try session.run(
      values, places, again, feeding: [fed.x: [4, 1, 4, 4, 2, 1] as Tensor<Float>])
    #expect(found.scalars == [4, 1, 2] && numbers.scalars == [0, 1, 0, 0, 2, 1])
    #expect(same.scalars == [4, 1, 4, 4, 2, 1])
  }

  @Test(arguments: devices().indices) func reshapingAndFillingByFedShapes(_ index: Int) throws {
    let fed = Fed()
    let wanted: Node<Int32> = fed.graph.placeholder(shape: [nil], name: "wanted")
    let folded = reshape(fed.x * 2, wanted)
    let filled = fed.graph.fill(shape: wanted, with: Float(7))
    let slope = try #require(gradients(of: sum(folded * filled), withRespectTo: [fed.x])[0])
    let session = try Session(fed.graph, device: devices()[index])
    let value: Tensor<Float> = [1, 2, 3, 4, 5, 6]
    for sizes in [[2, 3], [3, 2], [6], [1, 6, 1]] as [[Int32]] {
      let (a, b, c) = try session.run(
        folded, filled, slope, feeding: [fed.x: value, wanted: Tensor(sizes)])
      #expect(a.shape == sizes.map { Int($0) } && a.scalars == [2, 4, 6, 8, 10, 12])
      #expect(b.shape == a.shape && b.scalars.allSatisfy { $0 == 7 })
      #expect(c.shape == [6] && c.scalars.allSatisfy { $0 == 14 })
    }
  }

  @Test(arguments: devices().indices) func rangesAndTilesByFedNumbers(_ index: Int) throws {
    let fed = Fed()
    let limit: Node<Int32> = fed.graph.placeholder(shape: [], name: "limit")
    let zero = fed.graph.constant(Int32(0))
    let numbers = range(from: zero, to: limit, by: fed.graph.constant(Int32(2)))
    let times: Node<Int32> = fed.graph.placeholder(shape: [1], name: "times")
    let tiled = tile(fed.x, times)
    let slope = try #require(gradients(of: sum(tiled), withRespectTo: [fed.x])[0])
    let session = try Session(fed.graph, device: devices()[index])
    for (top, wanted) in [(7, [0, 2, 4, 6]), (0, []), (2, [0])] as [(Int, [Int32])] {
      let result1 = try session.run(numbers, feeding: [limit: top])
      #expect(result1.scalars == wanted)
    }
    let (twice, gradient) = try session.run(
      tiled, slope, feeding: [fed.x: [1, 2] as Tensor<Float>, times: [3] as Tensor<Int32>])
    #expect(twice.scalars == [1, 2, 1, 2, 1, 2] && gradient.scalars == [3, 3])
  }

  @Test(arguments: devices().indices) func sumsOverFedAxes(_ index: Int) throws {
    let fed = Fed([2, 3])
    let axes: Node<Int32> = fed.graph.placeholder(shape: [nil], name: "axes")
    let total = apply(Sum(keepDims: false), [fed.x, axes], as: Float.self)
    let slope = try #require(gradients(of: sum(total * total), withRespectTo: [fed.x])[0])
    let session = try Session(fed.graph, device: devices()[index])
    let value: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
    for (given, sums, slopes) in [
      ([0], [5, 7, 9], [10, 14, 18, 10, 14, 18]), ([1], [6, 15], [12, 12, 12, 30, 30, 30]),
      ([0, -1], [21], [42, 42, 42, 42, 42, 42]), ([], [1, 2, 3, 4, 5, 6], [2, 4, 6, 8, 10, 12]),
    ] as [([Int32], [Float], [Float])] {
      let (a, b) = try session.run(total, slope, feeding: [fed.x: value, axes: Tensor(given)])
      #expect(a.scalars == sums && b.scalars == slopes, "axes \(given)")
    }
  }

  @Test(arguments: devices().indices) func variablesReadBehindABoundary(_ index: Int) throws {
    let fed = Fed()
    let w = fed.graph.variable([10, 20, 30] as Tensor<Float>, name: "w")
    let places = indicesOfTrue(fed.x .> 0)
    let rows = gather(w, squeeze(places, axes: [1]))
    let loss = sum(rows * rows)
    let train = GradientDescent(learningRate: 0.5).minimize(loss)
    let session = try Session(fed.graph, device: devices()[index])
    try session.initializeVariables()
    let (found, before, _, whole) = try session.run(
      rows, loss, train, w, feeding: [fed.x: [1, -1, 1] as Tensor<Float>])
    // All reads see the values from before the update.
    #expect(found.scalars == [10, 30] && before.scalar == 1000 && whole.scalars == [10, 20, 30])
    #expect(try session.value(of: w).scalars == [0, 20, 0])
  }

  @Test(arguments: devices().indices) func randomNumbersBeforeABoundaryAreDrawnOnce(_ index: Int)
    throws
  {
    let fed = Fed()
    let noise: X = fed.graph.randomUniform([20], min: -1, max: 1, name: "noise")
    let kept = booleanMask(noise, noise .> 0)
    let count = size(kept)
    let fixed: X = fed.graph.randomUniform([20], min: -1, max: 1, name: "alone")
    func draw(_ device: any Device) throws -> [[Float]] {
      let session = try Session(fed.graph, device: device)
      var drawn: [[Float]] = []
      for _ in 0..<3 {
        let (all, positive, number, other) = try session.run(noise, kept, count, fixed)
        #expect(positive.scalars == all.scalars.filter { $0 > 0 })
        #expect(number.scalar == Int32(positive.count))
        drawn += [all.scalars, other.scalars]
      }
      session.close()
      return drawn
    }
    let first = try draw(devices()[index])
    #expect(Set(first.map(\.hashValue)).count == 6)
    // Not a number more is drawn in stages than without: the streams go on alike.
    #expect(try draw(ReferenceDevice()) == first)
    let session = try Session(fed.graph, device: devices()[index])
    for turn in 0..<3 {
      let result2 = try session.run(noise)
      #expect(result2.scalars == first[2 * turn])
      let result3 = try session.run(fixed)
      #expect(result3.scalars == first[2 * turn + 1])
    }
  }

  @Test(arguments: devices().indices) func boundariesBehindBoundaries(_ index: Int) throws {
    let fed = Fed()
    let positive = booleanMask(fed.x, fed.x .> 0)
    let distinct = unique(positive).values
    let large = booleanMask(distinct, distinct .> mean(distinct))
    let slope = gradients(of: sum(positive), withRespectTo: [fed.x])[0]
    let session = try Session(fed.graph, device: devices()[index])
    let step = try session.prepare(large, distinct, try #require(slope), feeding: fed.x)
    for _ in 0..<2 {
      let (top, all, gradient) = try step.run([-1, 3, 3, 1, 5, -2] as Tensor<Float>)
      #expect(top.scalars == [5] && all.scalars == [3, 1, 5])
      #expect(gradient.scalars == [0, 1, 1, 1, 1, 0])
      // Another shape, and another number of what is kept.
      let result4 = try step.run([2, -7] as Tensor<Float>).1
      #expect(result4.scalars == [2])
      let none = try step.run([-1] as Tensor<Float>).0
      #expect(none.shape == [0])
    }
    #expect(session.cacheReport.compiled < 40)
    let compiled = session.cacheReport.compiled
    _ = try step.run([-1, 3, 3, 1, 5, -2] as Tensor<Float>)
    #expect(session.cacheReport.compiled == compiled)
  }

  @Test(arguments: devices().indices) func anErrorInALaterStageIsReported(_ index: Int) throws {
    let fed = Fed()
    let positive = booleanMask(fed.x, fed.x .> 0)
    let pairs = reshape(positive, [-1, 2])
    let session = try Session(fed.graph, device: devices()[index])
    let pair = try session.run(pairs, feeding: [fed.x: [1, 2, -1] as Tensor<Float>])
    #expect(pair.shape == [1, 2])
    let error = #expect(throws: GraphError.self) {
      try session.run(pairs, feeding: [fed.x: [1, 2, 3] as Tensor<Float>])
    }
    #expect(error?.message == "[3] has 3 elements, which do not fill [-1, 2]")
    #expect(error?.location?.description.hasPrefix("StagedTests.swift") == true)
  }

  @Test(arguments: devices().indices) func anAssertionBeforeABoundaryStopsTheRun(_ index: Int)
    throws
  {
    let fed = Fed()
    let check = fed.graph.assert(all(fed.x .< 10), "too large", values: [fed.x])
    let kept = fed.graph.after([check]) { booleanMask(fed.x, fed.x .> 0) }
    let session = try Session(fed.graph, device: devices()[index])
    let result5 = try session.run(kept, feeding: [fed.x: [1, -1] as Tensor<Float>])
    #expect(result5.scalars == [1])
    let error = #expect(throws: GraphError.self) {
      try session.run(kept, feeding: [fed.x: [11] as Tensor<Float>])
    }
    #expect(error?.code == .assertionFailed)
  }
}
