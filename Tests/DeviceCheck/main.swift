// Compares every kernel of a device with the reference: for machines that tests do not run on.
//
//   devicecheck [/gpu:0 | /cpu:0] [part of a case's name]
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
  for opCase in CaseTable.all where opCase.name.contains(part) {
    if let problem = conformanceMismatch(opCase, on: device) {
      print(problem)
      failed += 1
    } else {
      passed += 1
    }
  }
  print("op cases passed on \(device.name): \(passed) of \(passed + failed)")
  let hostSteps = (device as? CUDADevice)?.hostSteps ?? [:]
  for (typeName, reason) in hostSteps.sorted(by: { $0.key < $1.key }) {
    print("on the host: \(typeName): \(reason)")
  }
  exit(failed == 0 ? 0 : 1)
} catch {
  print(error)
  exit(2)
}
