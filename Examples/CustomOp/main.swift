import Glibc
import Weft
import WeftExamples

// Learns one picture for each digit, such that images are nearest to the picture of their own digit.
// The distances are an operation of this example: see SquaredDistances.swift.

do {
  let parts = try DataFolder.digits.loadBundled()
  let training = parts.train.dataset(scaling: .unit)
  let test = parts.test.dataset(scaling: .unit)

  let graph = Graph(seed: 1)
  let images = graph.placeholder(Float.self, shape: [nil, 784], name: "images")
  let labels = graph.placeholder(Float.self, shape: [nil, 10], name: "labels")
  let prototypes = graph.variable(.zeros([10, 784]), name: "prototypes")

  let distances = squaredDistances(images, prototypes)
  let mistakes = mean(softmaxCrossEntropy(logits: -distances, labels: labels))
  // A little pull towards the images themselves makes pictures that can be looked at.
  let loss = mistakes + 0.02 * mean(sum(distances * labels, axes: [1]))
  let train = Adam(learningRate: 0.01).minimize(loss)
  let hits = cast(equal(argMin(distances, axis: 1), argMax(labels, axis: 1)), to: Float.self)
  let accuracy = mean(hits)

  let session = try Session(graph)
  try session.initializeVariables()
  let step = try session.prepare(train, loss, feeding: images, labels)
  for (index, batch) in training.endlessBatches(of: 100, seed: 1).prefix(501).enumerated() {
    let (_, value) = try step.run(batch.images, batch.labels)
    if index % 100 == 0 { print("step \(index): loss \(value)") }
  }
  let found = try session.run(accuracy, feeding: [images: test.images, labels: test.labels])
  print("test accuracy \(Text.percent(Double(found.scalar ?? 0)))")

  let pictures = try session.value(of: prototypes).reshaped([10, 28, 28])
  let brightest = max(pictures.scalars.max() ?? 1, 1e-6)
  let cells = try (0..<10).map { digit in
    let pixels = pictures[digit].map { UInt8(max(0, $0) / brightest * 255) }
    return try ContactSheet.Cell(image: pixels, caption: String(digit))
  }
  try Path.createFolder("output")
  try ContactSheet(cells: cells, columns: 5, scale: 4).write(to: "output/prototypes.png")
  print("written: output/prototypes.png")
} catch {
  print("\(error)")
  exit(1)
}
