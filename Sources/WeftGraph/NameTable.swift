/// The names of a graph: unique without regard to case, as TensorFlow has them.
struct NameTable {
  private var indices: [String: Int] = [:]
  private var taken: Set<String> = []
  private var next: [String: Int] = [:]

  /// The operation of a name.
  func index(of name: String) -> Int? { indices[name] }

  /// A unique name for an operation: the wished one, or with `_1`, `_2`, ... behind it.
  mutating func take(_ wish: String, index: Int) -> String {
    let name = reserve(wish)
    indices[name] = index
    return name
  }

  /// A unique name that no operation bears: a scope's.
  mutating func reserve(_ wish: String) -> String {
    let legal = Self.legal(wish)
    var candidate = legal
    while !taken.insert(candidate.lowercased()).inserted {
      let number = next[legal.lowercased(), default: 0] + 1
      next[legal.lowercased()] = number
      candidate = "\(legal)_\(number)"
    }
    return candidate
  }

  /// The name with what GraphDef does not allow replaced by `_`.
  static func legal(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      let isLegal =
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".": true
        case "_", "-", "/", "\\": !result.isEmpty
        default: false
        }
      result.unicodeScalars.append(isLegal ? scalar : result.isEmpty ? "x" : "_")
    }
    return result.isEmpty ? "x" : result
  }
}
