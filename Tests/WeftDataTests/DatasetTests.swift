import Testing
import WeftTensor

@testable import WeftData

@Suite struct DatasetTests {
  @Test func scalingIsRoundedOnce() {
    #expect(PixelScaling.unit.table[51] == 0.2)
    #expect(PixelScaling.centered.table[0] == -0.5)
    #expect(PixelScaling.centered.table[255] == 0.5)
    #expect(PixelScaling.signed.table[255] == 1)
    #expect(PixelScaling.none.table[7] == 7)
    for byte in 0...255 {
      let value = Double(byte)
      #expect(PixelScaling.unit.table[byte] == Float(value / 255))
      #expect(PixelScaling.centered.table[byte] == Float((value - 127.5) / 255))
      #expect(PixelScaling.signed.table[byte] == Float((value - 127.5) / 127.5))
      #expect(PixelScaling.none.table[byte] == Float(value))
    }
  }

  @Test func imagesBecomeRowsAndLabelsOneHot() throws {
    let data = try sampleImages(4).dataset(scaling: .none)
    #expect(data.images.shape == [4, 6])
    #expect(data.images[2].scalars == [2, 2, 2, 2, 2, 0])
    #expect(data.labels == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]])
    #expect(
      try sampleImages(4).dataset(scaling: .unit, flattened: false).images.shape == [4, 2, 3])
    #expect(oneHot([7], classCount: 2) == [[0, 0]])
    #expect(oneHot([], classCount: 2).shape == [0, 2])
  }

  @Test func partsOfACollection() throws {
    let images = try sampleImages(7)
    #expect(images.classCounts == [3, 2, 2])
    #expect(images.first(3).labels == [0, 1, 2])
    #expect(images.first(99).count == 7 && images.first(-1).count == 0)
    #expect(images.selecting([6, 0, 6]).images[0] == images[6])
    #expect(images.shuffled(seed: 1) == images.shuffled(seed: 1))
    #expect(images.shuffled(seed: 1) != images.shuffled(seed: 2))
    #expect(images.dataset(scaling: .none).first(2).classes == [0, 1])
  }

  @Test func eachImageComesOnceWithItsLabel() throws {
    let data = try sampleImages(10).dataset(scaling: .none)
    for shuffle in [false, true] {
      let batches = data.batches(of: 4, shuffle: shuffle, seed: 3)
      var seen: [Float] = []
      var sizes: [Int] = []
      for (images, labels) in batches {
        sizes.append(images.shape[0])
        for row in 0..<images.shape[0] {
          seen.append(images[row, 0])
          #expect(
            try labels[row].reshaped([1, 3]).argMax()[element: 0] == Int64(images[row, 0]) % 3)
        }
      }
      #expect(sizes == [4, 4, 2] && batches.count == 3)
      #expect((seen == (0..<10).map { Float($0) }) != shuffle)
      #expect(seen.sorted() == (0..<10).map { Float($0) })
    }
  }

  @Test func lastBatches() throws {
    let data = try sampleImages(10).dataset(scaling: .none)
    func firsts(_ last: LastBatch, _ size: Int) -> [[Float]] {
      data.batches(of: size, shuffle: false, lastBatch: last).map { batch in
        (0..<batch.images.shape[0]).map { batch.images[$0, 0] }
      }
    }
    #expect(firsts(.keep, 4) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    #expect(firsts(.drop, 4) == [[0, 1, 2, 3], [4, 5, 6, 7]])
    #expect(firsts(.wrap, 4) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1]])
    #expect(firsts(.keep, 5).count == 2 && firsts(.drop, 11).isEmpty)
    #expect(firsts(.wrap, 12) == [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]])
    for last in [LastBatch.keep, .drop, .wrap] {
      let batches = data.batches(of: 3, seed: 1, lastBatch: last)
      #expect(batches.count == Array(batches).count)
      #expect(Array(data.first(0).batches(of: 3, lastBatch: last)).isEmpty)
    }
  }

  @Test func theSeedAndTheEpochDecideTheOrder() throws {
    let data = try sampleImages(50).dataset(scaling: .none)
    func order(_ seed: UInt64, _ epoch: Int) -> [Float] {
      data.batches(of: 7, seed: seed, epoch: epoch).flatMap { batch in
        (0..<batch.images.shape[0]).map { batch.images[$0, 0] }
      }
    }
    #expect(order(1, 0) == order(1, 0))
    #expect(order(1, 0) != order(1, 1))
    #expect(order(1, 0) != order(2, 0))
    // The generator is part of the interface: this order must never change.
    var generator = CounterGenerator(seed: 1)
    #expect(generator.permutation(10) == [5, 6, 1, 8, 7, 4, 3, 9, 0, 2])
  }

  @Test(arguments: [0, 1, 5, 9]) func skippedBatchesAreThoseThatWouldHaveCome(_ count: Int) throws {
    let data = try sampleImages(10).dataset(scaling: .none)
    var (endless, offsets) = (data.endlessBatches(of: 4, seed: 9), data.offsetBatches(of: 4))
    endless.skip(count)
    offsets.skip(count)
    let all = data.endlessBatches(of: 4, seed: 9).prefix(count + 3).map(\.images)
    #expect(endless.prefix(3).map(\.images) == Array(all.dropFirst(count)))
    let others = data.offsetBatches(of: 4).prefix(count + 3).map(\.images)
    #expect(offsets.prefix(3).map(\.images) == Array(others.dropFirst(count)))
  }

  @Test func endlessBatchesAreFullAndFair() throws {
    let data = try sampleImages(10).dataset(scaling: .none)
    var counts = [Int](repeating: 0, count: 10)
    var epochs: [[Int]] = [[]]
    for (images, _) in data.endlessBatches(of: 4, seed: 9).prefix(10) {
      #expect(images.shape == [4, 6])
      for row in 0..<4 {
        counts[Int(images[row, 0])] += 1
        if epochs[epochs.count - 1].count == 10 { epochs.append([]) }
        epochs[epochs.count - 1].append(Int(images[row, 0]))
      }
    }
    #expect(counts == [Int](repeating: 4, count: 10))
    #expect(epochs.count == 4 && Set(epochs).count == 4)
    #expect(data.first(0).endlessBatches(of: 4).prefix(1).map { $0.images }.isEmpty)
  }

  @Test func offsetsCycleAsInCourses() throws {
    let data = try sampleImages(10).dataset(scaling: .none)
    let offsets = data.offsetBatches(of: 4).prefix(8).map { Int($0.images[0, 0]) }
    #expect(offsets == (0..<8).map { ($0 * 4) % (10 - 4) })
    #expect(data.offsetBatches(of: 10).prefix(2).map { $0.images.shape[0] } == [10, 10])
    #expect(data.offsetBatches(of: 12).prefix(2).map { $0.images.shape[0] } == [10, 10])
  }

  @Test func numbersBelowABoundAreEquallyLikely() {
    var generator = CounterGenerator(seed: 4)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[generator.next(below: 7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
  }
}
