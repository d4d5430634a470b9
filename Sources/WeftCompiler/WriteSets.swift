/// Sets of writes, each kept once: for each variable the number of writes of it that are in the set.
///
/// Most instructions of a step see the writes that their operands see; numbers instead of copies keep
/// the cost of a long chain behind many updates linear.
struct WriteSets {
  /// The empty set.
  static let none = 0

  private struct Pair: Hashable {
    let a: Int
    let b: Int
  }

  private var sets: [[Int: Int]] = [[:]]
  private var unions: [Pair: Int] = [:]

  /// How many writes of each variable a set holds.
  subscript(_ set: Int) -> [Int: Int] { sets[set] }

  /// The set of the first writes of a variable.
  mutating func single(_ variable: Int, version: Int) -> Int {
    sets.append([variable: version])
    return sets.count - 1
  }

  /// The union of some sets.
  mutating func union(_ parts: [Int]) -> Int {
    let first = parts.first { $0 != Self.none } ?? Self.none
    if parts.allSatisfy({ $0 == first || $0 == Self.none }) { return first }
    let distinct = Set(parts).subtracting([Self.none]).sorted()
    guard distinct.count == 2 else { return merged(distinct) }
    let pair = Pair(a: distinct[0], b: distinct[1])
    if let known = unions[pair] { return known }
    let made = merged(distinct)
    unions[pair] = made
    return made
  }

  private mutating func merged(_ distinct: [Int]) -> Int {
    let largest = distinct.max { sets[$0].count < sets[$1].count } ?? Self.none
    var result = sets[largest]
    var isNew = false
    for part in distinct where part != largest {
      for (variable, version) in sets[part] where version > result[variable] ?? 0 {
        result[variable] = version
        isNew = true
      }
    }
    if !isNew { return largest }
    sets.append(result)
    return sets.count - 1
  }
}
