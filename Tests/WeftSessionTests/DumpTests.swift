import Foundation
import Testing
import Weft

@Suite struct DumpTests {
  @Test func theEnvironmentsWordsAreUnderstood() {
    #expect(CompilerDump("passes")?.passes == true)
    #expect(CompilerDump("passes")?.plan == false)
    #expect(CompilerDump("plan")?.plan == true)
    #expect(CompilerDump("/tmp/x")?.passes == true)
    #expect(CompilerDump("plan,/tmp/x")?.passes == false)
    #expect(CompilerDump("plan,/tmp/x")?.folder == "/tmp/x")
    #expect(CompilerDump("0") == nil)
    #expect(CompilerDump("") == nil)
  }

  @Test func aDumpHasAFileForEachPassAndThePlan() throws {
    let folder = "\(NSTemporaryDirectory())weft-dump-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [2], name: "x")
    let y = tanh(x) * x
    let session = try Session(
      graph, device: CPUDevice(threads: 1),
      configuration: SessionConfiguration(
        disabledPasses: [], dump: CompilerDump(passes: true, plan: true, folder: folder)))
    try session.run(y, feeding: [x: [1, 2] as Tensor<Float>])
    // The second run compiles nothing and writes nothing.
    try session.run(y, feeding: [x: [1, 2] as Tensor<Float>])
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(files.count == Pipeline.standard.passes.count + 2)
    func text(_ ending: String) throws -> String {
      let name = try #require(files.first { $0.hasSuffix(ending) })
      return try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }
    #expect(try text("-specialize.txt").contains("Tanh("))
    #expect(try text("-fold-updates.txt").contains("unchanged"))
    #expect(try text("-fuse-pointwise.txt").contains("WeftFusedPointwise("))
    #expect(try text("-plan.txt").contains("arena "))
  }

  @Test func passesAreSwitchedOffByName() throws {
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [2], name: "x")
    let y = tanh(x) * x
    func launches(_ disabled: [String]) throws -> Int {
      let session = try Session(
        graph, device: CPUDevice(threads: 1),
        configuration: SessionConfiguration(disabledPasses: disabled, dump: nil))
      defer { session.close() }
      return try session.report(y, feeding: [x: [1, 2] as Tensor<Float>]).launches
    }
    #expect(try launches([]) == 1)
    #expect(try launches(["fuse-pointwise"]) == 2)
    #expect(try launches(["Fuse pointwise", "dead code"]) == 2)
    #expect {
      try launches(["fuse"])
    } throws: { "\($0)".contains("there is no pass 'fuse'") && "\($0)".contains("fuse pointwise") }
    #expect {
      try launches(["schedule"])
    } throws: { "\($0)".contains("cannot be switched off") }
  }

  @Test func aPipelineStopsAfterAPass() throws {
    let names = try Pipeline.standard.stopping(after: "common subexpressions").passes.map(\.name)
    #expect(
      names == ["drop controls", "simplify", "common subexpressions", "schedule"])
    let all = Pipeline.standard.passes.map(\.name)
    #expect(try Pipeline.standard.stopping(after: "schedule").passes.map(\.name) == all)
    #expect(throws: GraphError.self) { try Pipeline.standard.stopping(after: "nothing") }
  }

  /// Many operations that wait for many updates: all of them see the new values.
  @Test func aLongListOfDependenciesHolds() throws {
    let graph = Graph()
    let variables = (0..<30).map { graph.variable(.zeros([3]), name: "v\($0)") }
    let step = graph.placeholder(Float.self, shape: [3], name: "step")
    let updates = variables.map { $0.assignAdd(step) }
    let sums = graph.after(updates) { variables.map { $0 * 2 } }
    let before = variables.map { $0 * 3 }
    let session = try Session(graph, device: CPUDevice(threads: 2))
    try session.initializeVariables()
    for run in 1...3 {
      let (new, old) = try session.run(sums, before, feeding: [step: [1, 2, 3] as Tensor<Float>])
      let base = Float(run)
      #expect(new.allSatisfy { $0.scalars == [2 * base, 4 * base, 6 * base] })
      #expect(old.allSatisfy { $0.scalars == [3 * (base - 1), 6 * (base - 1), 9 * (base - 1)] })
    }
  }
}
