import Glibc
import Weft

// Times a training step of each workload as peers/peers.py does: fresh host batches, forward,
// backward, update, and loss and predictions back on the host; and operations as peers/operations.py
// does. Prints a JSON object a workload.
//
//   weft-bench [--workload all|NAME,NAME] [--data FOLDER] [--repeats N]
//   weft-bench --floor yes --workload NAME     what no implementation can go below
//   weft-bench --workload start                one step of mlp1024, to time the whole process
//   weft-bench --workload NAME --profile STEPS [--trace FILE]
//   weft-bench --workload overhead [--repeats N]
//   weft-bench --workload accuracy [--stride N]
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

/// MNIST's training images, or noise of their shape where no data is given: the time of a step does not
/// depend on them.
func load(_ folder: String) throws -> ImageDataset {
  if !folder.isEmpty { return try MNIST.load(folder: folder).train.dataset(scaling: .centered) }
  let count = 6000
  let pixels = (0..<count * 784).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 16) }
  return try LabelledImages(
    images: Tensor(shape: [count, 28, 28], scalars: pixels),
    labels: (0..<count).map { UInt8($0 % 10) }, classNames: LabelledImages.digits
  ).dataset(scaling: .centered)
}

let names = option("--workload", "all")
let repeats = Int(option("--repeats", "5")) ?? 5
if names == "accuracy" {
  try Accuracy.printAll(stride: UInt32(option("--stride", "1")) ?? 1)
  exit(0)
}
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
/// Times `steps` calls as often as asked and prints the median of a call.
func time(_ workload: String, framework: String = "weft", steps: Int, _ once: () throws -> Float)
  throws
{
  var last: Float = 0
  for _ in 0..<max(min(steps, 20), steps / 5) { last = try once() }
  var times: [Double] = []
  for _ in 0..<max(repeats, 1) {
    let began = seconds()
    for _ in 0..<steps { last = try once() }
    times.append((seconds() - began) / Double(steps) * 1e6)
  }
  times.sort()
  report(workload, framework, times[times.count / 2], times[0], last)
}

func report(
  _ workload: String, _ framework: String, _ median: Double, _ least: Double, _ loss: Float
) {
  func precise(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
  print(
    "{\"framework\": \"\(framework)\", \"device\": \"\(BenchDevice.kind)\", "
      + "\"workload\": \"\(workload)\", "
      + "\"us_per_step\": \(precise(median)), \"us_min\": \(precise(least)), "
      + "\"last_loss\": \(loss), \"peak_mb\": \(peakMegabytes())\(BenchDevice.peak)}")
}

let chosen = names.split(separator: ",").map(String.init)
if !option("--floor", "").isEmpty {
  for workload in Workload.all where chosen.contains(workload.name) && workload.filters.isEmpty {
    let products = try Floors.products(workload)
    try time(workload.name, framework: "floor", steps: workload.steps) {
      try products()
      return 0
    }
  }
  for name in chosen {
    guard let bytes = Floors.bytes[name] else { continue }
    let least = Floors.copying(bytes: bytes)
    report(name, "floor", least, least, 0)
  }
  exit(0)
}
if names == "start" {
  let workload = Workload(name: "start", hidden: [1024], rate: 0.1, batch: 128, steps: 1)
  let step = try workload.model().prepare()
  let images = try Tensor<Float>.zeros([128, 784])
  let labels = try Tensor<Float>(repeating: 0.1, shape: [128, 10])
  let loss = try step.run(images, labels).1.scalar ?? .nan
  report("start", "weft", 0, 0, loss)
  exit(0)
}
for operation in Operations.all where chosen.contains(operation.name) {
  let run = try operation.prepare()
  try time(operation.name, steps: operation.steps) {
    try run()
    return 0
  }
}
let workloads = Workload.all.filter { names == "all" || chosen.contains($0.name) }
if workloads.isEmpty { exit(0) }
let data = try load(option("--data", ""))

for workload in workloads {
  var batches = data.offsetBatches(of: workload.batch)
  func batch() throws -> Batch {
    guard let batch = batches.next() else { throw DataError("there are no images") }
    return batch
  }
  if let steps = Int(option("--profile", "")) {
    try workload.profile(try batch(), steps: steps, file: option("--trace", ""))
    continue
  }
  let step = try workload.model().prepare()
  // On a GPU a few steps are over too soon to be timed.
  let steps = BenchDevice.kind == "gpu" ? max(workload.steps, 100) : workload.steps
  try time(workload.name, steps: steps) {
    let (images, labels) = try batch()
    return try step.run(images, labels).1.scalar ?? .nan
  }
}
