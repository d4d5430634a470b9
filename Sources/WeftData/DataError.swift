import WeftTensor

/// What is wrong with a data file, a folder of images or a download.
public struct DataError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence that names the file and gives the expected and the actual value.
  public let message: String
  /// An error with the given sentence.
  public init(_ message: String) { self.message = message }
  public var description: String { message }

  init(_ error: TensorError) { message = error.message }
}

/// Runs a body that throws the tensor library's errors.
func translating<R>(_ body: () throws(TensorError) -> R) throws(DataError) -> R {
  do throws(TensorError) { return try body() } catch { throw DataError(error) }
}

/// Puts the name of a file before the message of an error.
func inFile<R>(_ path: String, _ body: () throws(DataError) -> R) throws(DataError) -> R {
  do throws(DataError) { return try body() } catch {
    throw DataError("'\(path)': \(error.message)")
  }
}
