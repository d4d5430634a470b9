/// JSON as the headers of tensor files need it: without Foundation, which would make a small program
/// large. Numbers stay text.
enum JSONText {
  enum Value: Hashable {
    case object([String: Value])
    case array([Value])
    case string(String)
    case number(String)
    case bool(Bool)
    case null
  }

  /// The value in some bytes; all of them must be used but for spaces.
  ///
  /// Throws ``TensorError`` for what is not JSON, for a name that comes twice in an object, and for
  /// values nested more than 32 deep.
  static func parse(_ bytes: ArraySlice<UInt8>) throws(TensorError) -> Value {
    var parser = Parser(bytes: bytes, position: bytes.startIndex)
    let value = try parser.value(depth: 0)
    parser.skipSpaces()
    guard parser.next == nil else { throw parser.failure("has more behind its value") }
    return value
  }

  /// A text in quotes, with escapes where JSON needs them.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private struct Parser {
    let bytes: ArraySlice<UInt8>
    var position: Int

    var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    func failure(_ what: String) -> TensorError {
      TensorError("the JSON \(what), at byte \(position - bytes.startIndex)")
    }

    mutating func skipSpaces() {
      while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
      skipSpaces()
      guard next == byte else { return false }
      position += 1
      return true
    }

    mutating func value(depth: Int) throws(TensorError) -> Value {
      guard depth < 32 else { throw failure("is nested too deeply") }
      skipSpaces()
      switch next {
      case UInt8(ascii: "{"): return try object(depth)
      case UInt8(ascii: "["): return try array(depth)
      case UInt8(ascii: "\""): return .string(try string())
      default: return try word()
      }
    }

    private mutating func object(_ depth: Int) throws(TensorError) -> Value {
      position += 1
      var members: [String: Value] = [:]
      if take(UInt8(ascii: "}")) { return .object(members) }
      repeat {
        skipSpaces()
        guard next == UInt8(ascii: "\"") else { throw failure("has a member without a name") }
        let name = try string()
        guard take(UInt8(ascii: ":")) else { throw failure("has no colon behind a name") }
        let value = try value(depth: depth + 1)
        guard members.updateValue(value, forKey: name) == nil else {
          throw failure("has two members named '\(name)'")
        }
      } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "}")) else { throw failure("has an object without an end") }
      return .object(members)
    }

    private mutating func array(_ depth: Int) throws(TensorError) -> Value {
      position += 1
      var elements: [Value] = []
      if take(UInt8(ascii: "]")) { return .array(elements) }
      repeat { elements.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "]")) else { throw failure("has an array without an end") }
      return .array(elements)
    }

    private mutating func word() throws(TensorError) -> Value {
      let start = position
      while let byte = next, Self.isWordByte(byte) { position += 1 }
      let text = String(decoding: bytes[start..<position], as: UTF8.self)
      switch text {
      case "true": return .bool(true)
      case "false": return .bool(false)
      case "null": return .null
      default:
        guard Double(text) != nil, text.first != "+" else { throw failure("has no value") }
        return .number(text)
      }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "E"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"):
        true
      default: false
      }
    }

    private mutating func string() throws(TensorError) -> String {
      position += 1
      var text: [UInt8] = []
      while let byte = next {
        position += 1
        switch byte {
        case UInt8(ascii: "\""):
          guard let string = String(validating: text, as: UTF8.self) else {
            throw failure("has a text that is no UTF-8")
          }
          return string
        case UInt8(ascii: "\\"): text += try escape()
        case 0..<0x20: throw failure("has a control character in a text")
        default: text.append(byte)
        }
      }
      throw failure("has a text without an end")
    }

    private mutating func escape() throws(TensorError) -> [UInt8] {
      guard let byte = next else { throw failure("has a text without an end") }
      position += 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
      case UInt8(ascii: "b"): return [8]
      case UInt8(ascii: "f"): return [12]
      case UInt8(ascii: "n"): return [10]
      case UInt8(ascii: "r"): return [13]
      case UInt8(ascii: "t"): return [9]
      case UInt8(ascii: "u"):
        var code = try hexadecimal()
        if 0xD800..<0xDC00 ~= code {
          guard next == UInt8(ascii: "\\") else { throw failure("has half of a character") }
          position += 1
          guard next == UInt8(ascii: "u") else { throw failure("has half of a character") }
          position += 1
          let low = try hexadecimal()
          guard 0xDC00..<0xE000 ~= low else { throw failure("has half of a character") }
          code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw failure("has half of a character") }
        return Array(String(Character(scalar)).utf8)
      default: throw failure("has an unknown escape")
      }
    }

    private mutating func hexadecimal() throws(TensorError) -> UInt32 {
      var value: UInt32 = 0
      for _ in 0..<4 {
        guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
          throw failure("has an escape that is no number")
        }
        value = value << 4 | UInt32(digit)
        position += 1
      }
      return value
    }
  }
}
