import WeftGraph

/// TensorFlow's `Any`: whether some element over the axes is true.
public struct AnyTrue: ReductionDefinition {
  public static let typeName = "Any"
  public let keepDims: Bool
  public init(keepDims: Bool) { self.keepDims = keepDims }
  public var function: ReductionFunction { .any }
}

/// TensorFlow's `All`: whether every element over the axes is true.
public struct AllTrue: ReductionDefinition {
  public static let typeName = "All"
  public let keepDims: Bool
  public init(keepDims: Bool) { self.keepDims = keepDims }
  public var function: ReductionFunction { .all }
}

/// Whether some element over the axes, by default all, is true; false over no elements.
public func any(
  _ x: some NodeConvertible<Bool>, axes: [Int]? = nil, keepDims: Bool = false,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  reduction(AnyTrue(keepDims: keepDims), x.node, axes, name, SourceLocation(fileID, line))
}

/// Whether every element over the axes, by default all, is true; true over no elements.
///
/// ```swift
/// let sound = all(isFinite(loss))
/// ```
public func all(
  _ x: some NodeConvertible<Bool>, axes: [Int]? = nil, keepDims: Bool = false,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Bool> {
  reduction(AllTrue(keepDims: keepDims), x.node, axes, name, SourceLocation(fileID, line))
}
