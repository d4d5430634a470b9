import CZlib

/// Compressed data in memory, by the system's zlib.
package enum Zlib {
  /// How the compressed data is wrapped: `raw` as in zip files, `gzip` as in `.gz` files.
  package enum Wrapping: Int32, Sendable {
    case raw = -15
    case gzip = 31
  }

  /// Deflate cannot shrink data by more than this factor.
  static let largestRatio = 1032

  /// The decompressed data; all of the input must be used.
  ///
  /// `size` is the exact size where a header declares it: a longer result is an error, found
  /// before it is stored. A gzip file may have several members.
  package static func decompress(
    _ input: UnsafeRawBufferPointer, _ wrapping: Wrapping, size: Int? = nil
  ) throws(TensorError) -> [UInt8] {
    let bound = size ?? Int.max
    guard size.map({ $0 / largestRatio <= input.count + 64 }) ?? true else {
      throw TensorError("\(input.count) compressed bytes cannot hold the declared \(bound) bytes")
    }
    let result = inflate(input, wrapping, bound: bound, expected: size ?? hint(input, wrapping))
    let output = try result.get()
    if let size, output.count != size {
      throw TensorError("decompressed to \(output.count) bytes, declared are \(size)")
    }
    return output
  }

  /// The size at the end of a gzip file, right for one member below 4 GiB.
  private static func hint(_ input: UnsafeRawBufferPointer, _ wrapping: Wrapping) -> Int {
    guard wrapping == .gzip, input.count > 18 else { return input.count * 4 }
    let declared = Int(
      input.loadUnaligned(fromByteOffset: input.count - 4, as: UInt32.self).littleEndian)
    return declared / largestRatio <= input.count ? declared : input.count * 4
  }

  private static func inflate(
    _ input: UnsafeRawBufferPointer, _ wrapping: Wrapping, bound: Int, expected: Int
  ) -> Result<[UInt8], TensorError> {
    var stream = z_stream()
    guard
      inflateInit2_(
        &stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return .failure(TensorError("zlib cannot start: not enough memory")) }
    defer { inflateEnd(&stream) }
    var output: [UInt8] = []
    // One more than expected, so that a longer result shows.
    var room = min(expected, bound) + 1
    var consumed = 0
    while true {
      var status = Z_OK
      var produced = 0
      let inputChunk = min(input.count - consumed, 1 << 30)
      let outputChunk = min(room, 1 << 30)
      let chunk = [UInt8](unsafeUninitializedCapacity: outputChunk) { buffer, count in
        stream.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: consumed))
        stream.avail_in = UInt32(inputChunk)
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(outputChunk)
        status = CZlib.inflate(&stream, Z_NO_FLUSH)
        produced = outputChunk - Int(stream.avail_out)
        count = produced
      }
      consumed += inputChunk - Int(stream.avail_in)
      if output.isEmpty { output = chunk } else { output += chunk }
      if output.count > bound {
        return .failure(TensorError("decompresses to more than the declared \(bound) bytes"))
      }
      switch status {
      case Z_STREAM_END:
        if consumed == input.count { return .success(output) }
        guard wrapping == .gzip, inflateReset(&stream) == Z_OK else {
          return .failure(TensorError("\(input.count - consumed) bytes follow the compressed data"))
        }
      case Z_OK, Z_BUF_ERROR:
        if consumed == input.count, stream.avail_out > 0 {
          return .failure(TensorError("the compressed data is cut short after \(consumed) bytes"))
        }
      default:
        return .failure(TensorError("the compressed data is damaged near byte \(consumed)"))
      }
      room = min(max(output.count, 65_536), bound == Int.max ? Int.max : bound - output.count + 1)
    }
  }

  /// The data compressed.
  package static func compress(
    _ input: UnsafeRawBufferPointer, _ wrapping: Wrapping, level: Int32 = 6
  ) throws(TensorError) -> [UInt8] {
    var stream = z_stream()
    guard
      deflateInit2_(
        &stream, level, Z_DEFLATED, wrapping.rawValue, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw TensorError("zlib cannot start: not enough memory") }
    defer { deflateEnd(&stream) }
    var output: [UInt8] = []
    var consumed = 0
    var status = Z_OK
    while status != Z_STREAM_END {
      let inputChunk = min(input.count - consumed, 1 << 30)
      let isLast = consumed + inputChunk == input.count
      let room = max(65_536, min((input.count - consumed) / 2, 1 << 30))
      output += [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        stream.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: consumed))
        stream.avail_in = UInt32(inputChunk)
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(room)
        status = deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
        count = room - Int(stream.avail_out)
      }
      consumed += inputChunk - Int(stream.avail_in)
    }
    return output
  }

  /// The CRC-32 of zip and gzip.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(
      truncatingIfNeeded: crc32_z(
        0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
