import WeftOps

/// What a layer does to its sums: a function of one node.
///
/// ```swift
/// let hidden = dense(x, units: 128, activation: .relu)
/// let odd = dense(x, units: 128, activation: Activation { $0 * $0 * $0 })
/// ```
public struct Activation<Scalar: FloatingScalar>: Sendable {
  private let body: @Sendable (Node<Scalar>) -> Node<Scalar>

  /// A function of one's own.
  public init(_ body: @escaping @Sendable (Node<Scalar>) -> Node<Scalar>) { self.body = body }

  /// The function applied.
  public func callAsFunction(_ x: Node<Scalar>) -> Node<Scalar> { body(x) }

  /// max(x, 0).
  public static var relu: Activation { Activation { WeftOps.relu($0) } }
  /// min(max(x, 0), 6).
  public static var relu6: Activation { Activation { WeftOps.relu6($0) } }
  /// x where positive, else eˣ - 1.
  public static var elu: Activation { Activation { WeftOps.elu($0) } }
  /// The self-normalising exponential unit.
  public static var selu: Activation { Activation { WeftOps.selu($0) } }
  /// 1 / (1 + e⁻ˣ).
  public static var sigmoid: Activation { Activation { WeftOps.sigmoid($0) } }
  /// The hyperbolic tangent.
  public static var tanh: Activation { Activation { WeftOps.tanh($0) } }
  /// log(1 + eˣ).
  public static var softplus: Activation { Activation { WeftOps.softplus($0) } }
  /// x / (1 + |x|).
  public static var softsign: Activation { Activation { WeftOps.softsign($0) } }
  /// The softmax over the last axis.
  public static var softmax: Activation { Activation { WeftOps.softmax($0) } }
}
