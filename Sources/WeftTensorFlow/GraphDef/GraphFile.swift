import Foundation
import SwiftProtobuf
import WeftOps

/// Graphs in the two forms that TensorFlow writes: binary (`.pb`) and text (`.pbtxt`).
enum GraphFile {
  /// What one message may hold: protocol buffers count bytes in 32 bits.
  static let sizeLimit = Int(Int32.max)

  /// The graph in a file, of either form.
  static func read(_ path: String) throws(GraphError) -> WireGraphDef {
    let bytes: [UInt8]
    do { bytes = try File.read(path) } catch {
      throw GraphError(.invalidArgument, error.message)
    }
    do { return try parse(bytes) } catch {
      throw GraphError(error.code, "'\(path)': \(error.message)", notes: error.notes)
    }
  }

  /// The graph in some bytes, of either form.
  ///
  /// Throws ``WeftGraph/GraphError`` for more than 2 GB and for what is neither form.
  static func parse(_ bytes: [UInt8]) throws(GraphError) -> WireGraphDef {
    guard bytes.count <= sizeLimit else {
      throw GraphError(
        .unsupported, "a graph of \(bytes.count) bytes is above the format's limit of 2 GB",
        notes: ["keep large constants in a checkpoint"])
    }
    if isText(bytes) {
      var options = TextFormatDecodingOptions()
      options.ignoreUnknownFields = true
      do {
        return try WireGraphDef(
          textFormatString: String(decoding: bytes, as: UTF8.self), options: options)
      } catch { throw GraphError(.invalidArgument, "is no graph in text form: \(error)") }
    }
    do { return try WireGraphDef(serializedBytes: bytes) } catch {
      throw GraphError(.invalidArgument, "is no graph in binary form: \(error)")
    }
  }

  /// Whether the bytes are a text: a binary graph begins with a byte below 32 that no text begins
  /// with, or, where that is a line feed, with the length of a node, which holds other such bytes.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    !bytes.isEmpty
      && bytes.prefix(512).allSatisfy { $0 >= 32 && $0 < 127 || $0 == 10 || $0 == 13 || $0 == 9 }
  }
}
