/// What is known of a list while a plan is made: filled in as operations on it are come across.
public final class ListTrace: @unchecked Sendable {
  // Sendable: one compilation has it.

  /// The element type.
  public let dtype: DType
  /// The shape that all elements seen so far have in common; before the first what was declared.
  public var shape: TensorShape? {
    guard let seen else { return declared }
    return declared?.merged(with: seen) ?? seen
  }
  private let declared: TensorShape?
  private var seen: TensorShape?
  /// The number of places, if it never changes.
  public let size: Int?
  /// What is known of the elements where those are handles of lists themselves.
  public var element: ListTrace?
  /// The value that all elements seen so far are, if it is known.
  public private(set) var constant: AnyTensor?
  private var isVarying = false
  /// Whether something was planned on the strength of ``constant``.
  private var isRelied = false

  /// A list of which this is known.
  public init(dtype: DType, shape: TensorShape? = nil, size: Int? = nil) {
    self.dtype = dtype
    declared = shape
    self.size = size
  }

  /// The value of all elements, where it is known: from now on no other may be put into the list.
  public func takeConstant() -> AnyTensor? {
    if constant != nil { isRelied = true }
    return constant
  }

  /// Takes note of the value of an element, nil if it is not known.
  ///
  /// Throws ``OpFailure`` if something was planned already as if there were no such value.
  public func record(value: AnyTensor?) throws(OpFailure) {
    if let value, !isVarying, constant?.hasSameBits(as: value) ?? true {
      constant = value
      return
    }
    guard !isRelied else {
      throw OpFailure(
        "a list of equal values gets another one after its values were used", code: .unsupported)
    }
    isVarying = true
    constant = nil
  }

  /// Takes note of an element.
  public func record(_ found: TensorShape) {
    seen = seen?.common(with: found) ?? found
  }
}

extension TensorShape {
  /// The shape of which both are cases: what differs is unknown.
  public func common(with other: TensorShape) -> TensorShape {
    guard let a = dimensions, let b = other.dimensions, a.count == b.count else { return .unknown }
    return TensorShape(zip(a, b).map { $0 == $1 ? $0 : nil })
  }
}

/// An operation on a list found by a handle.
public protocol ListDefinition: OpDefinition {
  /// What is known of the lists that the outputs are handles of. Takes note of what the operation puts
  /// into a list.
  func trace(_ context: InferenceContext) throws(OpFailure) -> [ListTrace?]

  /// The result where it follows from what is known of the list.
  func knownValue(_ context: InferenceContext) -> AnyTensor?
}

extension ListDefinition {
  public func knownValue(_ context: InferenceContext) -> AnyTensor? { nil }
}
