import Weft
import WeftTensorFlow

/// Runs a question for many steps: some feeds are the same in each, some have an entry for each.
struct Stepper {
  private let session: Session
  private let constant: [NamedTensor]
  private let sliced: [NamedTensor]
  private let steps: Int
  private let isStacked: Bool
  private let summaries: [(name: String, node: SummaryNode)]
  private let trace: RunTrace?

  private struct NamedTensor {
    let name: String
    let output: Output
    let value: AnyTensor
  }

  /// Looks the feeds up.
  ///
  /// Throws ``WeftGraph/GraphError`` for a feed of an unknown node, and one whose leading axis is
  /// shorter than the number of steps.
  init(
    session: Session, nodes: ImportedGraph, feeds: [String: AnyTensor], eachStep: [String],
    steps: Int, summaries: [String] = [], trace: RunTrace? = nil
  ) throws(GraphError) {
    var named: [(name: String, node: SummaryNode)] = []
    for name in summaries { named.append((name, try nodes.summary(name))) }
    self.summaries = named
    self.trace = trace
    self.session = session
    self.steps = steps
    isStacked = steps > 1 || !eachStep.isEmpty
    var constant: [NamedTensor] = []
    var sliced: [NamedTensor] = []
    for (name, value) in feeds.sorted(by: { $0.key < $1.key }) {
      let fed = NamedTensor(name: name, output: try nodes.output(name), value: value)
      guard eachStep.contains(name) else {
        constant.append(fed)
        continue
      }
      guard let count = value.shape.first, count >= steps else {
        throw GraphError(
          .invalidFeed, "has the shape \(value.shape): no entry for each of \(steps) steps",
          subject: "feed '\(name)'")
      }
      sliced.append(fed)
    }
    if let missing = eachStep.first(where: { feeds[$0] == nil }) {
      throw GraphError(
        .missingFeed, "'\(missing)' is to be fed in each step, and the feeds do not have it")
    }
    self.constant = constant
    self.sliced = sliced
  }

  /// The results by name; over several steps stacked along a new first axis.
  ///
  /// Summaries are given as they were in the last step, among the results as the bytes of a message.
  func run(_ wanted: [NamedOutput], _ targets: [GraphOperation]) throws
    -> (results: [String: AnyTensor], summaries: [[SummaryValue]])
  {
    var last: [[SummaryValue]] = []
    var rows = wanted.map { _ in [AnyTensor]() }
    for step in 0..<steps {
      var feeds = Feeds()
      for feed in constant { feeds.feed(AnyFeed(feed.output), feed.value) }
      for feed in sliced { feeds.feed(AnyFeed(feed.output), try entry(step, of: feed.value)) }
      let (values, _, summarized) = try session.run(
        wanted.map(\.output), targets, summaries.map(\.node), feeding: feeds, trace: trace)
      last = summarized
      for (index, value) in values.enumerated() { rows[index].append(value) }
    }
    var results: [String: AnyTensor] = [:]
    for (named, row) in zip(wanted, rows) {
      results[named.name] = isStacked ? try stacked(row, named.name) : row[0]
    }
    for ((name, _), values) in zip(summaries, last) {
      results[name] = Tensor<UInt8>(try SummaryValue.serialized(values)).erased
    }
    return (results, last)
  }

  /// One entry along the first axis.
  private func entry(_ index: Int, of tensor: AnyTensor) throws -> AnyTensor {
    var result = try AnyTensor(
      uninitialized: tensor.dtype, shape: Array(tensor.shape.dropFirst()))
    let size = result.byteCount
    result.withUnsafeMutableBytes { target in
      tensor.withUnsafeBytes { source in
        target.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[index * size..<(index + 1) * size]))
      }
    }
    return result
  }

  private func stacked(_ rows: [AnyTensor], _ name: String) throws -> AnyTensor {
    guard rows.allSatisfy({ $0.shape == rows[0].shape }) else {
      throw GraphError(
        .invalidFetch, "'\(name)' has another shape in each step and cannot be stacked")
    }
    var result = try AnyTensor(uninitialized: rows[0].dtype, shape: [rows.count] + rows[0].shape)
    let size = rows[0].byteCount
    result.withUnsafeMutableBytes { target in
      for (index, row) in rows.enumerated() where size > 0 {
        row.withUnsafeBytes { source in
          UnsafeMutableRawBufferPointer(rebasing: target[index * size..<(index + 1) * size])
            .copyMemory(from: source)
        }
      }
    }
    return result
  }
}

/// A node of any element type, to be fed.
struct AnyFeed: Feedable {
  let output: Output
  init(_ output: Output) { self.output = output }
  var feedType: DType { output.type?.dtype ?? .float32 }
}
