// Four operators and no more: literals become tensors, and each further overload would slow the
// type checker on every expression of a program that imports the library.

extension Tensor where Scalar: NumericScalar {
  /// The sum, element by element, with NumPy's broadcasting; integers wrap.
  ///
  /// Throws ``TensorError`` if the shapes do not fit.
  public func adding(_ other: Tensor) throws(TensorError) -> Tensor {
    try combined(with: other, Scalar.wrappingAdd)
  }

  /// The difference, element by element, with NumPy's broadcasting; integers wrap.
  ///
  /// Throws ``TensorError`` if the shapes do not fit.
  public func subtracting(_ other: Tensor) throws(TensorError) -> Tensor {
    try combined(with: other, Scalar.wrappingSubtract)
  }

  /// The product, element by element, with NumPy's broadcasting; integers wrap.
  ///
  /// Throws ``TensorError`` if the shapes do not fit.
  public func multiplied(by other: Tensor) throws(TensorError) -> Tensor {
    try combined(with: other, Scalar.wrappingMultiply)
  }

  /// The sum, element by element: `a + 1`, `matrix + row`.
  ///
  /// The shapes must fit by NumPy's broadcasting, else the program stops; use ``adding(_:)`` where
  /// they are not known beforehand.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    orStop("+", a, b) { () throws(TensorError) in try a.adding(b) }
  }

  /// The difference, element by element; see ``+(_:_:)`` for the shapes.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    orStop("-", a, b) { () throws(TensorError) in try a.subtracting(b) }
  }

  /// The product, element by element; see ``+(_:_:)`` for the shapes.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    orStop("*", a, b) { () throws(TensorError) in try a.multiplied(by: b) }
  }
}

extension Tensor where Scalar: FloatingScalar {
  /// The quotient, element by element, with NumPy's broadcasting.
  ///
  /// Throws ``TensorError`` if the shapes do not fit.
  public func divided(by other: Tensor) throws(TensorError) -> Tensor {
    try combined(with: other) { $0 / $1 }
  }

  /// The quotient, element by element; see ``+(_:_:)`` for the shapes.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    orStop("/", a, b) { () throws(TensorError) in try a.divided(by: b) }
  }
}

private func orStop<Scalar>(
  _ name: String, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>,
  _ body: () throws(TensorError) -> Tensor<Scalar>
) -> Tensor<Scalar> {
  do {
    return try body()
  } catch {
    preconditionFailure("tensors of shapes \(a.shape) \(name) \(b.shape): \(error.message)")
  }
}

extension Tensor where Scalar: NumericScalar {
  /// The largest magnitude of a difference of elements; NaN if any difference is NaN, 0 if empty.
  ///
  /// Infinities of one sign do not differ. Throws ``TensorError`` if the shapes are not equal.
  public func maximumAbsoluteDifference(from other: Tensor) throws(TensorError) -> Double {
    guard shape == other.shape else {
      throw TensorError("tensors of shapes \(shape) and \(other.shape) cannot be compared")
    }
    return withUnsafeScalars { a in
      other.withUnsafeScalars { b in
        var largest = 0.0
        for (x, y) in zip(a, b) where x != y {
          let difference = (x.asDouble - y.asDouble).magnitude
          if difference.isNaN { return .nan }
          largest = Swift.max(largest, difference)
        }
        return largest
      }
    }
  }

  /// Whether all elements agree: `|a - b| <= absolute + relative * |b|`, as NumPy's `allclose`.
  ///
  /// NaN agrees with nothing. Throws ``TensorError`` if the shapes are not equal.
  public func isClose(
    to other: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8
  ) throws(TensorError) -> Bool {
    guard shape == other.shape else {
      throw TensorError("tensors of shapes \(shape) and \(other.shape) cannot be compared")
    }
    return withUnsafeScalars { a in
      other.withUnsafeScalars { b in
        zip(a, b).allSatisfy { x, y in
          if x == y { return true }
          let (x, y) = (x.asDouble, y.asDouble)
          return x.isFinite && y.isFinite
            && (x - y).magnitude <= absolute + relative * y.magnitude
        }
      }
    }
  }
}
