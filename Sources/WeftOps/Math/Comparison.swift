import WeftGraph

/// TensorFlow's `Equal`.
public struct Equal: PointwiseDefinition {
  public static let typeName = "Equal"
  public init() {}
  public var expression: ScalarExpression { .compare(.equal, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
}

/// TensorFlow's `NotEqual`.
public struct NotEqual: PointwiseDefinition {
  public static let typeName = "NotEqual"
  public init() {}
  public var expression: ScalarExpression { .compare(.notEqual, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
}

/// TensorFlow's `Less`.
public struct Less: PointwiseDefinition {
  public static let typeName = "Less"
  public init() {}
  public var expression: ScalarExpression { .compare(.less, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
}

/// TensorFlow's `LessEqual`.
public struct LessEqual: PointwiseDefinition {
  public static let typeName = "LessEqual"
  public init() {}
  public var expression: ScalarExpression { .compare(.lessEqual, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
}

/// TensorFlow's `Greater`.
public struct Greater: PointwiseDefinition {
  public static let typeName = "Greater"
  public init() {}
  public var expression: ScalarExpression { .compare(.greater, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
}

/// TensorFlow's `GreaterEqual`.
public struct GreaterEqual: PointwiseDefinition {
  public static let typeName = "GreaterEqual"
  public init() {}
  public var expression: ScalarExpression { .compare(.greaterEqual, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
}

/// Where elements are equal, with broadcasting; NaN equals nothing.
///
/// ```swift
/// let correct = equal(argMax(scores, axis: 1), argMax(labels, axis: 1))
/// ```
public func equal<S: TensorScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(Equal(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// Where elements differ, with broadcasting; NaN differs from itself.
public func notEqual<S: TensorScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(NotEqual(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// Where x is less than y, with broadcasting; false for NaN.
public func less<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(Less(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// Where x is at most y, with broadcasting; false for NaN.
public func lessEqual<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(LessEqual(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// Where x is greater than y, with broadcasting; false for NaN.
public func greater<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(Greater(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// Where x is at least y, with broadcasting; false for NaN.
public func greaterEqual<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(GreaterEqual(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}
