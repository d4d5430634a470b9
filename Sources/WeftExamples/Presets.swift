/// The settings with which each program is usually run.
public enum Presets {
  /// Letters as in the notMNIST assignments: weights of standard deviation 1, learning rate 0.5,
  /// 3,001 minibatches of 128.
  public static func letters(_ model: ModelKind) -> Settings {
    var settings = Settings(
      model: model, scaling: .centered, hidden: [], start: .truncatedNormal(stddev: 1),
      optimizer: .sgd, learningRate: 0.5, beta: 0, keep: 1, length: .steps(3001), batchSize: 128,
      order: .offsets)
    switch model {
    case .logistic: break
    case .mlp: settings.hidden = [1024]
    case .deep:
      settings.hidden = [1024, 300, 50]
      settings.start = .he
      settings.decay = RateDecay(period: 1000, factor: 0.9)
      settings.keep = 0.5
    case .lenet:
      settings.filters = [32, 64]
      settings.hidden = [512]
      settings.start = .he
      settings.optimizer = .adam
      settings.learningRate = 0.001
      settings.keep = 0.5
    }
    return settings
  }

  /// Digits as in textbooks: logistic regression and 784-256-256-10 by gradient descent at 0.01,
  /// 784-256-100-10 by Adam with a small weight penalty, judged by averaged weights, two convolutions by Adam with dropout.
  public static func digits(_ model: ModelKind) -> Settings {
    switch model {
    case .logistic:
      Settings(
        model: model, scaling: .unit, hidden: [], start: .zeros, optimizer: .sgd,
        learningRate: 0.01, beta: 0, keep: 1, length: .epochs(100), batchSize: 100,
        order: .shuffled)
    case .mlp:
      Settings(
        model: model, scaling: .unit, hidden: [256, 100], start: .he, optimizer: .adam,
        learningRate: 0.001, beta: 5e-5, keep: 1, averaging: 0.999, length: .steps(10_000),
        batchSize: 100, order: .shuffled)
    case .deep:
      Settings(
        model: model, scaling: .unit, hidden: [256, 256], start: .glorot, optimizer: .sgd,
        learningRate: 0.01, beta: 0, keep: 1, length: .epochs(60), batchSize: 2,
        order: .shuffled)
    case .lenet:
      Settings(
        model: model, filters: [32, 64], scaling: .unit, hidden: [1024], start: .he,
        optimizer: .adam, learningRate: 1e-4, beta: 0, keep: 0.5, length: .steps(20_000),
        batchSize: 50, order: .shuffled)
    }
  }
}
