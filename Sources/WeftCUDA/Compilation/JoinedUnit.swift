/// Kernels of several units as one: each unit becomes a structure whose members find their thread and
/// block in variables, so that a launch can share its blocks out to all of them.
///
/// A block looks which part of the launch it belongs to, in a table that is an argument: for each part
/// the first block, then which kernel it is, its grid and block, and its arguments.
struct JoinedUnit: Hashable, Sendable {
  /// A kernel of a unit, with the kinds of its arguments.
  struct Body: Hashable, Sendable {
    let unit: KernelUnit
    let kernel: String
    let arguments: [Kind]
  }

  /// How an argument is taken from the words of the table.
  enum Kind: Hashable, Sendable {
    case pointer, int32, int64, float, double
    /// A structure of that many words.
    case structure(Int)

    var wordCount: Int { if case .structure(let count) = self { count } else { 1 } }
  }

  let bodies: [Body]
  /// The words of the table.
  let wordCount: Int
  /// What is compiled.
  let unit: KernelUnit

  init(_ bodies: [Body], wordCount: Int) {
    self.bodies = bodies
    self.wordCount = wordCount
    unit = KernelUnit(name: "joined", text: Self.text(bodies, wordCount))
  }

  private static func text(_ bodies: [Body], _ wordCount: Int) -> String {
    var units: [KernelUnit] = []
    for body in bodies where !units.contains(body.unit) { units.append(body.unit) }
    var lines = [KernelUnit.files["joined"] ?? ""]
    for (index, unit) in units.enumerated() {
      let names = unit.macros.keys.sorted()
      lines += names.map { "#define \($0) \(unit.macros[$0] ?? "")" }
      lines += ["namespace { struct Member\(index) : Part {", asMembers(unit.text), "}; }"]
      lines += unit.definedMacros.map { "#undef \($0)" }
    }
    lines.append("struct Table { unsigned long long words[\(wordCount)]; };")
    lines.append("KERNEL(256) ENTRY(joined)(const __grid_constant__ Table table, int parts) {")
    lines.append(
      """
        int part = parts - 1;
        while (part > 0 && blockIdx.x < table.words[part]) part--;
        const unsigned block = blockIdx.x - (unsigned)table.words[part];
        const unsigned long long *const words = table.words + table.words[parts + part];
        switch ((int)words[0]) {
      """)
    for (index, body) in bodies.enumerated() {
      let member = units.firstIndex(of: body.unit) ?? 0
      lines.append("    case \(index): {")
      lines.append("      Member\(member) member;")
      lines.append(
        "      if (member.take(words, block)) member.\(body.kernel)(\(call(body.arguments)));")
      lines.append("      return;\n    }")
    }
    return (lines + ["  }", "}"]).joined(separator: "\n")
  }

  private static func call(_ arguments: [Kind]) -> String {
    var at = 3
    return arguments.map { kind in
      defer { at += kind.wordCount }
      return switch kind {
      case .pointer: "Pointer{words[\(at)]}"
      case .int32: "(int)words[\(at)]"
      case .int64: "(long long)words[\(at)]"
      case .float: "__uint_as_float((unsigned)words[\(at)])"
      case .double: "__longlong_as_double((long long)words[\(at)])"
      case .structure: "Structure{words + \(at)}"
      }
    }.joined(separator: ", ")
  }

  /// Other names for what a kernel of its own has built in; structures are taken by reference.
  private static let names = [
    "threadIdx": "thread_index", "blockIdx": "block_index", "blockDim": "block_size",
    "gridDim": "grid_size", "KERNEL": "MEMBER_KERNEL", "ENTRY": "MEMBER_NAME", "DEVICE": "MEMBER",
    "FOR_EACH": "MEMBER_FOR_EACH", "THREAD_INDEX": "MEMBER_THREAD_INDEX",
    "THREAD_COUNT": "MEMBER_THREAD_COUNT",
  ]

  /// The text of a unit as members of a structure.
  private static func asMembers(_ text: String) -> String {
    var result = ""
    var word = ""
    var isStructure = false
    func isPart(_ character: Character) -> Bool {
      character == "_" || character.isLetter || character.isNumber
    }
    func endWord() {
      if word == "__grid_constant__" {
        isStructure = true
      } else {
        result += names[word] ?? word
        if isStructure, !word.isEmpty {
          result += " &"
          isStructure = false
        }
      }
      word = ""
    }
    for character in text {
      if isPart(character) {
        word.append(character)
      } else {
        if !word.isEmpty { endWord() }
        result.append(character)
      }
    }
    if !word.isEmpty { endWord() }
    return result
  }
}

extension KernelUnit {
  /// The macros that are set before the text or in it.
  var definedMacros: [String] {
    let own = text.split(separator: "\n").filter { $0.hasPrefix("#define ") }.map {
      String($0.dropFirst("#define ".count))
    }
    // The name alone, without parameters or a value.
    let all = (Array(macros.keys) + own).map { macro in
      String(macro.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
    }
    return Set(all).sorted()
  }
}
