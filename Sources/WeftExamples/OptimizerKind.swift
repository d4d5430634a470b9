import Weft

/// The optimizers by the names that the command line takes.
public enum OptimizerKind: String, CaseIterable, Sendable {
  case sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam, ftrl

  /// A usual learning rate, for when neither the user nor the program's preset names one.
  public var usualLearningRate: Double {
    switch self {
    case .sgd: 0.1
    case .momentum, .nesterov: 0.01
    case .adagrad, .ftrl: 0.05
    case .rmsprop, .adam: 0.001
    case .adadelta: 1
    }
  }

  /// The optimizer with a learning rate.
  public func make(learningRate: any HyperParameter) -> any Optimizer {
    switch self {
    case .sgd: GradientDescent(learningRate: learningRate)
    case .momentum: Momentum(learningRate: learningRate, momentum: 0.9)
    case .nesterov: Momentum(learningRate: learningRate, momentum: 0.9, useNesterov: true)
    case .adagrad: Adagrad(learningRate: learningRate)
    case .rmsprop: RMSProp(learningRate: learningRate)
    case .adadelta: Adadelta(learningRate: learningRate)
    case .adam: Adam(learningRate: learningRate)
    case .ftrl: Ftrl(learningRate: learningRate)
    }
  }
}
