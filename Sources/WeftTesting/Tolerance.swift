@_exported import WeftSession

/// How far a value may lie from the expected one. An element passes if any of the three lets it
/// pass;
/// NaN must meet NaN, and an infinity the same infinity.
///
/// ```swift
/// let loose: Tolerance = .ulps(4)
/// let sums = Tolerance(ulps: 2, absolute: 1e-6)
/// ```
public struct Tolerance: Hashable, Sendable {
  /// The number of representable values between the two.
  public var ulps: UInt64
  /// The distance relative to the expected value.
  public var relative: Double
  /// The distance, added to the relative one.
  public var absolute: Double

  /// A tolerance; without arguments, equality.
  public init(ulps: UInt64 = 0, relative: Double = 0, absolute: Double = 0) {
    self.ulps = ulps
    self.relative = relative
    self.absolute = absolute
  }

  /// Equality.
  public static let exact = Tolerance()
  /// That many representable values.
  public static func ulps(_ count: UInt64) -> Tolerance { Tolerance(ulps: count) }
}

/// What is wrong with a tensor that should be close to another, or nil if nothing is.
///
/// The sentence names the worst element with its index, both values and their distance.
///
/// ```swift
/// let problem = mismatch(actual, expected, ulps: 2)
/// #expect(problem == nil, "\(problem ?? "")")
/// ```
public func mismatch(
  _ actual: AnyTensor, _ expected: AnyTensor, ulps: UInt64 = 0, relative: Double = 0,
  absolute: Double = 0
) -> String? {
  mismatch(actual, expected, Tolerance(ulps: ulps, relative: relative, absolute: absolute))
}

/// What is wrong with a tensor of known element type, or nil if nothing is.
public func mismatch<S: TensorScalar>(
  _ actual: Tensor<S>, _ expected: Tensor<S>, ulps: UInt64 = 0, relative: Double = 0,
  absolute: Double = 0
) -> String? {
  mismatch(
    AnyTensor(actual), AnyTensor(expected), ulps: ulps, relative: relative, absolute: absolute)
}

/// What is wrong with a tensor under a tolerance, or nil if nothing is.
public func mismatch(_ actual: AnyTensor, _ expected: AnyTensor, _ tolerance: Tolerance) -> String?
{
  guard actual.dtype == expected.dtype else {
    return "is of type \(actual.dtype), expected \(expected.dtype)"
  }
  guard actual.shape == expected.shape else {
    return "has the shape \(actual.shape), expected \(expected.shape)"
  }
  func open<S: TensorScalar>(_: S.Type) -> String? {
    guard let a = actual.typed(S.self), let b = expected.typed(S.self) else { return nil }
    return a.withUnsafeScalars { x in
      b.withUnsafeScalars { y in worstElement(x, y, tolerance, shape: actual.shape) }
    }
  }
  return open(actual.dtype.scalarType)
}

/// Throws ``MismatchError`` unless a tensor is close to another.
public func expectClose(
  _ actual: AnyTensor, _ expected: AnyTensor, ulps: UInt64 = 0, relative: Double = 0,
  absolute: Double = 0
) throws(MismatchError) {
  let tolerance = Tolerance(ulps: ulps, relative: relative, absolute: absolute)
  if let problem = mismatch(actual, expected, tolerance) { throw MismatchError(problem) }
}

/// A failed comparison: one sentence that names the worst element.
public struct MismatchError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sentence.
  public let description: String
  /// An error with its sentence.
  public init(_ description: String) { self.description = description }
}

private func worstElement<S: TensorScalar>(
  _ x: UnsafeBufferPointer<S>, _ y: UnsafeBufferPointer<S>, _ tolerance: Tolerance, shape: [Int]
) -> String? {
  var worst = -1
  var worstExcess = 0.0
  var failures = 0
  for index in 0..<x.count where x[index] != y[index] {
    let excess = excess(x[index], y[index], tolerance)
    guard excess > 0 else { continue }
    failures += 1
    if excess > worstExcess || worst < 0 {
      worst = index
      worstExcess = excess
    }
  }
  guard worst >= 0 else { return nil }
  let (a, b) = (x[worst], y[worst])
  var text = "element \(multiIndex(worst, in: shape)) is \(a), expected \(b)"
  if let ulps = ulpDistance(a, b) { text += " (\(ulps) ULPs apart)" }
  return text + "; \(failures) of \(x.count) elements of shape \(shape) differ"
}

/// How far two elements are outside the tolerance; 0 or less if they are within.
private func excess<S: TensorScalar>(_ x: S, _ y: S, _ tolerance: Tolerance) -> Double {
  let (a, b) = (x.asDouble, y.asDouble)
  if a.isNaN && b.isNaN { return 0 }
  if a.isNaN || b.isNaN || a.isInfinite || b.isInfinite { return a == b ? 0 : .infinity }
  if let ulps = ulpDistance(x, y), ulps <= tolerance.ulps { return 0 }
  let distance = abs(a - b)
  if distance == 0, S.dtype.isInteger {
    // Whole numbers beyond 2^53 that differ although their nearest Doubles agree.
    return tolerance == .exact ? 1 : 0
  }
  return distance - (tolerance.absolute + tolerance.relative * abs(b))
}

/// The number of representable values from one element to the other; nil for whole numbers and for
/// what is not finite.
public func ulpDistance<S: TensorScalar>(_ x: S, _ y: S) -> UInt64? {
  guard x.asDouble.isFinite, y.asDouble.isFinite else { return nil }
  func distance(_ a: Int64, _ b: Int64) -> UInt64 {
    a > b ? UInt64(bitPattern: a &- b) : UInt64(bitPattern: b &- a)
  }
  switch (x, y) {
  case (let a as Float, let b as Float):
    return distance(
      ordered(UInt64(a.bitPattern), bits: 32), ordered(UInt64(b.bitPattern), bits: 32))
  case (let a as Double, let b as Double):
    return distance(ordered(a.bitPattern, bits: 64), ordered(b.bitPattern, bits: 64))
  case (let a as Float16, let b as Float16):
    return distance(
      ordered(UInt64(a.bitPattern), bits: 16), ordered(UInt64(b.bitPattern), bits: 16))
  case (let a as BFloat16, let b as BFloat16):
    return distance(
      ordered(UInt64(a.bitPattern), bits: 16), ordered(UInt64(b.bitPattern), bits: 16))
  default: return nil
  }
}

/// A number that grows with the value by 1 for each representable one; both zeros are 0.
private func ordered(_ pattern: UInt64, bits: UInt64) -> Int64 {
  let sign: UInt64 = 1 << (bits - 1)
  let magnitude = Int64(pattern & (sign - 1))
  return pattern & sign == 0 ? magnitude : -magnitude
}

/// The index along each axis of an element's position in row-major order.
func multiIndex(_ position: Int, in shape: [Int]) -> [Int] {
  zip(rowMajorStrides(shape), shape).map { stride, extent in position / stride % max(extent, 1) }
}
