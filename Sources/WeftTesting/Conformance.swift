import WeftReference
import WeftSession

/// What a device computes wrongly in a case, or nil if nothing: its results against those of the
/// reference device, which runs each operation's own `evaluate`, and against the expected ones.
///
/// ```swift
/// for opCase in cases {
///   let problem = conformanceMismatch(opCase, on: device)
///   #expect(problem == nil, "\(problem ?? "")")
/// }
/// ```
public func conformanceMismatch(
  _ opCase: OpCase, on device: any Device, reference: any Device = ReferenceDevice()
) -> String? {
  let wanted = outcome(opCase, reference)
  let given = outcome(opCase, device)
  if let code = opCase.failure {
    for (place, outcome) in [(reference.name, wanted), (device.name, given)] {
      switch outcome {
      case .failure(let error) where error.code == code: continue
      case .failure(let error):
        return "\(opCase): on \(place) the error should be \(code), not \(error.code): \(error)"
      case .success: return "\(opCase): on \(place) there should be the error \(code)"
      }
    }
    return nil
  }
  switch (wanted, given) {
  case (.failure(let error), _): return "\(opCase): on \(reference.name): \(error)"
  case (_, .failure(let error)): return "\(opCase): on \(device.name): \(error)"
  case (.success(let wanted), .success(let given)):
    if let expected = opCase.expected,
      let problem = compare(wanted, expected, opCase, of: reference.name)
    {
      return problem
    }
    return compare(given, wanted, opCase, of: device.name)
  }
}

/// What differs bit by bit between a case's results on two devices, or nil if nothing: for devices
/// that differ in their number of threads alone.
public func bitMismatch(_ opCase: OpCase, _ first: any Device, _ second: any Device) -> String? {
  switch (outcome(opCase, first), outcome(opCase, second)) {
  case (.failure(let a), .failure(let b)):
    return a.code == b.code ? nil : "\(opCase): errors differ: \(a) and \(b)"
  case (.failure(let error), .success), (.success, .failure(let error)):
    return "\(opCase): only one of two runs failed: \(error)"
  case (.success(let a), .success(let b)):
    guard a.count == b.count else { return "\(opCase): \(a.count) and \(b.count) results" }
    for (index, pair) in zip(a, b).enumerated()
    where !pair.0.withoutSignsOfNaN.hasSameBits(as: pair.1.withoutSignsOfNaN) {
      let detail = mismatch(pair.0, pair.1) ?? "bits differ where values are equal"
      return "\(opCase): result \(index) of two runs: \(detail)"
    }
    return nil
  }
}

private func outcome(_ opCase: OpCase, _ device: any Device) -> Result<[AnyTensor], GraphError> {
  do throws(GraphError) { return .success(try results(of: opCase, on: device)) } catch {
    return .failure(error)
  }
}

private func compare(
  _ actual: [AnyTensor], _ expected: [AnyTensor], _ opCase: OpCase, of place: String
) -> String? {
  guard actual.count >= expected.count else {
    return "\(opCase): \(place) gave \(actual.count) results, expected \(expected.count)"
  }
  for (index, pair) in zip(actual, expected).enumerated() {
    if let problem = mismatch(pair.0, pair.1, opCase.tolerance) {
      return "\(opCase): result \(index) of \(place): \(problem)"
    }
  }
  return nil
}

/// All that is wrong with a case on a device: results, gradient and shape rule.
public func problems(with opCase: OpCase, on device: any Device) -> [String] {
  if opCase.failure != nil { return [conformanceMismatch(opCase, on: device)].compactMap { $0 } }
  return [
    conformanceMismatch(opCase, on: device), gradientMismatch(opCase, on: device),
    shapeRuleMismatch(opCase, on: device),
  ].compactMap { $0 }
}

extension AnyTensor {
  /// Every NaN made the same one: which of its operands' signs and payloads an operation passes on is
  /// left open by IEEE 754, and LAPACK's choice depends on where in memory its operands lie.
  fileprivate var withoutSignsOfNaN: AnyTensor {
    if let tensor = typed(Float.self) { return AnyTensor(tensor.map { $0.isNaN ? .nan : $0 }) }
    if let tensor = typed(Double.self) { return AnyTensor(tensor.map { $0.isNaN ? .nan : $0 }) }
    return self
  }
}
