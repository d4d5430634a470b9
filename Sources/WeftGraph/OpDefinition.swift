/// What an operation is: its attributes as stored properties, its rules as members.
///
/// An operation in a graph holds the definition itself, so that building, inference,
/// differentiation and evaluation need no registry. A custom op conforms to this protocol (or to
/// ``PointwiseDefinition``) exactly as a built-in does:
///
/// ```swift
/// struct Cube: PointwiseDefinition {
///   static let typeName = "Cube"
///   var expression: ScalarExpression { .input(0) * .input(0) * .input(0) }
///   func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
///     [3 * context.input(0) * context.input(0) * context.gradient(0)]
///   }
/// }
/// func cube<S: FloatingScalar>(_ x: some NodeConvertible<S>) -> Node<S> { apply(Cube(), [x.node]) }
/// ```
public protocol OpDefinition: Sendable, Hashable {
  /// The type name in GraphDef, such as `MatMul`.
  static var typeName: String { get }

  /// The word that begins an error message; by default the type name with a small first letter.
  static var displayName: String { get }

  /// The attributes, for text forms and GraphDef. What makes two operations differ beyond their
  /// inputs must be in the stored properties; it should be here too.
  var attributes: [Attribute] { get }

  /// What the operation does besides computing its outputs.
  var effect: Effect { get }

  /// Whether the outputs may lie in the memory of inputs.
  var aliasing: Aliasing { get }

  /// The value of an operation that has no inputs and never changes, else nil.
  var constantValue: AnyTensor? { get }

  /// Words for the operands in error messages, such as `left` and `right`.
  var inputNames: [String] { get }

  /// The number and types of the outputs from those of the inputs.
  ///
  /// Throws ``OpFailure`` with one sentence that gives both values when the inputs do not fit.
  func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType]

  /// The value of the first output as a shape, as far as it is known while the graph is built.
  func shapeValue(_ context: InferenceContext) -> TensorShape?

  /// The outputs where they follow from the inputs' types alone, as a shape or a rank does; else nil.
  func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]?

  /// The gradients with respect to the inputs, given those with respect to the outputs.
  ///
  /// One element for each input; nil where nothing flows (an index, a shape). Nil as a whole means
  /// that the operation has no gradient; a path to a variable through it is then an error.
  func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]?

  /// The outputs computed on the host: the specification of every device's kernel.
  ///
  /// For an operation whose effect is `.updates`, the new values of the updated inputs.
  func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor]

  /// How many additions, multiplications and other functions of numbers one evaluation takes, for
  /// profiles and reports. By default the functions of a formula for each element, or one for each
  /// element of the results; a structured operation says its own: 2 m n k for a product.
  func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double
}

/// What an operation does besides computing its outputs.
public enum Effect: Hashable, Sendable {
  /// Nothing: equal inputs give equal outputs.
  case none
  /// It holds a value between runs: its only output refers to that value.
  case variable
  /// It writes new values into the variables given as these inputs, in this order. Its outputs are
  /// the new values of the first of them.
  case updates([Int])
  /// It draws from a random stream of its own, seeded by this pair.
  case random(seed: Int64, seed2: Int64)
  /// It must run exactly once in each run that needs it: print, assert.
  case external
  /// It works on what lives for one run and is found by a handle, such as a list of tensors: operands
  /// and control dependencies say when it runs, and two of them are never one.
  case resource
  /// It holds parts of a computation that have effects: they may write the variables given as these
  /// inputs, draw random numbers, or work on lists. `isNeeded` says whether it runs even if nobody
  /// uses its outputs.
  case region(updates: [Int], isNeeded: Bool)
}

/// Whether outputs may lie in the memory of inputs.
public enum Aliasing: Hashable, Sendable {
  /// Never.
  case none
  /// Output 0 is the bytes of this input under another type.
  case view(of: Int)
  /// Output 0 may overwrite any of these inputs while they are read, element by element.
  case elementwise([Int])
}

extension OpDefinition {
  public static var displayName: String {
    typeName.prefix(1).lowercased() + typeName.dropFirst()
  }
  public var attributes: [Attribute] { [] }
  public var effect: Effect { .none }
  public var aliasing: Aliasing { .none }
  public var constantValue: AnyTensor? { nil }
  public var inputNames: [String] { [] }
  public func shapeValue(_ context: InferenceContext) -> TensorShape? { nil }
  public func valueFromTypes(_ context: InferenceContext) -> [AnyTensor]? { nil }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    nil
  }

  /// The type name of this operation.
  public var typeName: String { Self.typeName }

  /// Whether the operation is free of effects.
  public var isPure: Bool { effect == .none }
}

/// Why an operation cannot be built or evaluated: one sentence that gives both values.
public struct OpFailure: Error, Hashable, Sendable {
  /// The sentence, without the operation and the place: those are added by the graph.
  public let message: String
  /// The kind of failure.
  public let code: GraphError.Code
  /// A failure with its sentence.
  public init(_ message: String, code: GraphError.Code = .invalidArgument) {
    self.message = message
    self.code = code
  }
}
