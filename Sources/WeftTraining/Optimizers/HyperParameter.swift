@_exported import WeftOps

/// A number that steers training: a plain number, or a scalar node such as a schedule's.
///
/// ```swift
/// GradientDescent(learningRate: 0.5)
/// GradientDescent(learningRate: exponentialDecay(0.5, step, 1000, 0.9))
/// ```
/// Optimizers round plain numbers to `float32`, as TensorFlow does; for more, give them a node:
/// `graph.constant(0.01)` is one of `Double`.
public protocol HyperParameter: Sendable {
  /// The number as a node of the given element type.
  ///
  /// - Parameter name: the name for the operation, where one has to be made.
  func scalar<S: FloatingScalar>(
    _: S.Type, in graph: Graph, name: String, at location: SourceLocation
  ) -> Node<S>
}

extension Double: HyperParameter {
  public func scalar<S: FloatingScalar>(
    _: S.Type, in graph: Graph, name: String, at location: SourceLocation
  ) -> Node<S> {
    graph.constant(Tensor(S(converting: self)), name: name, at: location)
  }
}

extension Float: HyperParameter {
  public func scalar<S: FloatingScalar>(
    _: S.Type, in graph: Graph, name: String, at location: SourceLocation
  ) -> Node<S> {
    graph.constant(Tensor(S(self)), name: name, at: location)
  }
}

extension Int: HyperParameter {
  public func scalar<S: FloatingScalar>(
    _: S.Type, in graph: Graph, name: String, at location: SourceLocation
  ) -> Node<S> {
    graph.constant(Tensor(S(self)), name: name, at: location)
  }
}

extension Node: HyperParameter where Scalar: NumericScalar {
  public func scalar<S: FloatingScalar>(
    _: S.Type, in graph: Graph, name: String, at location: SourceLocation
  ) -> Node<S> {
    cast(self, to: S.self, name: name, fileID: location.fileID, line: location.line)
  }
}

extension Variable: HyperParameter where Scalar: NumericScalar {
  public func scalar<S: FloatingScalar>(
    _: S.Type, in graph: Graph, name: String, at location: SourceLocation
  ) -> Node<S> {
    node.scalar(S.self, in: graph, name: name, at: location)
  }
}
