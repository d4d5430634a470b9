// Compares every kernel of a device with the reference, and training steps with the CPU's: for machines
// that tests do not run on.
//
//   devicecheck [/gpu:0 | /cpu:0] [part of a case's name | steps]
import Glibc
import OpCases
import Weft
import WeftCUDA
import WeftTesting

func device(_ name: String) throws(GraphError) -> any Device {
  guard name.hasPrefix("/gpu:"), let ordinal = Int(name.dropFirst(5)) else {
    return CPUDevice.shared
  }
  return try CUDADevice(
    libraries: CUDALibraries(), ordinal: ordinal, host: CPUDevice.shared)
}

let arguments = Array(CommandLine.arguments.dropFirst())
let part = arguments.dropFirst().first ?? ""
do {
  let device = try device(arguments.first ?? "/gpu:0")
  var (passed, failed) = (0, 0)
  for opCase in CaseTable.all where part != "steps" && opCase.name.contains(part) {
    if let problem = conformanceMismatch(opCase, on: device) {
      print(problem)
      failed += 1
    } else {
      passed += 1
    }
  }
  if part != "steps" {
    print("op cases passed on \(device.name): \(passed) of \(passed + failed)")
  }
  if part.isEmpty || part == "steps" {
    let problems = try StepCase.all.compactMap { try $0.mismatch(on: device) }
    for problem in problems { print(problem) }
    let count = StepCase.all.count
    print("training steps that agree on \(device.name): \(count - problems.count) of \(count)")
    failed += problems.count
  }
  let hostSteps = (device as? CUDADevice)?.hostSteps ?? [:]
  for (typeName, reason) in hostSteps.sorted(by: { $0.key < $1.key }) {
    print("on the host: \(typeName): \(reason)")
  }
  exit(failed == 0 ? 0 : 1)
} catch {
  print(error)
  exit(2)
}
