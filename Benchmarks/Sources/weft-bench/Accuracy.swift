import Glibc
import Weft

/// How far the CPU's float32 functions are from the true value, in units in the last place, over the
/// whole range of floats.
enum Accuracy {
  struct Function: Sendable, CustomStringConvertible {
    let name: String
    let build: @Sendable (Node<Float>) -> Node<Float>
    let exact: @Sendable (Double) -> Double
    var description: String { name }
  }

  struct Worst: CustomStringConvertible {
    var ulps = 0.0
    var x: Float = 0
    var result: Float = 0
    var description: String { "\((ulps * 1000).rounded() / 1000) ulp at \(x): \(result)" }
  }

  static let functions = [
    Function(name: "exp", build: { exp($0) }, exact: { Glibc.exp($0) }),
    Function(name: "log", build: { log($0) }, exact: { Glibc.log($0) }),
    Function(name: "log1p", build: { log1p($0) }, exact: { Glibc.log1p($0) }),
    Function(name: "expm1", build: { expm1($0) }, exact: { Glibc.expm1($0) }),
    Function(name: "tanh", build: { tanh($0) }, exact: { Glibc.tanh($0) }),
    Function(name: "sigmoid", build: { sigmoid($0) }, exact: { 1 / (1 + Glibc.exp(-$0)) }),
    Function(name: "erf", build: { erf($0) }, exact: { Glibc.erf($0) }),
  ]

  /// The worst of the floats whose bits are `first`, `first + stride`, ...: all of them with 0 and 1.
  static func worst(_ function: Function, first: UInt32 = 0, stride: UInt32) throws -> Worst {
    let count = 1 << 16
    let graph = Graph()
    let x = graph.placeholder(Float.self, shape: [count], name: "x")
    let y = function.build(x)
    let step = try Session(graph).prepare(y, feeding: x)
    var (worst, bits) = (Worst(), UInt64(first))
    while bits <= UInt64(UInt32.max) {
      let inputs = (0..<count).map { index in
        Float(bitPattern: UInt32(min(bits + UInt64(index) * UInt64(stride), UInt64(UInt32.max))))
      }
      let results = try step.run(Tensor(inputs))
      results.withUnsafeScalars { results in
        for index in 0..<count {
          let error = distance(results[index], function.exact(Double(inputs[index])))
          if error > worst.ulps {
            worst = Worst(ulps: error, x: inputs[index], result: results[index])
          }
        }
      }
      bits += UInt64(count) * UInt64(stride)
    }
    return worst
  }

  /// The distance from the true value in units in the last place of the float nearest to it. A NaN
  /// that should not be one, or the other way round, is infinitely far.
  static func distance(_ result: Float, _ exact: Double) -> Double {
    let nearest = Float(exact)
    if nearest.isNaN || result.isNaN { return nearest.isNaN && result.isNaN ? 0 : .infinity }
    if nearest.isInfinite || result.isInfinite {
      if nearest == result { return 0 }
      // One step from the largest number counts as one.
      return nearest.nextDown == result || nearest.nextUp == result || result.nextDown == nearest
        || result.nextUp == nearest ? 1 : .infinity
    }
    return abs(Double(result) - exact) / Double(nearest.ulp)
  }

  static func printAll(stride: UInt32) throws {
    print("float32 functions, every \(stride). float, \(CPUDevice.instructionSet)")
    for function in functions {
      print(function.name, try worst(function, stride: stride))
    }
  }
}
