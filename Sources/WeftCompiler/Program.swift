@_exported import WeftDevice
import WeftOps

/// A question asked of a graph, specialised to complete shapes: what the passes transform.
///
/// Instructions are in an order that respects inputs and control dependencies until the schedule
/// pass has fixed the order of updates too.
public struct Program: Sendable {
  /// A tensor.
  public struct Value: Sendable {
    /// The element type.
    public var dtype: DType
    /// The dimensions.
    public var shape: [Int]
    /// How the value comes to be.
    public var source: Source
    /// The value itself if it is known.
    public var constant: AnyTensor?
    /// What is known of the list that the value is a handle of.
    public var list: ListTrace?

    /// The type as operations see it.
    public var type: TensorType { TensorType(dtype, TensorShape(shape)) }
    /// The size in bytes.
    public var byteCount: Int { shape.reduce(1, *) * dtype.byteCount }
  }

  /// How a value comes to be.
  public enum Source: Hashable, Sendable {
    /// Computed by an instruction.
    case instruction(Int)
    /// Fed.
    case feed(Int)
    /// The present content of a variable.
    case variable(Int)
    /// Known while compiling.
    case constant
  }

  /// One operation.
  public struct Instruction: Sendable {
    /// What is computed.
    public var definition: any OpDefinition
    /// The name of the operation.
    public var name: String
    /// Where it comes from.
    public var origin: Origin
    /// The operands: positions in ``Program/values``.
    public var inputs: [Int]
    /// The results.
    public var outputs: [Int]
    /// Instructions that must have run before.
    public var controls: [Int]
    /// Whether a pass has removed it.
    public var isDead = false
    /// The parts that it holds, compiled.
    public var regions: [ExecutionPlan.Region] = []
    /// For an instruction that holds parts: which outputs of its definition the results are.
    public var results: [Int] = []
    /// Where it is to run: a position in the devices of the ``DeviceChoice``.
    public var device = 0

    var isView: Bool {
      if case .view = definition.aliasing { return true }
      return false
    }

    var updatedInputs: [Int] { definition.effect.updatedInputs }

    /// The operands whose memory the first results lie in.
    var overwrittenInputs: [Int] {
      if case .updates(let positions) = definition.effect { return positions }
      return []
    }

    /// Whether it runs even if nobody uses its results.
    var hasEffect: Bool {
      switch definition.effect {
      case .updates, .external: true
      case .region(_, let isNeeded): isNeeded
      case .none, .variable, .random, .resource: false
      }
    }
  }

  /// The values.
  public var values: [Value] = []
  /// The instructions.
  public var instructions: [Instruction] = []
  /// The values that are fed, in order.
  public var feeds: [Int] = []
  /// The values asked for, in order.
  public var fetches: [Int] = []
  /// The instructions asked for.
  public var targets: [Int] = []
  /// The variables, by the order in which values mention them.
  public var variables: [AnyVariable] = []
  /// The device that each variable lies on.
  public var variableDevices: [Int] = []

  /// The operand that a view shows, followed to its end.
  func root(of value: Int) -> Int {
    var value = value
    while case .instruction(let index) = values[value].source {
      let instruction = instructions[index]
      if case .view(let input) = instruction.definition.aliasing, instruction.outputs[0] == value {
        value = instruction.inputs[input]
      } else {
        break
      }
    }
    return value
  }

  /// The variable whose memory a value lies in, if it does.
  func variable(of value: Int) -> Int? {
    if case .variable(let index) = values[content(behind: value)].source { return index }
    return nil
  }

  /// The value through whose memory a value is to be had: that of the variable for what views or
  /// updates of it give.
  func content(behind value: Int) -> Int {
    let root = root(of: value)
    guard case .instruction(let index) = values[root].source else { return root }
    let instruction = instructions[index]
    guard let output = instruction.outputs.firstIndex(of: root),
      output < instruction.overwrittenInputs.count
    else { return root }
    return content(behind: instruction.inputs[instruction.overwrittenInputs[output]])
  }
}

extension Program: CustomStringConvertible {
  /// The program as text, the same in every run.
  public var description: String {
    func label(_ index: Int) -> String {
      let value = values[index]
      if let constant = value.constant, constant.count == 1 {
        return "\(value.type){\(constant.doubles[0])}"
      }
      return switch value.source {
      case .feed(let feed): "%\(index)=feed\(feed)"
      case .variable(let variable): "%\(index)=\(variables[variable].name)"
      case .constant: "%\(index)=constant"
      case .instruction: "%\(index)"
      }
    }
    var lines: [String] = []
    for (index, instruction) in instructions.enumerated() where !instruction.isDead {
      let results = instruction.outputs.map { "%\($0):\(values[$0].type)" }
      var operands = instruction.inputs.map(label)
      operands += instruction.controls.map { "^\($0)" }
      lines.append(
        "\(index): " + results.joined(separator: ", ")
          + " = \(instruction.definition.typeName)(\(operands.joined(separator: ", ")))"
          + "  // \(instruction.name)")
    }
    lines.append("fetch " + fetches.map(label).joined(separator: ", "))
    return lines.joined(separator: "\n")
  }
}
