import Glibc
import Weft
import WeftTensorFlow

/// Sound files of each format, the same on every run.
enum Samples {
  /// Tensors of every element type, an empty one and a scalar among them.
  static let tensors: [String: AnyTensor] = {
    var result: [String: AnyTensor] = [:]
    let numbers = (0..<60).map { Double($0) / 4 - 3 }
    for type in [
      DType.float32, .float64, .float16, .bfloat16, .int32, .int64, .uint8, .bool,
    ] {
      var tensor = try? AnyTensor(uninitialized: type, shape: [3, 4])
      tensor?.withUnsafeMutableBytes { bytes in
        for index in bytes.indices { bytes[index] = UInt8(type == .bool ? index % 2 : index) }
      }
      result["layer/\(type)"] = tensor
    }
    result["weights"] = (try? Tensor(shape: [5, 2, 6], scalars: numbers.map { Float($0) }))?.erased
    result["empty"] = (try? Tensor<Float>.zeros([0, 4]))?.erased
    result["scalar"] = Tensor<Float>(0.25).erased
    return result
  }()

  /// Touches all of a tensor.
  static func use(_ tensor: AnyTensor) {
    let sum = tensor.withUnsafeBytes { $0.reduce(UInt64(0)) { $0 &+ UInt64($1) } }
    precondition(tensor.byteCount > 0 || sum == 0)
  }

  /// The bytes of a file that a function writes.
  static func file(_ ending: String = "", _ write: (String) throws -> Void) throws -> [UInt8] {
    let scratch = try Scratch()
    defer { scratch.remove() }
    let path = scratch.path("sample" + ending)
    try write(path)
    return try Scratch.read(path)
  }

  /// The two files of a checkpoint.
  static func checkpoint() throws -> (index: [UInt8], data: [UInt8]) {
    let scratch = try Scratch()
    defer { scratch.remove() }
    let graph = Graph(seed: 3)
    func variable<S: TensorScalar>(_ name: String, _ tensor: Tensor<S>) {
      _ = graph.variable(tensor, name: name, trainable: false)
    }
    variable("empty", try Tensor<Float>.zeros([0, 4]))
    variable("weights", try Tensor<Float>(shape: [7, 3], scalars: (0..<21).map { Float($0) }))
    variable("layer/flags", [true, false, true] as Tensor<Bool>)
    variable("layer/steps", Tensor<Int64>(12))
    variable("layer/double", [[1, 2], [3, 4]] as Tensor<Double>)
    let session = try Session(graph)
    defer { session.close() }
    try session.initializeVariables()
    let prefix = try Saver().save(session, to: scratch.path("model"))
    let data = prefix + ".data-00000-of-00001"
    return (try Scratch.read(prefix + ".index"), try Scratch.read(data))
  }

  /// An event file with something of each kind.
  static func eventFile() throws -> [UInt8] {
    let scratch = try Scratch()
    defer { scratch.remove() }
    let writer = try FileWriter(scratch.path("run"))
    try writer.addHyperParameters(["rate": .number(0.1), "name": .text("adam")], metrics: ["loss"])
    try writer.addGraph(try GraphExport(models[0]).bytes())
    let image = try Tensor<Float>(shape: [1, 6, 5, 1], scalars: (0..<30).map { Float($0) })
    try writer.add(try SummaryValue.images("input", image.erased), step: 0)
    try writer.add([.text("note", "**hello**")], step: 0)
    for step in 0..<3 {
      let weights = Tensor<Float>((0..<20).map { Float($0 - 10) * Float(step) }).erased
      try writer.add(
        [.scalar("loss", 1 / Float(step + 1)), .histogram("weights", weights)], step: step)
    }
    try writer.finishHyperParameters(.success)
    try writer.close()
    return try Scratch.read(writer.path)
  }
}

/// A folder of its own for files that must lie somewhere to be read.
struct Scratch {
  private let folder: String

  init() throws {
    var template = Array("/tmp/weft-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TensorError("no folder can be made in /tmp") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Writes a file in place, without waiting for the disk: there are thousands.
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Self.write(bytes, to: path(name))
    return path(name)
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "w") else { throw TensorError("cannot write '\(path)'") }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      throw TensorError("cannot write '\(path)'")
    }
  }

  static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw TensorError("cannot read '\(path)'") }
    defer { fclose(file) }
    var result: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&part, 1, part.count, file), count > 0 { result += part[..<count] }
    return result
  }

  /// The contents of the files below a folder whose names end so, in order.
  static func files(below folder: String, ending: String) throws -> [[UInt8]] {
    let names = try entries(of: folder).sorted()
    var result: [[UInt8]] = []
    for name in names where name.hasSuffix(ending) { result.append(try read("\(folder)/\(name)")) }
    for name in names where !name.contains(".") {
      result += (try? files(below: "\(folder)/\(name)", ending: ending)) ?? []
    }
    return result
  }

  private static func entries(of folder: String) throws -> [String] {
    guard let reader = opendir(folder) else { throw TensorError("cannot list '\(folder)'") }
    defer { closedir(reader) }
    var result: [String] = []
    while let entry = readdir(reader) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { result.append(name) }
    }
    return result
  }

  /// Removes the folder with its files and folders of files.
  func remove() { Self.remove(folder) }

  private static func remove(_ path: String) {
    guard unlink(path) != 0 else { return }
    for name in (try? entries(of: path)) ?? [] { remove("\(path)/\(name)") }
    rmdir(path)
  }
}
