import WeftOps

/// The values that a run is fed.
///
/// As a dictionary, checked when the run begins, or as an array, checked by the compiler:
///
/// ```swift
/// try session.run(loss, feeding: [x: images, labels: oneHot, keep: 0.5])
/// try session.run(loss, feeding: [x.feed(images), labels.feed(oneHot), keep.feed(0.5)])
/// ```
public struct Feeds: Sendable {
  /// One node with its value; nil where the value has another element type.
  struct Entry: Sendable {
    let output: Output
    let wanted: DType
    let value: AnyTensor?
    let given: String
  }

  var entries: [Entry] = []

  /// Nothing is fed.
  public init() {}

  /// Adds a value for a node.
  public mutating func feed(_ node: any Feedable, _ value: any FeedValue) {
    entries.append(
      Entry(
        output: node.output, wanted: node.feedType, value: value.tensor(as: node.feedType),
        given: value.typeDescription))
  }
}

extension Feeds: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (any Feedable, any FeedValue)...) {
    for (node, value) in elements { feed(node, value) }
  }
}

extension Feeds: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Feed...) {
    for element in elements { feed(element.node, element.value) }
  }
}

/// A node with its value, made by ``WeftGraph/Node/feed(_:)``.
public struct Feed: Sendable {
  let node: any Feedable
  let value: any FeedValue
}

extension Node {
  /// The node with a value for a run, checked by the compiler.
  public func feed(_ value: Tensor<Scalar>) -> Feed { Feed(node: self, value: value) }
}

/// What a value can be fed for: a node, usually a placeholder.
public protocol Feedable: AnyNode {
  /// The element type that it takes.
  var feedType: DType { get }
}

extension Node: Feedable {
  public var feedType: DType { Scalar.dtype }
}

/// What can be fed: tensors, and plain numbers and arrays where the node's element type fits.
public protocol FeedValue: Sendable {
  /// The value with that element type, nil if it has another.
  func tensor(as dtype: DType) -> AnyTensor?
  /// The type for error messages.
  var typeDescription: String { get }
}

extension Tensor: FeedValue {
  public func tensor(as dtype: DType) -> AnyTensor? { dtype == Scalar.dtype ? erased : nil }
  public var typeDescription: String { Scalar.dtype.description }
}

extension AnyTensor: FeedValue {
  public func tensor(as dtype: DType) -> AnyTensor? { dtype == self.dtype ? self : nil }
  public var typeDescription: String { dtype.description }
}

extension Double: FeedValue {
  public func tensor(as dtype: DType) -> AnyTensor? {
    switch dtype {
    case .float32: AnyTensor(Tensor(Float(self)))
    case .float64: AnyTensor(Tensor(self))
    default: nil
    }
  }
  public var typeDescription: String { "a real number" }
}

extension Float: FeedValue {
  public func tensor(as dtype: DType) -> AnyTensor? {
    dtype == .float32 ? AnyTensor(Tensor(self)) : nil
  }
  public var typeDescription: String { "float32" }
}

extension Int: FeedValue {
  public func tensor(as dtype: DType) -> AnyTensor? {
    switch dtype {
    case .float32: AnyTensor(Tensor(Float(self)))
    case .float64: AnyTensor(Tensor(Double(self)))
    case .int32: Int32(exactly: self).map { AnyTensor(Tensor($0)) }
    case .int64: AnyTensor(Tensor(Int64(self)))
    case .uint8: UInt8(exactly: self).map { AnyTensor(Tensor($0)) }
    default: nil
    }
  }
  public var typeDescription: String { "the whole number \(self)" }
}

extension Int32: FeedValue {
  public func tensor(as dtype: DType) -> AnyTensor? {
    dtype == .int32 ? AnyTensor(Tensor(self)) : nil
  }
  public var typeDescription: String { "int32" }
}

extension Int64: FeedValue {
  public func tensor(as dtype: DType) -> AnyTensor? {
    dtype == .int64 ? AnyTensor(Tensor(self)) : nil
  }
  public var typeDescription: String { "int64" }
}

extension Bool: FeedValue {
  public func tensor(as dtype: DType) -> AnyTensor? {
    dtype == .bool ? AnyTensor(Tensor(self)) : nil
  }
  public var typeDescription: String { "bool" }
}

extension Array: FeedValue where Element: TensorScalar {
  public func tensor(as dtype: DType) -> AnyTensor? {
    dtype == Element.dtype ? AnyTensor(Tensor(self)) : nil
  }
  public var typeDescription: String { Element.dtype.description }
}

extension Feeds {
  /// The feeds checked against their nodes.
  ///
  /// Throws ``GraphError`` for a wrong element type, a shape that does not fit, a node of another
  /// graph, or one fed twice.
  func checked(for graph: Graph) throws(GraphError) -> [(output: Output, value: AnyTensor)] {
    var result: [(output: Output, value: AnyTensor)] = []
    result.reserveCapacity(entries.count)
    for entry in entries {
      func fail(_ message: String) -> GraphError {
        GraphError(
          .invalidFeed, message, subject: "feed '\(entry.output.name)'",
          location: entry.output.operation.origin.location)
      }
      guard entry.output.graph == graph else { throw fail("belongs to another graph") }
      guard let value = entry.value else {
        throw fail("takes \(entry.wanted), was given \(entry.given)")
      }
      if let type = entry.output.type {
        guard type.dtype == value.dtype else {
          throw fail("takes \(type.dtype), was given \(value.dtype)")
        }
        guard type.shape.isCompatible(with: TensorShape(value.shape)) else {
          throw fail("takes the shape \(type.shape), was given \(value.shape)")
        }
      }
      guard !result.contains(where: { $0.output == entry.output }) else {
        throw fail("is fed twice")
      }
      result.append((entry.output, value))
    }
    return result
  }
}
