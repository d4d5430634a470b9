import CWeftKernels
import WeftTensor

/// How pixels from 0 to 255 become numbers for a network.
public enum PixelScaling: String, CaseIterable, Sendable, Hashable {
  /// `v / 255`, from 0 to 1, as MNIST is usually fed.
  case unit
  /// `(v - 127.5) / 255`, from -0.5 to 0.5, as notMNIST is usually fed.
  case centered
  /// `(v - 127.5) / 127.5`, from -1 to 1.
  case signed
  /// `v` itself.
  case none

  /// The number that each byte becomes: as computed in `Double` and rounded once.
  public var table: [Float] {
    let bytes = Array(UInt8.min...UInt8.max)
    return [Float](unsafeUninitializedCapacity: bytes.count) { target, count in
      bytes.withUnsafeBufferPointer { scale($0, into: target.baseAddress) }
      count = bytes.count
    }
  }

  /// What is subtracted from a pixel, and what the rest is divided by.
  private var terms: (offset: Float, divisor: Double) {
    switch self {
    case .unit: (0, 255)
    case .centered: (127.5, 255)
    case .signed: (127.5, 127.5)
    case .none: (0, 1)
    }
  }

  /// Scales pixels into memory for as many numbers.
  func scale(_ pixels: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<Float>?) {
    guard let source = pixels.baseAddress, let target else { return }
    let (offset, divisor) = terms
    weft_scale_pixels(source, target, pixels.count, offset, 1 / divisor)
  }
}
