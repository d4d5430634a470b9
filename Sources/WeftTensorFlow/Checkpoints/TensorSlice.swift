import WeftOps

/// A part of a partitioned tensor: where it begins in each dimension, and how far it goes.
struct TensorSlice: CustomStringConvertible {
  let starts: [Int]
  let lengths: [Int]
  /// Which dimensions are whole: they are encoded without a length.
  private let isWhole: [Bool]

  init(_ slice: BundleSlice, of shape: [Int], _ name: String) throws(CheckpointError) {
    guard slice.extent.count == shape.count else {
      throw CheckpointError(
        .damaged, "a part of '\(name)' has \(slice.extent.count) dimensions, and it has \(shape)")
    }
    var starts: [Int] = []
    var lengths: [Int] = []
    var isWhole: [Bool] = []
    for (extent, size) in zip(slice.extent, shape) {
      let start = Int(extent.start)
      let length: Int
      if case .length(let given)? = extent.bound { length = Int(given) } else { length = size }
      guard start >= 0, start <= size, length >= 0, length <= size - start else {
        throw CheckpointError(.damaged, "a part of '\(name)' \(shape) goes beyond it")
      }
      starts.append(start)
      lengths.append(length)
      isWhole.append(extent.bound == nil)
    }
    (self.starts, self.lengths, self.isWhole) = (starts, lengths, isWhole)
  }

  /// `[0:3, :]`.
  var description: String {
    let ranges = starts.indices.map {
      isWhole[$0] ? ":" : "\(starts[$0]):\(starts[$0] + lengths[$0])"
    }
    return "[" + ranges.joined(separator: ", ") + "]"
  }

  /// The key of the part's entry: 0, the name, the rank, and the starts and lengths in TensorFlow's
  /// encodings that keep the order of what they encode.
  func key(of name: String) -> [UInt8] {
    var key = OrderedKey()
    key.append(number: 0)
    key.append(text: name)
    key.append(number: UInt64(starts.count))
    for index in starts.indices {
      key.append(signed: starts[index])
      key.append(signed: isWhole[index] ? -1 : lengths[index])
    }
    return key.bytes
  }

  /// Throws ``CheckpointError`` if the parts overlap or leave a gap.
  static func check(_ slices: [TensorSlice], cover shape: [Int], _ name: String)
    throws(CheckpointError)
  {
    var covered = 0
    for slice in slices {
      // Each part is inside the shape, whose size is representable; their sum need not be.
      covered = covered.addingReportingOverflow(checkedProduct(slice.lengths) ?? 0).partialValue
    }
    guard !slices.isEmpty, covered == checkedProduct(shape), !overlap(slices) else {
      throw CheckpointError(
        .damaged, "the \(slices.count) parts of '\(name)' \(shape) do not make up the whole of it")
    }
  }

  /// The whole tensor from parts that cover it.
  static func assemble(
    _ parts: [(slice: TensorSlice, tensor: AnyTensor)], shape: [Int], _ name: String
  ) throws(CheckpointError) -> AnyTensor {
    guard let dtype = parts.first?.tensor.dtype else {
      throw CheckpointError(.damaged, "'\(name)' has no parts")
    }
    var whole: AnyTensor
    do { whole = try AnyTensor(uninitialized: dtype, shape: shape) } catch {
      throw CheckpointError(.damaged, "'\(name)': \(error.message)")
    }
    let width = dtype.byteCount
    whole.withUnsafeMutableBytes { target in
      for (slice, tensor) in parts where tensor.count > 0 {
        tensor.withUnsafeBytes { slice.copy($0, into: target, shape: shape, width: width) }
      }
    }
    return whole
  }

  private static func overlap(_ slices: [TensorSlice]) -> Bool {
    for (index, a) in slices.enumerated() {
      for b in slices.dropFirst(index + 1) {
        let common = a.starts.indices.allSatisfy { axis in
          let end = min(a.starts[axis] + a.lengths[axis], b.starts[axis] + b.lengths[axis])
          return max(a.starts[axis], b.starts[axis]) < end
        }
        if common { return true }
      }
    }
    return false
  }

  /// Copies the part's elements to their places, a row of the last dimension at a time.
  private func copy(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, shape: [Int],
    width: Int
  ) {
    let rowLength = (lengths.last ?? 1) * width
    var counter = [Int](repeating: 0, count: max(0, shape.count - 1))
    for row in 0..<source.count / rowLength {
      var position = 0
      for axis in shape.indices {
        let index = axis < counter.count ? counter[axis] : 0
        position = position * shape[axis] + starts[axis] + index
      }
      let bytes = UnsafeRawBufferPointer(rebasing: source[row * rowLength..<(row + 1) * rowLength])
      UnsafeMutableRawBufferPointer(rebasing: target[(position * width)...]).copyMemory(from: bytes)
      for axis in counter.indices.reversed() {
        counter[axis] += 1
        if counter[axis] < lengths[axis] { break }
        counter[axis] = 0
      }
    }
  }
}
