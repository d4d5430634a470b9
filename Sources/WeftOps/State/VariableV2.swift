import WeftGraph

/// TensorFlow's `VariableV2`: a value that a session keeps between runs.
public struct VariableV2: OpDefinition {
  public static let typeName = "VariableV2"
  public static let displayName = "variable"
  public let dtype: DType
  public let shape: TensorShape
  public init(dtype: DType, shape: TensorShape) {
    self.dtype = dtype
    self.shape = shape
  }
  public var attributes: [Attribute] {
    [Attribute("dtype", .type(dtype)), Attribute("shape", .shape(shape))]
  }
  public var effect: Effect { .variable }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    guard shape.isComplete else {
      throw OpFailure(
        "the shape of a variable must be complete, not \(shape)", code: .invalidShape)
    }
    return [TensorType(dtype, shape)]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    throw OpFailure("holds no value outside a session")
  }
}

extension Graph {
  /// A variable with an initial value computed by nodes.
  ///
  /// Makes three operations, as TensorFlow 1 does: `name`, `name/Assign` and `name/read`.
  public func variable<S: TensorScalar>(
    initialValue: some NodeConvertible<S>, name: String? = nil, trainable: Bool = true,
    fileID: String = #fileID, line: Int = #line
  ) -> Variable<S> {
    makeVariable(
      initialValue.node, name: name ?? "Variable", trainable: trainable,
      at: SourceLocation(fileID, line))
  }

  /// A variable with a given initial value.
  ///
  /// ```swift
  /// let step = graph.variable(Tensor<Int64>(0), name: "global_step", trainable: false)
  /// ```
  // Disfavoured, so that `.zeros([10])` means the initialiser and not the tensor.
  @_disfavoredOverload
  public func variable<S: TensorScalar>(
    _ value: Tensor<S>, name: String? = nil, trainable: Bool = true,
    fileID: String = #fileID, line: Int = #line
  ) -> Variable<S> {
    let location = SourceLocation(fileID, line)
    let name = name ?? "Variable"
    return outsideOfRegions {
      let initial = constant(value, name: "\(name)/initial_value", at: location)
      return makeVariable(initial, name: name, trainable: trainable, at: location)
    }
  }

  /// A variable around the node of its initial value: the one way by which variables are made.
  ///
  /// - Parameter sharedName: the full name under which `getVariable` finds it again.
  public func makeVariable<S: TensorScalar>(
    _ initial: Node<S>, name: String, trainable: Bool, sharedName: String? = nil,
    at location: SourceLocation
  ) -> Variable<S> {
    let reference = add(
      VariableV2(dtype: S.dtype, shape: initial.shape), name: name, at: location
    ).output(0)
    let relative = String(reference.operation.name.dropFirst(scopePath.count))
    let assign = add(
      Assign(), inputs: [reference, initial.output], name: "\(relative)/Assign", at: location)
    // A read stands for itself in every later run: it must not wait for what surrounds the making.
    let read = withoutControlDependencies {
      add(Identity(), inputs: [reference], name: "\(relative)/read", at: location).output(0)
    }
    let variable = AnyVariable(
      reference: reference, value: read, initialValue: initial.output, initializer: assign,
      isTrainable: trainable)
    register(variable, sharedName: sharedName)
    return Variable(erased: variable)
  }
}
