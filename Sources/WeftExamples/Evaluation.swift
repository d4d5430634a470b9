import Weft

/// Classifies images batch by batch, so that memory stays small.
struct Evaluation {
  private let step: PreparedStep<Node<Int64>>
  private let batchSize = 1000

  init(of classifier: Classifier, in session: Session) throws(GraphError) {
    step = try session.prepare(classifier.predictions, feeding: classifier.images)
  }

  /// The most likely class of each image.
  func predictions(for images: ImageDataset) throws(GraphError) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(images.count)
    for batch in images.batches(of: batchSize, shuffle: false) {
      let classes = try step.run(batch.images)
      classes.withUnsafeScalars { scalars in
        for scalar in scalars { result.append(Int(scalar)) }
      }
    }
    return result
  }

  /// The part of the images that are classified rightly.
  func accuracy(on images: ImageDataset) throws(GraphError) -> Double {
    WeftExamples.accuracy(of: try predictions(for: images), on: images.classes)
  }
}

/// The part of the predictions that are right; 0 of none.
func accuracy(of predictions: [Int], on classes: [UInt8]) -> Double {
  guard !classes.isEmpty else { return 0 }
  let hits = zip(predictions, classes).count { $0 == Int($1) }
  return Double(hits) / Double(classes.count)
}
