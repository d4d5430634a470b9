import WeftGraph

/// TensorFlow's `LogicalAnd`.
public struct LogicalAnd: PointwiseDefinition {
  public static let typeName = "LogicalAnd"
  public init() {}
  public var expression: ScalarExpression { .binary(.logicalAnd, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
}

/// TensorFlow's `LogicalOr`.
public struct LogicalOr: PointwiseDefinition {
  public static let typeName = "LogicalOr"
  public init() {}
  public var expression: ScalarExpression { .binary(.logicalOr, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
}

/// TensorFlow's `LogicalNot`.
public struct LogicalNot: PointwiseDefinition {
  public static let typeName = "LogicalNot"
  public init() {}
  public var expression: ScalarExpression { .not(.input(0)) }
}

/// Where both are true, with broadcasting.
public func logicalAnd(
  _ x: some NodeConvertible<Bool>, _ y: some NodeConvertible<Bool>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(LogicalAnd(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// Where one or both are true, with broadcasting.
public func logicalOr(
  _ x: some NodeConvertible<Bool>, _ y: some NodeConvertible<Bool>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(LogicalOr(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// Where it is false.
public func logicalNot(
  _ x: some NodeConvertible<Bool>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  apply(LogicalNot(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// Where exactly one is true, with broadcasting: (x or y) and not (x and y).
public func logicalXor(
  _ x: some NodeConvertible<Bool>, _ y: some NodeConvertible<Bool>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  let (x, y) = (x.node, y.node)
  return composite(name ?? "LogicalXor", x.graph, SourceLocation(fileID, line)) {
    logicalAnd(logicalOr(x, y), logicalNot(logicalAnd(x, y)))
  }
}

extension Node where Scalar == Bool {
  /// Where both are true.
  public static func .& (a: Node, b: Node) -> Node { apply(LogicalAnd(), [a, b]) }
  /// Where one or both are true.
  public static func .| (a: Node, b: Node) -> Node { apply(LogicalOr(), [a, b]) }
  /// Where exactly one is true.
  public static func .^ (a: Node, b: Node) -> Node { (a .| b) .& .!(a .& b) }
  /// Where it is false.
  public static prefix func .! (a: Node) -> Node { apply(LogicalNot(), [a]) }
}
