import WeftOps

/// What is carried from one part to another.
enum Cargo: Hashable {
  /// A value that an instruction computes.
  case value(Int)
  /// The content of a variable after so many writes of the run.
  case version(variable: Int, writes: Int)
}

/// A place for cargo on a device.
struct CargoPlace: Hashable {
  let cargo: Cargo
  let device: Int
}

/// A part of a program while it is taken out of the whole.
struct PartBuilder {
  let device: Int
  let level: Int
  /// For sums that several devices compute together: those devices. Empty for a part of one.
  let members: [Int]
  var sums: [Sum] = []
  var program = Program()
  /// By value of the whole.
  var values: [Int: Int] = [:]
  /// Views of variables of other devices, by value of the whole and the number of writes.
  var views: [VersionedValue: Int] = [:]
  /// By instruction of the whole: what stands for it.
  var standing: [Int: [Int]] = [:]
  var imports: [CargoPlace: Int] = [:]
  /// What each feed of the part is.
  var feeds: [Feed] = []
  /// What the part gives to others: values of its own.
  var exports: [(value: Int, place: CargoPlace)] = []
  var exported: Set<CargoPlace> = []
  /// Results of the question, by their position there.
  var fetches: [(value: Int, position: Int)] = []
  /// Variables of the whole, in the order of the part's.
  var variables: [Int] = []
  var variableValues: [Int: Int] = [:]
  var written: Set<Int> = []
  var targets: Set<Int> = []
  /// Parts of other devices that must be done before.
  var predecessors: Set<Int> = []

  /// What a feed of the part is.
  enum Feed {
    case question(Int)
    case cargo(CargoPlace)
  }

  /// A sum that the members compute together.
  struct Sum {
    /// The instruction of the whole.
    let instruction: Int
    let parts: [CargoPlace]
    /// Where it is wanted.
    var results: [CargoPlace]
  }

  struct VersionedValue: Hashable {
    let value: Int
    let writes: Int
  }

  init(device: Int, level: Int, members: [Int]) {
    self.device = device
    self.level = level
    self.members = members
  }

  /// Notes that a sum is wanted on a device, if that is a member.
  mutating func want(_ place: CargoPlace) {
    guard members.contains(place.device) else { return }
    for index in sums.indices where sums[index].results[0].cargo == place.cargo {
      if !sums[index].results.contains(place) { sums[index].results.append(place) }
    }
  }

  mutating func add(_ value: Program.Value, _ source: Program.Source) -> Int {
    var copy = value
    copy.source = source
    program.values.append(copy)
    return program.values.count - 1
  }

  mutating func addFeed(_ value: Program.Value, _ feed: Feed) -> Int {
    let made = add(value, .feed(feeds.count))
    program.feeds.append(made)
    feeds.append(feed)
    return made
  }

  /// A variable that lies on the part's device.
  mutating func variable(_ index: Int, _ whole: Program) -> Int {
    if let known = variableValues[index] { return known }
    let variable = whole.variables[index]
    let made = program.values.count
    program.values.append(
      Program.Value(
        dtype: variable.type.dtype, shape: variable.type.shape.complete ?? [],
        source: .variable(variables.count)))
    program.variables.append(variable)
    variables.append(index)
    variableValues[index] = made
    return made
  }

  /// A copy of an instruction of the whole, over values of the part.
  mutating func append(
    _ instruction: Program.Instruction, inputs: [Int], controls: [Int], _ whole: Program
  ) -> Int {
    let index = program.instructions.count
    var copy = instruction
    copy.inputs = inputs
    copy.controls = controls
    copy.outputs = instruction.outputs.map { add(whole.values[$0], .instruction(index)) }
    program.instructions.append(copy)
    return index
  }
}
