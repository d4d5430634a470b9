// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func example(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      "WeftExamples", .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ] + dependencies,
    path: "Examples/\(name)", swiftSettings: strict)
}

let package = Package(
  name: "weft",
  products: [
    .library(name: "Weft", targets: ["Weft"]),
    .library(name: "WeftTensorFlow", targets: ["WeftTensorFlow"]),
    .library(name: "WeftTesting", targets: ["WeftTesting"]),
    .executable(name: "weft", targets: ["WeftTool"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    .target(
      name: "CWeftKernels",
      cSettings: [
        .unsafeFlags(["-O3", "-fno-math-errno", "-std=gnu17", "-Wall", "-Wextra", "-Werror"])
      ],
      linkerSettings: [.linkedLibrary("m")]),
    .target(
      name: "CWeftChecksum",
      cSettings: [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(
      name: "CLAPACKE", pkgConfig: "lapacke",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    module("WeftTensor", ["CZlib"]),
    module("WeftGraph", ["WeftTensor"]),
    module("WeftOps", ["WeftGraph"]),
    module("WeftDevice", ["WeftGraph"]),
    module("WeftCompiler", ["WeftOps", "WeftDevice"]),
    module("WeftReference", ["WeftDevice"]),
    module("WeftCPU", ["WeftDevice", "WeftOps", "CWeftKernels", "COpenBLAS", "CLAPACKE"]),
    .target(
      name: "CWeftCUDA", exclude: ["Kernels"],
      cSettings: [.unsafeFlags(["-std=gnu23", "-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [.linkedLibrary("dl")]),
    module("WeftCUDA", ["WeftDevice", "WeftOps", "CWeftCUDA"]),
    module("WeftSession", ["WeftCompiler", "WeftDevice", "WeftOps"]),
    module("WeftTraining", ["WeftOps", "WeftSession"]),
    module("WeftData", ["WeftTensor", "CWeftKernels", "CPNG", "CZlib"]),
    module("WeftTesting", ["WeftSession", "WeftReference", "WeftOps"]),
    module(
      "WeftTensorFlow",
      [
        "WeftOps", "WeftSession", "WeftData", "CWeftChecksum",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    module(
      "Weft",
      [
        "WeftOps", "WeftReference", "WeftCPU", "WeftCUDA", "WeftSession", "WeftTraining",
        "WeftData",
      ]),
    .executableTarget(
      name: "WeftTool",
      dependencies: [
        "Weft", "WeftExamples", "WeftTensorFlow",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .executableTarget(
      name: "weft-fuzz",
      dependencies: [
        "Weft", "WeftTensorFlow", "CWeftChecksum",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Fuzz", swiftSettings: strict),
    .target(
      name: "ReferenceCorpus", dependencies: ["WeftTensor"], path: "Tests/ReferenceCorpus",
      swiftSettings: strict),
    .target(
      name: "OpCases", dependencies: ["WeftTesting", "Weft"], path: "Tests/OpCases",
      swiftSettings: strict),
    .executableTarget(
      name: "devicecheck", dependencies: ["OpCases", "Weft", "WeftCUDA"],
      path: "Tests/DeviceCheck", swiftSettings: strict),
    module(
      "WeftExamples",
      [
        "Weft", "WeftTensorFlow",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    example("notmnist"),
    example("mnist"),
    example("CustomOp", ["Weft"]),
    tests(
      "ExampleTests",
      [
        "Weft", "WeftExamples", "WeftTensorFlow", "WeftTesting", "CustomOp",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    tests("WeftTensorTests", ["WeftTensor"]),
    tests("WeftGraphTests", ["Weft", "ReferenceCorpus"]),
    tests("WeftOpsTests", ["Weft", "WeftOps", "ReferenceCorpus"]),
    tests("WeftCompilerTests", ["Weft", "WeftCompiler", "ReferenceCorpus"]),
    tests("WeftSessionTests", ["OpCases", "Weft", "CAllocationCounter", "ReferenceCorpus"]),
    tests("WeftTrainingTests", ["Weft", "ReferenceCorpus"]),
    tests("WeftDataTests", ["WeftData"]),
    tests(
      "WeftTensorFlowTests",
      ["WeftTensorFlow", "Weft", "CWeftChecksum", "ReferenceCorpus", "weft-fuzz", "WeftTool"]),
    tests("WeftTestingTests", ["WeftTesting", "Weft"]),
    tests(
      "WeftCUDATests",
      [
        "OpCases", "WeftTesting", "Weft", "WeftCUDA", "CWeftCUDA", "WeftExamples",
        "ReferenceCorpus",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    tests("WeftCPUTests", ["OpCases", "WeftTesting", "Weft", "WeftCPU", "CWeftKernels"]),
  ],
  swiftLanguageModes: [.v6]
)
