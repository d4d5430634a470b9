import WeftGraph

/// Which number of connections scales a ``Initializer/varianceScaling(_:scale:mode:distribution:seed:)``.
public enum FanMode: Sendable {
  /// The inputs of a unit: keeps the variance of activations.
  case fanIn
  /// The outputs of a unit: keeps the variance of gradients.
  case fanOut
  /// The mean of both.
  case fanAverage
}

/// The distribution of a variance-scaling initialiser.
public enum ScaledDistribution: Sendable {
  /// Truncated at two standard deviations, and corrected for what is cut off.
  case truncatedNormal
  /// Not truncated.
  case untruncatedNormal
  /// Even.
  case uniform
}

extension Initializer where Scalar: FloatingScalar {
  /// Numbers of variance `scale / n`, where n is the number of connections that `mode` says.
  ///
  /// Formula: a normal distribution of stddev √(scale/n) (divided by 0.87962566103423978, the standard
  /// deviation of a truncated unit normal, where truncated), or an even one in ±√(3 scale/n).
  /// Source: TensorFlow 1.15's `variance_scaling_initializer`.
  public static func varianceScaling(
    _ shape: [Int]? = nil, scale: Double = 1, mode: FanMode = .fanIn,
    distribution: ScaledDistribution = .truncatedNormal, seed: Int? = nil
  ) -> Initializer {
    Initializer(shape: shape) { place in
      let (fanIn, fanOut) = fans(of: place.shape)
      let connections =
        switch mode {
        case .fanIn: Swift.max(1, fanIn)
        case .fanOut: Swift.max(1, fanOut)
        case .fanAverage: Swift.max(1, (fanIn + fanOut) / 2)
        }
      let variance = scale / connections
      let stddev = variance.squareRoot()
      let (graph, name, location) = (place.graph, place.name, place.location)
      switch distribution {
      case .truncatedNormal:
        return graph.truncatedNormal(
          place.shape, mean: 0, stddev: Scalar(stddev / 0.87962566103423978), seed: seed,
          name: name, at: location)
      case .untruncatedNormal:
        return graph.randomNormal(
          place.shape, mean: 0, stddev: Scalar(stddev), seed: seed, name: name, at: location)
      case .uniform:
        let limit = Scalar((3 * variance).squareRoot())
        return graph.randomUniform(
          place.shape, min: -limit, max: limit, seed: seed, name: name, at: location)
      }
    }
  }

  /// Glorot and Bengio (2010): even in ±√(6 / (fanIn + fanOut)). TensorFlow 1's default.
  public static func glorotUniform(_ shape: [Int]? = nil, seed: Int? = nil) -> Initializer {
    varianceScaling(shape, mode: .fanAverage, distribution: .uniform, seed: seed)
  }

  /// Glorot and Bengio (2010): truncated normal of variance 2 / (fanIn + fanOut).
  public static func glorotNormal(_ shape: [Int]? = nil, seed: Int? = nil) -> Initializer {
    varianceScaling(shape, mode: .fanAverage, seed: seed)
  }

  /// He et al. (2015), for ReLU: even in ±√(6 / fanIn).
  public static func heUniform(_ shape: [Int]? = nil, seed: Int? = nil) -> Initializer {
    varianceScaling(shape, scale: 2, distribution: .uniform, seed: seed)
  }

  /// He et al. (2015), for ReLU: truncated normal of variance 2 / fanIn.
  public static func heNormal(_ shape: [Int]? = nil, seed: Int? = nil) -> Initializer {
    varianceScaling(shape, scale: 2, seed: seed)
  }

  /// LeCun et al. (1998): even in ±√(3 / fanIn).
  public static func lecunUniform(_ shape: [Int]? = nil, seed: Int? = nil) -> Initializer {
    varianceScaling(shape, distribution: .uniform, seed: seed)
  }

  /// LeCun et al. (1998): truncated normal of variance 1 / fanIn.
  public static func lecunNormal(_ shape: [Int]? = nil, seed: Int? = nil) -> Initializer {
    varianceScaling(shape, seed: seed)
  }
}

/// The inputs and outputs of one unit of a layer with weights of that shape; for convolutions times
/// the size of the window.
private func fans(of shape: [Int]) -> (fanIn: Double, fanOut: Double) {
  switch shape.count {
  case 0: return (1, 1)
  case 1: return (Double(shape[0]), Double(shape[0]))
  default:
    let window = Double(shape.dropLast(2).reduce(1, *))
    return (Double(shape[shape.count - 2]) * window, Double(shape[shape.count - 1]) * window)
  }
}
