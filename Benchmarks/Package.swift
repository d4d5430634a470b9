// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what only benchmarks need slows no other build.
let package = Package(
  name: "weft-benchmarks",
  dependencies: [.package(name: "weft", path: "..")],
  targets: [
    .executableTarget(
      name: "weft-bench", dependencies: [.product(name: "Weft", package: "weft")])
  ],
  swiftLanguageModes: [.v6]
)
