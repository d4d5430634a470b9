import WeftDevice

/// Whose bytes the values of a plan are: views lie in those of what they are views of.
struct PlanViews {
  private var owners: [Int: Int] = [:]
  private var own: Set<Int> = []
  private var users: [Int: [Int]] = [:]
  private var makers: [Int: Int] = [:]
  private var given: Set<Int> = []

  /// Results up to this size have a place of their own, as long as there is room: what does not share
  /// its place can be computed together.
  private static let largest = 16 << 10
  private static let room = 1 << 20

  init(_ plan: ExecutionPlan) {
    var latest: [Int: Int] = [:]
    for (index, step) in plan.steps.enumerated() {
      for input in step.inputs {
        look(input, plan, latest)
        users[owner(of: input), default: []].append(index)
      }
      for output in step.outputs {
        makers[output] = index
        guard case .arena(let offset) = plan.values[output].storage else { continue }
        owners[output] = output
        latest[offset] = output
      }
    }
    for copy in plan.fetchCopies {
      look(copy.value, plan, latest)
      given.insert(owner(of: copy.value))
    }
    given.formUnion(plan.fetches.map(owner))
    var room = Self.room
    for value in owners.values.sorted() where !own.contains(value) {
      let byteCount = plan.values[value].byteCount
      guard byteCount <= Self.largest, byteCount <= room else { continue }
      room -= byteCount
      own.insert(value)
    }
  }

  private mutating func look(_ value: Int, _ plan: ExecutionPlan, _ latest: [Int: Int]) {
    guard case .arena(let offset) = plan.values[value].storage, owners[value] == nil,
      let owner = latest[offset], plan.values[owner].byteCount == plan.values[value].byteCount
    else { return }
    owners[value] = owner
  }

  /// The value in whose bytes a value lies: itself, or what it is a view of.
  func owner(of value: Int) -> Int { owners[value] ?? value }
  /// Whether nothing else ever lies where this result of a step does, within the arena.
  func hasOwnPlace(_ value: Int) -> Bool { own.contains(value) }
  /// The steps that use a value or a view of it, once for each use.
  func users(of value: Int) -> [Int] { users[owner(of: value)] ?? [] }
  /// The step that makes a value.
  func maker(of value: Int) -> Int? { makers[owner(of: value)] }
  /// Whether the run gives the value back.
  func isGiven(_ value: Int) -> Bool { given.contains(owner(of: value)) }
}
