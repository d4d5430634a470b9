import WeftOps

/// Whether a layer trains: fixed, or said by a node in each run.
private enum Training {
  case fixed(Bool)
  case node(Node<Bool>)
}

/// How a ``batchNormalization(_:training:settings:name:reuse:fileID:line:)`` layer works.
public struct BatchNormalizationSettings: Sendable {
  /// How much of the moving averages stays in each update.
  public var momentum: Double
  /// Keeps the root away from 0.
  public var epsilon: Double
  /// Whether an offset is learned, `beta`.
  public var center: Bool
  /// Whether a scale is learned, `gamma`.
  public var scale: Bool

  /// Settings; the defaults are TensorFlow's.
  public init(
    momentum: Double = 0.99, epsilon: Double = 0.001, center: Bool = true, scale: Bool = true
  ) {
    self.momentum = momentum
    self.epsilon = epsilon
    self.center = center
    self.scale = scale
  }
}

/// Batch normalisation over all axes but the last (Ioffe and Szegedy, 2015).
///
/// Formula: gamma (x - mean) / √(variance + ε) + beta, with the batch's own moments in training and
/// their moving averages otherwise. Variables of the last dimension's length: `gamma`, `beta`,
/// `moving_mean`, `moving_variance` in the scope `batch_normalization`.
///
/// ```swift
/// let y = batchNormalization(x, training: true)
/// let updates = graph.collection(Graph.updateOperations).map(\.operation)
/// let train = graph.after(updates) { Adam().minimize(loss) }
/// ```
/// Images, [n, height, width, channels], move the average of the unbiased variance, n / (n - 1), as
/// TensorFlow's fused kernel does; all other shapes that of the batch itself.
///
/// The operations that move the averages are in the collection ``WeftGraph/Graph/updateOperations``:
/// training must run them, or the averages stay at 0 and 1.
public func batchNormalization<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, training: Bool,
  settings: BatchNormalizationSettings = BatchNormalizationSettings(), name: String? = nil,
  reuse: VariableReuse? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  normalized(x.node, .fixed(training), settings, name, reuse, SourceLocation(fileID, line))
}

/// Batch normalisation where each run says whether it trains.
///
/// ```swift
/// let training = graph.placeholder(Bool.self, shape: [], name: "training")
/// let y = batchNormalization(x, training: training)
/// ```
public func batchNormalization<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, training: some NodeConvertible<Bool>,
  settings: BatchNormalizationSettings = BatchNormalizationSettings(), name: String? = nil,
  reuse: VariableReuse? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  normalized(x.node, .node(training.node), settings, name, reuse, SourceLocation(fileID, line))
}

private func normalized<S: FloatingScalar>(
  _ x: Node<S>, _ training: Training, _ settings: BatchNormalizationSettings, _ name: String?,
  _ reuse: VariableReuse?, _ location: SourceLocation
) -> Node<S> {
  let graph = x.graph
  return graph.layer(name, "batch_normalization", reuse: reuse, at: location) {
    guard let rank = x.shape.rank, rank > 1, let channels = x.shape[-1] else {
      return refuse(
        x, "batchNormalization", "takes the shape [..., n] with n known, not \(x.shape)",
        at: location)
    }
    func variable(_ name: String, _ value: S, trainable: Bool = true) -> Variable<S> {
      graph.getVariable(
        S.self, name, shape: [channels], .constant(value), trainable: trainable,
        fileID: location.fileID, line: location.line)
    }
    let gamma = settings.scale ? variable("gamma", 1) : nil
    let beta = settings.center ? variable("beta", 0) : nil
    let averages = MovingMoments(
      mean: variable("moving_mean", 0, trainable: false),
      variance: variable("moving_variance", 1, trainable: false), momentum: S(settings.momentum))
    let used = averages.used(x, axes: Array(0..<rank - 1), training)
    return batchNormalization(
      x, mean: used.mean, variance: used.variance, offset: beta, scale: gamma,
      epsilon: S(settings.epsilon), fileID: location.fileID, line: location.line)
  }
}

/// The moving averages of a layer's moments.
private struct MovingMoments<S: FloatingScalar> {
  let mean: Variable<S>
  let variance: Variable<S>
  let momentum: S

  /// The moments to normalise by; in training, the batch's own, which also move the averages.
  func used(_ x: Node<S>, axes: [Int], _ training: Training) -> (mean: Node<S>, variance: Node<S>) {
    switch training {
    case .fixed(false): return (mean.node, variance.node)
    case .fixed(true):
      let batch = moments(x, axes: axes)
      let rest = x.graph.constant(S(1) - momentum, name: "rest")
      move(by: rest, batch, of: x)
      return batch
    case .node(let condition):
      let batch = moments(x, axes: axes)
      let rest = x.graph.constant(S(1) - momentum, name: "rest")
      // Outside training the averages move by nothing.
      move(by: select(condition, rest, x.graph.constant(S(0), name: "still")), batch, of: x)
      return (
        select(condition, batch.mean, mean.node), select(condition, batch.variance, variance.node)
      )
    }
  }

  private func move(by rest: Node<S>, _ batch: (mean: Node<S>, variance: Node<S>), of x: Node<S>) {
    var spread = batch.variance
    if x.shape.rank == 4 {
      let count = cast(size(x) / size(spread), to: S.self)
      spread = spread * (count / maximum(count - S(1), S(1)))
    }
    let updates = [
      mean.assignSub((mean - batch.mean) * rest, name: "AssignMovingAvg"),
      variance.assignSub((variance - spread) * rest, name: "AssignMovingAvg_1"),
    ]
    rest.graph.addToCollection(Graph.updateOperations, updates.map { $0.output(0) })
  }
}
