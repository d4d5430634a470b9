/// Three parts of one collection of images that share no image.
public struct DataSplit: Sendable {
  /// The images to learn from.
  public let train: LabelledImages
  /// The images to choose settings by.
  public let validation: LabelledImages
  /// The images that judge the result.
  public let test: LabelledImages
}

extension LabelledImages {
  /// Divides the images at random into parts of the given sizes, with the classes in proportion.
  ///
  /// Equal images always go to the same part, so that nothing learnt by heart can score; repeated
  /// images go to `train` as long as there are enough others. Each part is in random order. The same
  /// seed gives the same parts on every machine.
  ///
  /// ```swift
  /// let parts = try letters.split(train: 8000, validation: 1000, test: 1000, seed: 1)
  /// ```
  /// Throws ``DataError`` if there are too few images, or if repeated ones prevent these very sizes.
  public func split(
    train: Int, validation: Int, test: Int, seed: UInt64
  ) throws(DataError) -> DataSplit {
    let sizes = [train, validation, test]
    guard sizes.allSatisfy({ $0 >= 0 }), train <= count, validation <= count - train,
      test <= count - train - validation
    else {
      throw DataError(
        "\(count) images cannot be split into \(train) + \(validation) + \(test)")
    }
    var pool = GroupPool(self, seed: seed)
    let testPart = try pool.take(test, "test", repeatedFirst: false)
    let validationPart = try pool.take(validation, "validation", repeatedFirst: false)
    let trainPart = try pool.take(train, "train", repeatedFirst: true)
    return DataSplit(
      train: selecting(trainPart), validation: selecting(validationPart),
      test: selecting(testPart))
  }
}

/// The sets of equal images that no part has yet, by the class of their first image.
private struct GroupPool {
  private var groups: [[[Int]]]
  private let sizes: [Int]
  private var generator: CounterGenerator

  init(_ images: LabelledImages, seed: UInt64) {
    generator = CounterGenerator(seed: seed)
    groups = Array(repeating: [], count: images.classNames.count)
    for group in generator.shuffled(images.duplicateGroups()) {
      groups[Int(images.labels[group[0]])].append(group)
    }
    sizes = groups.map { $0.reduce(0) { $0 + $1.count } }
  }

  /// Exactly so many images, in random order.
  mutating func take(_ count: Int, _ name: String, repeatedFirst: Bool) throws(DataError) -> [Int] {
    var taken: [Int] = []
    for (label, quota) in quotas(count).enumerated() {
      var open = quota
      if repeatedFirst { open -= move(open, from: label, repeated: true, to: &taken) }
      _ = move(open, from: label, repeated: false, to: &taken)
    }
    // Rounding and repeated images may leave a few places, which any class may fill.
    for repeated in [false, true] {
      for label in groups.indices {
        _ = move(count - taken.count, from: label, repeated: repeated, to: &taken)
      }
    }
    guard taken.count == count else {
      throw DataError(
        "the \(name) part can have \(taken.count) images, not \(count), unless equal images are in "
          + "several parts: ask for fewer, or remove the duplicates first")
    }
    return generator.shuffled(taken)
  }

  /// Moves sets of a class as long as they fit; the number of images moved.
  private mutating func move(
    _ room: Int, from label: Int, repeated: Bool, to taken: inout [Int]
  ) -> Int {
    guard room > 0 else { return 0 }
    let before = taken.count
    var kept: [[Int]] = []
    for group in groups[label] {
      let fits = group.count <= room - (taken.count - before)
      if (group.count > 1) == repeated, fits { taken += group } else { kept.append(group) }
    }
    groups[label] = kept
    return taken.count - before
  }

  /// How many images of each class make so many, by the method of largest remainders.
  private func quotas(_ count: Int) -> [Int] {
    let total = sizes.reduce(0, +)
    guard total > 0 else { return sizes }
    let products = sizes.map { count.multipliedFullWidth(by: $0) }
    var quotas = products.map { total.dividingFullWidth($0).quotient }
    let remainders = products.map { total.dividingFullWidth($0).remainder }
    let order = sizes.indices.sorted { (remainders[$0], $1) > (remainders[$1], $0) }
    for label in order.prefix(count - quotas.reduce(0, +)) { quotas[label] += 1 }
    return quotas
  }
}
