import Weft

/// The networks that the examples know.
public enum ModelKind: String, CaseIterable, Sendable {
  /// No hidden layer.
  case logistic
  /// A hidden layer or two.
  case mlp
  /// The deepest that the program asks for.
  case deep
  /// Two convolutions with pooling before a hidden layer.
  case lenet
}

/// How weights begin; biases begin at zero.
public enum WeightStart: Sendable, Equatable {
  /// Normal numbers of this standard deviation, none beyond two of them.
  case truncatedNormal(stddev: Float)
  /// Normal numbers of the standard deviation √(2 / inputs), after He et al. (2015).
  case he
  /// Even numbers in ±√(6 / (inputs + outputs)), after Glorot and Bengio (2010): what a variable got
  /// without an initializer has in TensorFlow 1.
  case glorot
  /// Zeros: for a network without hidden layers only.
  case zeros
}

/// How a minibatch is taken from the training images.
public enum BatchOrder: Sendable, Equatable {
  /// The next rows, at the offset `step * size % (count - size)`.
  case offsets
  /// Every epoch in another random order.
  case shuffled
}

/// How long training goes on.
public enum TrainingLength: Sendable, Equatable {
  /// So many minibatches.
  case steps(Int)
  /// So many times through the training images.
  case epochs(Int)

  /// The number of minibatches.
  public func steps(count: Int, batchSize: Int) -> Int {
    switch self {
    case .steps(let steps): steps
    case .epochs(let epochs): epochs * max(1, count / max(1, min(batchSize, count)))
    }
  }
}

/// A learning rate that shrinks: rate * factor^(step / period).
public struct RateDecay: Sendable, Equatable {
  /// The steps in which the rate shrinks once by the factor.
  public var period: Int
  /// What the rate is multiplied by in a period.
  public var factor: Double
}

/// Everything that decides what a training run computes.
public struct Settings: Sendable, Equatable {
  /// The network by its name.
  public var model: ModelKind
  /// The filters of each convolution of 5 x 5, which ReLU and pooling of 2 x 2 follow.
  public var filters: [Int] = []
  /// How pixels become numbers.
  public var scaling: PixelScaling
  /// The units of each hidden layer.
  public var hidden: [Int]
  /// How weights begin.
  public var start: WeightStart
  /// The rule by which weights follow the gradient.
  public var optimizer: OptimizerKind
  /// The step size, at first.
  public var learningRate: Double
  /// How the step size shrinks; nil if it does not.
  public var decay: RateDecay?
  /// The factor of the weights' l2Loss in the loss.
  public var beta: Double
  /// The part of the hidden units that training keeps.
  public var keep: Double
  /// The decay of the weights' running averages, by which images are classified instead of by the
  /// weights themselves; nil for those.
  public var averaging: Double?
  /// How long training goes on.
  public var length: TrainingLength
  /// The images in a minibatch.
  public var batchSize: Int
  /// How minibatches are taken from the training images.
  public var order: BatchOrder
  /// Decides the first weights, dropout and a random order of images.
  public var seed = 1
  /// How many of the training images are used; nil for all.
  public var trainCount: Int?
  /// How many threads the session uses; nil for all that the process may.
  public var threads: Int?
  /// The device, such as `/gpu:0`; nil for the first GPU, and the CPU where there is none.
  public var device: String?

  /// The devices that train together, each on a part of the batch; none for training on one.
  public var towers: [String] = []
  /// Whether operations may run elsewhere whose device is not there.
  public var allowsSoftPlacement = false

  /// Two lines that say what will be trained and how.
  public var description: String {
    var layers = hidden.isEmpty ? "no hidden layer" : "hidden layers \(hidden)"
    if !filters.isEmpty { layers = "convolutions with \(filters) filters, " + layers }
    var parts = ["\(optimizer.rawValue), learning rate \(Text.setting(learningRate))"]
    if let decay { parts[0] += " x \(decay.factor)^(step/\(decay.period))" }
    parts.append("batches of \(batchSize)")
    parts.append("pixels \(scaling.range)")
    if beta > 0 { parts.append("beta \(Text.setting(beta))") }
    if keep < 1 { parts.append("keep \(Text.setting(keep))") }
    if let averaging { parts.append("weights averaged with decay \(Text.setting(averaging))") }
    parts.append("seed \(seed)")
    if !towers.isEmpty { parts.append("towers on \(towers.joined(separator: ", "))") }
    return "model \(model.rawValue): \(layers)\n" + parts.joined(separator: ", ")
  }
}

extension PixelScaling {
  /// The numbers that pixels become.
  fileprivate var range: String {
    switch self {
    case .unit: "0 to 1"
    case .centered: "-0.5 to 0.5"
    case .signed: "-1 to 1"
    case .none: "0 to 255"
    }
  }
}
