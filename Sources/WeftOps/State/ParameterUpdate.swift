import WeftGraph

/// An in-place update of a variable and its slots by a gradient, element by element: what TensorFlow's
/// `Apply*` operations are.
///
/// The variable and its slots are the first inputs; the gradient is one of the others, and what
/// remains are scalar hyper-parameters. Shape rule and evaluation follow from ``update(_:by:_:)``.
public protocol ParameterUpdate: OpDefinition {
  /// The variable, then its slots: how many of the first inputs are updated.
  var updatedCount: Int { get }
  /// The position of the gradient among the inputs.
  var gradientIndex: Int { get }
  /// Whether the kernels of the operation compute a formula in the place of the gradient where they are
  /// asked to: only then is the formula of a gradient merged into the update. By default not.
  var takesFormulas: Bool { get }
  /// The new values of one element of the variable and of its slots.
  ///
  /// - Parameters:
  ///   - state: the variable's element and those of its slots, in the order of the inputs.
  ///   - gradient: the gradient's element.
  ///   - parameters: the hyper-parameters in the order of the inputs.
  func update<S: FloatingScalar>(_ state: inout [S], by gradient: S, _ parameters: [S])
}

extension ParameterUpdate {
  public var takesFormulas: Bool { false }
  public var effect: Effect { .updates(Array(0..<updatedCount)) }

  /// About two for each operand of each element.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    2 * Double(inputs.count) * (inputs.first.map(elementCount) ?? 0)
  }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: inputNames.count)
    try context.requireSameType()
    try context.require(0, dtypes: [.float32, .float64])
    let variable = context.inputs[0]
    for (index, input) in context.inputs.enumerated() {
      if index < updatedCount || index == gradientIndex {
        guard variable.shape.isCompatible(with: input.shape) else {
          throw OpFailure(
            "the variable has the shape \(variable.shape), \(inputNames[index]) \(input.shape)",
            code: .invalidShape)
        }
      } else if let rank = input.shape.rank, rank != 0 {
        throw OpFailure(
          "\(inputNames[index]) must be a scalar, not of the shape \(input.shape)",
          code: .invalidShape)
      }
    }
    return [variable]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    func open<S: FloatingScalar>(_: S.Type) throws(OpFailure) -> [AnyTensor] {
      var columns: [[S]] = []
      var parameters: [S] = []
      for index in context.inputs.indices {
        let scalars = try context.input(index, as: S.self).scalars
        if index < updatedCount {
          columns.append(scalars)
        } else if index != gradientIndex {
          guard let value = scalars.first else {
            throw OpFailure("\(inputNames[index]) has no value", code: .invalidShape)
          }
          parameters.append(value)
        }
      }
      let gradient = try context.input(gradientIndex, as: S.self).scalars
      guard columns.allSatisfy({ $0.count == gradient.count }) else {
        throw OpFailure(
          "\(columns.map(\.count)) elements do not take \(gradient.count) of a gradient",
          code: .invalidShape)
      }
      for position in gradient.indices {
        var state = columns.map { $0[position] }
        update(&state, by: gradient[position], parameters)
        for index in columns.indices { columns[index][position] = state[index] }
      }
      var results: [AnyTensor] = []
      for column in columns { results.append(try context.output(column)) }
      return results
    }
    guard let type = context.inputs.first?.dtype.floatingType else {
      throw OpFailure("not defined for this element type", code: .invalidType)
    }
    return try open(type)
  }
}

/// -1, 0 or 1; NaN of NaN.
func signum<S: FloatingScalar>(_ x: S) -> S { x > 0 ? 1 : x < 0 ? -1 : x }
