import OpCases
import Testing
import Weft
import WeftTesting

@Suite struct KernelTests {
  static let one = CPUDevice(threads: 1)
  static let two = CPUDevice(threads: 2)

  @Test(arguments: CaseTable.all) func kernelAgreesWithTheReference(_ opCase: OpCase) {
    let problem = conformanceMismatch(opCase, on: Self.two)
    #expect(problem == nil, "\(problem ?? "")")
  }

  @Test(arguments: CaseTable.all) func bitsDoNotDependOnTheThreads(_ opCase: OpCase) {
    let problem = bitMismatch(opCase, Self.one, Self.two)
    #expect(problem == nil, "\(problem ?? "")")
  }

  @Test(arguments: CaseTable.all) func gradientAgreesWithDifferences(_ opCase: OpCase) {
    let problem = gradientMismatch(opCase, on: Self.two)
    #expect(problem == nil, "\(problem ?? "")")
  }

  @Test(arguments: CaseTable.all.filter { $0.failure == nil })
  func shapeRuleAgreesWithTheResult(_ opCase: OpCase) {
    let problem = shapeRuleMismatch(opCase, on: Self.two)
    #expect(problem == nil, "\(problem ?? "")")
  }
}
