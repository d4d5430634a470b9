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

let training = try LabelledImages.letters.train.dataset(scaling: .centered)
var first: Float = 0
var last: Float = 0
for (step, batch) in training.endlessBatches(of: 128, seed: 1).prefix(60).enumerated() {
  let (_, l, p) = try session.run(
    train, loss, prediction, feeding: [x: batch.images, labels: batch.labels, keep: 0.5])
  if step == 0 { first = l.scalar ?? 0 }
  last = l.scalar ?? 0
  precondition(p.shape == [128, 10])
}
print("loss \(first) at first, \(last) after 60 steps")
guard last < first / 2, last.isFinite else { fatalError("the program did not learn") }
