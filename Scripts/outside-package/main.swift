import Weft

let graph = Graph(seed: 1)
let x = graph.placeholder(Float.self, shape: [nil, 784], name: "x")
let labels = graph.placeholder(Float.self, shape: [nil, 10], name: "labels")
let keep = graph.placeholder(Float.self, shape: [], name: "keep")

let w1 = graph.variable(.truncatedNormal([784, 1024]), name: "w1")
let b1 = graph.variable(.zeros([1024]), name: "b1")
let w2 = graph.variable(.truncatedNormal([1024, 10]), name: "w2")
let b2 = graph.variable(.zeros([10]), name: "b2")

func logits(_ input: Node<Float>, keep: Node<Float>? = nil) -> Node<Float> {
  var hidden = relu(matmul(input, w1) + b1)
  if let keep { hidden = dropout(hidden, keep: keep) }
  return matmul(hidden, w2) + b2
}

let scores = logits(x, keep: keep)
let loss =
  mean(softmaxCrossEntropy(logits: scores, labels: labels))
  + 0.005 * (l2Loss(w1) + l2Loss(w2))
let train = GradientDescent(learningRate: 0.5).minimize(loss)
let prediction = softmax(logits(x))

let session = try Session(graph)
try session.initializeVariables()

// Ten patterns, each image one of them with noise: a model must tell them apart.
struct Noise {
  var state: UInt64 = 42
  mutating func next() -> UInt8 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(state >> 57)
  }
}
var noise = Noise()
let patterns = (0..<10).map { _ in (0..<784).map { _ in noise.next() } }
let classes = (0..<1280).map { UInt8($0 % 10) }
let pixels = classes.flatMap { patterns[Int($0)].map { $0 + noise.next() } }
let training = try LabelledImages(
  images: try Tensor(shape: [1280, 28, 28], scalars: pixels), labels: classes,
  classNames: LabelledImages.digits
).dataset(scaling: .centered)

var losses: [Float] = []
for batch in training.endlessBatches(of: 128, seed: 1).prefix(400) {
  let (_, l, p) = try session.run(
    train, loss, prediction, feeding: [x: batch.images, labels: batch.labels, keep: 0.5])
  losses.append(l.scalar ?? .nan)
  precondition(p.shape == [128, 10])
}
print("loss \(losses[0]) at first, \(losses[losses.count - 1]) at last")
guard let last = losses.last, last < losses[0] / 2 else {
  fatalError("it did not learn")
}
