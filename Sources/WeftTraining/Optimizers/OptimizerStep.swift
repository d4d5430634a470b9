import WeftOps

/// A step of training while its operations are made: gives optimizers hyper-parameters, slots and a
/// place for their updates.
public final class OptimizerStep {
  /// The graph.
  public let graph: Graph
  /// The name of the training operation, unique in the present scope.
  public let name: String
  /// The Swift line that asked for the step.
  public let location: SourceLocation
  private let optimizer: String
  private var parameters: [String: Output] = [:]
  private var slots: [Slot: AnyVariable] = [:]
  private var scalars: [String: AnyVariable] = [:]

  private struct Slot: Hashable {
    let variable: Output
    let kind: String
  }

  init(graph: Graph, name: String, optimizer: String, location: SourceLocation) {
    self.graph = graph
    self.name = graph.vacantName(name)
    self.optimizer = optimizer
    self.location = location
  }

  /// A hyper-parameter in the element type of a variable; made once for all variables of that type.
  ///
  /// As in TensorFlow, a plain number is rounded to `float32` first, whatever the variable's type. A
  /// node keeps its precision.
  public func parameter(_ value: any HyperParameter, _ name: String, for variable: AnyVariable)
    -> Output
  {
    let dtype = variable.type.dtype
    let key = "\(name) \(dtype)"
    if let known = parameters[key] { return known }
    let full = "\(self.name)/\(name)"
    func open<S: FloatingScalar>(_: S.Type) -> Output {
      if value is any AnyNode {
        return value.scalar(S.self, in: graph, name: full, at: location).output
      }
      let number = value.scalar(Float.self, in: graph, name: full, at: location)
      return number.scalar(S.self, in: graph, name: "\(full)/Cast", at: location).output
    }
    // The update's shape rule refuses other element types with the variable's name.
    let made = open(realType(variable))
    parameters[key] = made
    return made
  }

  /// A slot: a variable of the shape of another, which training does not touch.
  ///
  /// It is called `variable/Optimizer`, the next ones `variable/Optimizer_1` and so on, as in
  /// TensorFlow.
  ///
  /// - Parameters:
  ///   - kind: what the slot is for; the same one is the same slot.
  ///   - initial: the value of all its elements at first.
  @discardableResult
  public func slot(_ kind: String, of variable: AnyVariable, initial: Double = 0) -> AnyVariable {
    let key = Slot(variable: variable.reference, kind: kind)
    if let known = slots[key] { return known }
    func open<S: FloatingScalar>(_: S.Type) -> AnyVariable {
      graph.variable(
        S.self, .constant(S(converting: initial), variable.type.shape.complete ?? []),
        name: graph.vacantName("\(variable.name)/\(optimizer)"), trainable: false,
        fileID: location.fileID, line: location.line
      ).erased
    }
    // On the variable's device: the update works on both.
    let made = graph.beside(variable) { open(realType(variable)) }
    slots[key] = made
    return made
  }

  /// A scalar variable of the whole step, such as a power of a decay rate; the same name is the same
  /// variable. Its type is `float32`, whatever is trained, as in TensorFlow.
  @discardableResult
  public func scalarVariable(_ name: String, initial: any HyperParameter) -> AnyVariable {
    if let known = scalars[name] { return known }
    let made = graph.withoutControlDependencies {
      let unique = graph.vacantName(name)
      let value = initial.scalar(
        Float.self, in: graph, name: "\(unique)/initial_value", at: location)
      return graph.makeVariable(value, name: unique, trainable: false, at: location).erased
    }
    scalars[name] = made
    return made
  }

  /// The scalar variable of that name, if it was made.
  public func scalarVariable(named name: String) -> AnyVariable? { scalars[name] }

  /// Adds the operation that multiplies a variable by a factor.
  public func multiply(_ variable: AnyVariable, by factor: Output) -> GraphOperation {
    let product = graph.add(
      Mul(), inputs: [variable.value, factor], name: "\(name)/mul", at: location)
    return graph.add(
      Assign(), inputs: [variable.reference, product.output(0)], name: "\(name)/Assign",
      at: location)
  }

  /// The value of a variable in the element type of another.
  public func value(of variable: AnyVariable, for other: AnyVariable) -> Output {
    let dtype = other.type.dtype
    if variable.type.dtype == dtype { return variable.value }
    return graph.add(Cast(to: dtype), inputs: [variable.value], name: "\(name)/Cast", at: location)
      .output(0)
  }

  /// Adds the operation that updates a variable.
  public func apply(_ definition: any OpDefinition, _ inputs: [Output], to variable: AnyVariable)
    -> GraphOperation
  {
    graph.add(
      definition, inputs: inputs,
      name: "\(name)/update_\(variable.name)/\(definition.typeName)", at: location)
  }

  func group(_ operations: [GraphOperation], name: String) -> GraphOperation {
    graph.group(operations, name: name, fileID: location.fileID, line: location.line)
  }
}

/// The element type of a variable, or `Float` for one that the update's shape rule refuses.
func realType(_ variable: AnyVariable) -> any FloatingScalar.Type {
  if let type = variable.type.dtype.floatingType { return type }
  return Float.self
}

extension Graph {
  /// Makes operations at the top level, on the device of a variable.
  func beside<R>(_ variable: AnyVariable, _ body: () -> R) -> R {
    atTopLevel {
      guard let device = variable.reference.operation.device else { return body() }
      return self.device(device.name, soft: device.isSoft, body)
    }
  }

  /// The name, or the name with `_1`, `_2`, ... behind it, that no operation in the present scope has.
  func vacantName(_ wish: String) -> String {
    var candidate = wish
    var number = 0
    while operation(named: scopePath + candidate) != nil {
      number += 1
      candidate = "\(wish)_\(number)"
    }
    return candidate
  }
}
