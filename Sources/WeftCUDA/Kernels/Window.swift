import WeftDevice
import WeftOps

/// A divisor as the kernels take it: a multiplication and a shift, for numbers below 2³¹.
struct Divider {
  let divisor: Int
  let multiplier: Int
  let shift: Int

  init(_ divisor: Int) {
    self.divisor = max(1, divisor)
    var shift = 0
    while 1 << shift < self.divisor { shift += 1 }
    multiplier = (1 << 32) * ((1 << shift) - self.divisor) / self.divisor + 1
    self.shift = shift
  }

  /// As the kernels' structure.
  var structure: [Int] { [divisor, multiplier, shift] }
}

extension KernelUnit {
  /// The unit of a file that takes places of images apart.
  init(windows file: String, _ macros: [String: String]) throws(OpFailure) {
    guard let shared = Self.files["window"], let text = Self.files[file] else {
      throw OpFailure("there is no CUDA source '\(file)'", code: .invalidState)
    }
    self.init(name: file, text: shared + text, macros: macros)
  }
}

extension DataFormat {
  /// How far apart images, rows, columns and channels lie in memory.
  func strides(rows: Int, columns: Int, channels: Int) -> [Int] {
    self == .channelsLast
      ? [rows * columns * channels, columns * channels, channels, 1]
      : [rows * columns * channels, columns, 1, rows * columns]
  }
}

/// Throws unless the kernels can count in 32 bits.
func requireNarrow(_ counts: Int...) throws(OpFailure) {
  guard counts.allSatisfy({ $0 < 1 << 30 }) else {
    throw OpFailure("images of 2^30 elements and more", code: .unsupported)
  }
}

extension WindowAxis {
  /// The farthest position beyond the first that a window's tap may be at.
  var reach: Int { input + before + (window - 1) * dilation + output * stride }
}
