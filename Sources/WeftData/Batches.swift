import WeftTensor

/// Some images and their one-hot labels, in the same order.
public typealias Batch = (images: Tensor<Float>, labels: Tensor<Float>)

/// What becomes of a last batch that is not full.
public enum LastBatch: Sendable, Hashable {
  /// It is smaller than the others.
  case keep
  /// It is left out.
  case drop
  /// It is filled up from the beginning of the same order.
  case wrap
}

extension ImageDataset {
  /// All images once, in batches.
  ///
  /// With `shuffle` the order depends on the seed and the epoch only. The size must be positive.
  ///
  /// ```swift
  /// for epoch in 0..<3 {
  ///   for batch in data.batches(of: 128, seed: 1, epoch: epoch) { /* batch.images */ }
  /// }
  /// ```
  public func batches(
    of size: Int, shuffle: Bool = true, seed: UInt64 = 0, epoch: Int = 0,
    lastBatch: LastBatch = .keep
  ) -> Batches {
    Batches(
      dataset: self, size: size, lastBatch: lastBatch,
      order: shuffle ? epochOrder(seed: seed, epoch: epoch) : nil)
  }

  /// Batches without end: epoch after epoch, each in an order of its own, always full.
  ///
  /// A batch at the border of two epochs has images of both. The size must be positive. Without
  /// images there are no batches.
  public func endlessBatches(of size: Int, shuffle: Bool = true, seed: UInt64 = 0)
    -> EndlessBatches
  {
    EndlessBatches(dataset: self, size: size, seed: seed, shuffle: shuffle)
  }

  /// Batches without end at the offsets `(step * size) % (count - size)`, without shuffling.
  ///
  /// The customary loop of courses: consecutive rows, the last of which never come first. The size
  /// must be positive; a size of `count` or more gives all images each time.
  public func offsetBatches(of size: Int) -> OffsetBatches {
    OffsetBatches(dataset: self, size: size)
  }

  func epochOrder(seed: UInt64, epoch: Int) -> [Int] {
    var generator = CounterGenerator(seed: seed, stream: UInt64(bitPattern: Int64(epoch)))
    return generator.permutation(count)
  }
}

/// All images of a set once, in batches; see ``ImageDataset/batches(of:shuffle:seed:epoch:lastBatch:)``.
public struct Batches: Sequence, IteratorProtocol, Sendable {
  private let dataset: ImageDataset
  private let size: Int
  private let lastBatch: LastBatch
  private let order: [Int]?
  private var position = 0

  init(dataset: ImageDataset, size: Int, lastBatch: LastBatch, order: [Int]?) {
    precondition(size > 0, "batches of \(size) images")
    self.dataset = dataset
    self.size = size
    self.lastBatch = lastBatch
    self.order = order
  }

  /// The number of batches.
  public var count: Int {
    let full = dataset.count / size
    return lastBatch == .drop || dataset.count % size == 0 ? full : full + 1
  }

  public mutating func next() -> Batch? {
    let start = position
    let rest = dataset.count - start
    guard rest > 0, lastBatch != .drop || rest >= size else { return nil }
    position += Swift.min(size, rest)
    if rest < size, lastBatch == .wrap {
      let positions = (start..<start + size).lazy.map { [dataset] in $0 % dataset.count }
      return dataset.batch(positions.map { [order] in order?[$0] ?? $0 })
    }
    guard let order else { return dataset.batch(at: start, size: size) }
    return dataset.batch(order[start..<position])
  }
}

/// Batches without end; see ``ImageDataset/endlessBatches(of:shuffle:seed:)``.
public struct EndlessBatches: Sequence, IteratorProtocol, Sendable {
  private let dataset: ImageDataset
  private let size: Int
  private let seed: UInt64
  private let shuffle: Bool
  private var epoch = 0
  private var order: [Int] = []
  private var position = 0

  init(dataset: ImageDataset, size: Int, seed: UInt64, shuffle: Bool) {
    precondition(size > 0, "batches of \(size) images")
    self.dataset = dataset
    self.size = size
    self.seed = seed
    self.shuffle = shuffle
  }

  public mutating func next() -> Batch? {
    guard dataset.count > 0 else { return nil }
    var indices: [Int] = []
    indices.reserveCapacity(size)
    while indices.count < size {
      beginEpochIfDone()
      let end = Swift.min(order.count, position + size - indices.count)
      indices += order[position..<end]
      position = end
    }
    return dataset.batch(indices)
  }

  /// Leaves out so many batches without making them, as for a training that goes on from a checkpoint.
  public mutating func skip(_ count: Int) {
    guard dataset.count > 0 else { return }
    for _ in 0..<Swift.max(0, count) {
      var rest = size
      while rest > 0 {
        beginEpochIfDone()
        let taken = Swift.min(order.count - position, rest)
        position += taken
        rest -= taken
      }
    }
  }

  private mutating func beginEpochIfDone() {
    guard position == order.count else { return }
    order = shuffle ? dataset.epochOrder(seed: seed, epoch: epoch) : Array(0..<dataset.count)
    epoch += 1
    position = 0
  }
}

/// Batches without end at cycling offsets; see ``ImageDataset/offsetBatches(of:)``.
public struct OffsetBatches: Sequence, IteratorProtocol, Sendable {
  private let dataset: ImageDataset
  private let size: Int
  private var offset = 0

  init(dataset: ImageDataset, size: Int) {
    precondition(size > 0, "batches of \(size) images")
    self.dataset = dataset
    self.size = size
  }

  public mutating func next() -> Batch? {
    guard dataset.count > 0 else { return nil }
    defer { skip(1) }
    return dataset.batch(at: offset, size: size)
  }

  /// Leaves out so many batches without making them, as for a training that goes on from a checkpoint.
  public mutating func skip(_ count: Int) {
    let period = dataset.count - size
    for _ in 0..<Swift.max(0, count) { offset = period > 0 ? (offset + size) % period : 0 }
  }
}
