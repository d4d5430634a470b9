import Glibc
import Weft

// Times a training step of each workload as peers/peers.py does: fresh host batches, forward,
// backward, update, and loss and predictions back on the host. Prints a JSON object a workload.
//
//   weft-bench [--workload all|NAME,NAME] [--data FOLDER] [--repeats N]
//   weft-bench --workload NAME --profile STEPS [--trace FILE]
//   weft-bench --workload overhead [--repeats N]
//   weft-bench --workload compile [--nodes 1000,10000,100000] [--graphs chain,layers]

func option(_ name: String, _ fallback: String) -> String {
  let arguments = CommandLine.arguments
  guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else {
    return fallback
  }
  return arguments[index + 1]
}

func seconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}

func peakMegabytes() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss / 1024
}

func fixed(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

/// The standard form of the data: pixels centred, classes one-hot. Numbers of the same shape where
/// no data is given: the time of a step does not depend on them.
func load(_ folder: String) throws -> (images: Tensor<Float>, labels: Tensor<Float>) {
  if folder.isEmpty {
    let count = 6000
    let images = (0..<count * 784).map { Float(($0 * 2_654_435_761) % 256) / 255 - 0.5 }
    let labels = (0..<count * 10).map { Float($0 % 10 == ($0 / 10) % 10 ? 1 : 0) }
    return (
      try Tensor(shape: [count, 784], scalars: images),
      try Tensor(shape: [count, 10], scalars: labels)
    )
  }
  let data = try MNIST.load(folder: folder).train.dataset(scaling: .centered)
  return (data.images, data.labels)
}

let names = option("--workload", "all")
let repeats = Int(option("--repeats", "5")) ?? 5
if names == "overhead" {
  try RunOverhead.runAll(repeats: repeats)
  exit(0)
}
if names == "compile" {
  let sizes = option("--nodes", "1000,10000,100000").split(separator: ",").compactMap { Int($0) }
  let families = option("--graphs", "").split(separator: ",").compactMap {
    CompileScaling.Family(rawValue: String($0))
  }
  try CompileScaling.runAll(
    sizes: sizes, families: families.isEmpty ? CompileScaling.Family.allCases : families)
  exit(0)
}
let data = try load(option("--data", ""))
let count = data.images.shape[0]

let chosen = names.split(separator: ",").map(String.init)
for workload in Workload.all where names == "all" || chosen.contains(workload.name) {
  if let steps = Int(option("--profile", "")) {
    try workload.profile(data.images, data.labels, steps: steps, file: option("--trace", ""))
    continue
  }
  let step = try workload.model().prepare()
  var index = 0
  var loss: Float = 0
  func once() throws {
    let offset = (index * workload.batch) % (count - workload.batch)
    index += 1
    let rows = offset..<offset + workload.batch
    loss = try step.run(data.images[rows], data.labels[rows]).1.scalar ?? .nan
  }
  for _ in 0..<max(20, workload.steps / 5) { try once() }
  var times: [Double] = []
  for _ in 0..<max(repeats, 1) {
    let began = seconds()
    for _ in 0..<workload.steps { try once() }
    times.append((seconds() - began) / Double(workload.steps) * 1e6)
  }
  times.sort()
  print(
    "{\"framework\": \"weft\", \"device\": \"cpu\", \"workload\": \"\(workload.name)\", "
      + "\"us_per_step\": \(fixed(times[times.count / 2])), \"us_min\": \(fixed(times[0])), "
      + "\"last_loss\": \(loss), \"peak_mb\": \(peakMegabytes())}")
}
