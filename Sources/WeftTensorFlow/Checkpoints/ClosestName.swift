import WeftOps

/// Finds the name in a file that a missing one may have meant.
struct ClosestName {
  struct Candidate {
    let name: String
    let type: String
    let shape: [Int]
    /// Whether a variable of its own takes it.
    let isTaken: Bool
  }

  let candidates: [Candidate]

  /// The candidate that is most like a missing variable; nil if none is like it.
  func closest(to name: String, type: String, shape: [Int]) -> RestoreReport.Missing {
    // The distance of names costs time: it is worked out only for those with much in common.
    let promising = candidates.map { candidate in
      (candidate, Self.commonEnds(candidate.name, name) + (candidate.shape == shape ? 4 : 0))
    }.sorted { $0.1 > $1.1 }.prefix(32)
    let ranked = promising.map { candidate, _ in
      let same = (candidate.type == type ? 0 : 1) + (candidate.shape == shape ? 0 : 1)
      let distance = Self.distance(candidate.name, name)
      return (candidate, distance, distance + 2 * same + (candidate.isTaken ? 1 : 0))
    }.filter { candidate, distance, _ in
      distance <= max(3, 2 * max(candidate.name.utf8.count, name.utf8.count) / 3)
    }
    guard let best = ranked.min(by: { $0.2 < $1.2 })?.0 else {
      return RestoreReport.Missing(name: name, closest: nil, likeness: nil)
    }
    let likeness =
      switch (best.type == type, best.shape == shape) {
      case (true, true): "same type and shape"
      case (true, false): "shape \(best.shape)"
      case (false, true): best.type
      case (false, false): "\(best.type)\(best.shape)"
      }
    return RestoreReport.Missing(name: name, closest: best.name, likeness: likeness)
  }

  private static func commonEnds(_ a: String, _ b: String) -> Int {
    zip(a.utf8, b.utf8).prefix { $0 == $1 }.count
      + zip(a.utf8.reversed(), b.utf8.reversed()).prefix { $0 == $1 }.count
  }

  /// How many bytes must be put in, left out or changed to get from one name to the other.
  static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.utf8.suffix(200)), Array(b.utf8.suffix(200)))
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let next = min(diagonal + (x == y ? 0 : 1), row[j] + 1, row[j + 1] + 1)
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[b.count]
  }
}
