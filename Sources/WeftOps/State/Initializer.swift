import WeftGraph

/// How a variable gets its first value: a shape, and how to make a node of that shape.
///
/// ```swift
/// let w = graph.variable(.truncatedNormal([784, 1024], stddev: 0.05), name: "w")
/// let kernel = graph.getVariable("kernel", shape: [784, 10], .glorotUniform())
/// ```
/// The shape may be left out where the user of the initialiser knows it, as a layer does.
public struct Initializer<Scalar: TensorScalar>: Sendable {
  /// Where the nodes of an initial value are made.
  public struct Place: Sendable {
    /// The graph.
    public let graph: Graph
    /// The shape of the variable.
    public let shape: [Int]
    /// The name for the nodes.
    public let name: String
    /// The Swift line that makes the variable.
    public let location: SourceLocation?
  }

  /// The shape, if the initialiser says it.
  public let shape: [Int]?
  private let make: @Sendable (Place) -> Node<Scalar>

  /// An initialiser of one's own.
  public init(shape: [Int]? = nil, _ make: @escaping @Sendable (Place) -> Node<Scalar>) {
    self.shape = shape
    self.make = make
  }

  /// The node of the initial value.
  public func node(at place: Place) -> Node<Scalar> { make(place) }
}

extension Initializer {
  /// The given value.
  public static func value(_ tensor: Tensor<Scalar>) -> Initializer {
    Initializer(shape: tensor.shape) { place in
      place.graph.constant(tensor, name: place.name, at: place.location)
    }
  }
}

extension Initializer where Scalar: NumericScalar {
  /// One number everywhere.
  public static func constant(_ value: Scalar, _ shape: [Int]? = nil) -> Initializer {
    Initializer(shape: shape) { place in
      place.graph.filled(place.shape, with: value, name: place.name, at: place.location)
    }
  }

  /// Zeros: the usual biases.
  public static func zeros(_ shape: [Int]? = nil) -> Initializer { constant(0, shape) }

  /// Ones: the usual scales.
  public static func ones(_ shape: [Int]? = nil) -> Initializer { constant(1, shape) }
}

extension Initializer where Scalar: FloatingScalar {
  /// Normal numbers within two standard deviations of the mean.
  public static func truncatedNormal(
    _ shape: [Int]? = nil, mean: Scalar = 0, stddev: Scalar = 1, seed: Int? = nil
  ) -> Initializer {
    Initializer(shape: shape) { place in
      place.graph.truncatedNormal(
        place.shape, mean: mean, stddev: stddev, seed: seed, name: place.name, at: place.location)
    }
  }

  /// Normal numbers.
  public static func normal(
    _ shape: [Int]? = nil, mean: Scalar = 0, stddev: Scalar = 1, seed: Int? = nil
  ) -> Initializer {
    Initializer(shape: shape) { place in
      place.graph.randomNormal(
        place.shape, mean: mean, stddev: stddev, seed: seed, name: place.name, at: place.location)
    }
  }

  /// Numbers drawn evenly from [min, max).
  public static func uniform(
    _ shape: [Int]? = nil, min: Scalar = -0.05, max: Scalar = 0.05, seed: Int? = nil
  ) -> Initializer {
    Initializer(shape: shape) { place in
      place.graph.randomUniform(
        place.shape, min: min, max: max, seed: seed, name: place.name, at: place.location)
    }
  }

  /// The identity matrix, or for unequal sides its top left part, times a gain.
  public static func identity(_ shape: [Int]? = nil, gain: Scalar = 1) -> Initializer {
    Initializer(shape: shape) { place in
      let rows = place.shape.first ?? 1
      let columns = place.shape.count > 1 ? place.shape[1] : rows
      var scalars = [Scalar](repeating: 0, count: rows * columns)
      for index in 0..<Swift.min(rows, columns) { scalars[index * columns + index] = gain }
      let tensor = (try? Tensor(shape: [rows, columns], scalars: scalars)) ?? Tensor(scalars)
      return place.graph.constant(tensor, name: place.name, at: place.location)
    }
  }
}

extension Graph {
  /// A node that is one number everywhere: a constant if small, else computed when it runs.
  func filled<S: NumericScalar>(
    _ shape: [Int], with value: S, name: String, at location: SourceLocation?
  ) -> Node<S> {
    if let count = checkedProduct(shape), count < 1000,
      let tensor = try? Tensor(repeating: value, shape: shape)
    {
      return constant(tensor, name: name, at: location)
    }
    let single = constant(Tensor(value), name: "\(name)/Const", at: location)
    let vector = constant(
      Tensor(shape.map { Int32(clamping: $0) }), name: "\(name)/shape", at: location)
    return apply(BroadcastTo(), [single, vector], name: name, at: location)
  }
}
