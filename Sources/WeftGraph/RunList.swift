/// Tensors by their place, each with a shape of its own.
public final class RunList {
  /// One place of a list.
  struct Element {
    var storage: TensorStorage?
    var shape: [Int] = []
    var hasShape = false
    var isWritten = false
    var isCleared = false
  }

  /// More places than this are refused.
  public static let sizeLimit = 1 << 24

  private var elements: [Element] = []
  /// How many places there are.
  public private(set) var count = 0
  /// Whether writing beyond the end makes the list longer.
  public var mayGrow = false
  /// Whether values written to one place are added up, as gradients are.
  public var addsUp = false
  /// Whether a value is gone after it was read.
  public var clearsAfterRead = false
  /// The shape of places that were not written, which then count as zeros.
  public var elementShape: [Int]?
  /// Whether all elements have the shape of the first.
  public var hasOneShape = false

  init() {}

  func clear() {
    resize(0)
    mayGrow = false
    addsUp = false
    clearsAfterRead = false
    elementShape = nil
    hasOneShape = false
  }

  /// Sets the number of places; new ones are empty.
  public func resize(_ size: Int) {
    while elements.count < size { elements.append(Element()) }
    if size > count {
      for index in count..<size {
        elements[index].isWritten = false
        elements[index].isCleared = false
        elements[index].hasShape = false
      }
    }
    count = size
  }

  /// Makes this the list of another's gradients: as long as that is now, its places zeros of the shapes
  /// of the other's values, and what is written to a place adds up.
  public func becomeGradient(of list: RunList) {
    resize(list.count)
    addsUp = true
    elementShape = list.elementShape
    for index in 0..<count where list.elements[index].hasShape {
      elements[index].shape = list.elements[index].shape
      elements[index].hasShape = true
    }
  }

  /// The shape of the value at a place, nil if there is none.
  public func shape(at index: Int) -> [Int]? {
    index >= 0 && index < count && elements[index].isWritten ? elements[index].shape : nil
  }

  /// Puts a value at the end.
  public func push(_ source: UnsafeRawPointer, byteCount: Int, shape: [Int]) throws(OpFailure) {
    resize(count + 1)
    do throws(OpFailure) {
      try store(source, byteCount: byteCount, shape: shape, at: count - 1)
    } catch {
      count -= 1
      throw error
    }
  }

  /// Takes the value at the end: its shape and bytes, which stay until the next push.
  public func pop() throws(OpFailure) -> (shape: [Int], bytes: UnsafeRawPointer) {
    guard count > 0, let storage = elements[count - 1].storage else {
      throw OpFailure("the stack is empty", code: .evaluationFailed)
    }
    count -= 1
    return (elements[count].shape, UnsafeRawPointer(storage.pointer))
  }

  /// Writes a value to a place, or adds it to what is there.
  public func write(
    _ source: UnsafeRawPointer, _ dtype: DType, byteCount: Int, shape: [Int], at index: Int
  ) throws(OpFailure) {
    guard index >= 0, index < count || mayGrow else {
      throw OpFailure("index \(index) is outside a tensor array of size \(count)")
    }
    guard index < Self.sizeLimit else {
      throw OpFailure("index \(index) is too large for a tensor array", code: .outOfMemory)
    }
    if index >= count { resize(index + 1) }
    if elements[index].isWritten {
      guard addsUp else {
        throw OpFailure("place \(index) of a tensor array is written twice")
      }
      guard elements[index].shape == shape, let storage = elements[index].storage else {
        throw OpFailure(
          "a value of shape \(shape) cannot be added to one of \(elements[index].shape) at place "
            + "\(index) of a tensor array", code: .invalidShape)
      }
      try add(source, dtype, to: storage.pointer, count: byteCount / dtype.byteCount)
      return
    }
    try store(source, byteCount: byteCount, shape: shape, at: index)
  }

  /// The value at a place; nil for one that was not written and counts as zeros.
  public func read(_ index: Int) throws(OpFailure) -> (shape: [Int], bytes: UnsafeRawPointer?) {
    guard index >= 0, index < count else {
      throw OpFailure("index \(index) is outside a tensor array of size \(count)")
    }
    let element = elements[index]
    guard element.isWritten, let storage = element.storage else {
      guard !element.isCleared else {
        throw OpFailure(
          "place \(index) of a tensor array was read before, which cleared it: make the array with "
            + "clear_after_read false")
      }
      guard let shape = element.hasShape ? element.shape : elementShape else {
        throw OpFailure(
          "place \(index) of a tensor array was not written, and the shape of its elements is not "
            + "known")
      }
      return (shape, nil)
    }
    if clearsAfterRead {
      elements[index].isWritten = false
      elements[index].isCleared = true
    }
    return (element.shape, UnsafeRawPointer(storage.pointer))
  }

  private func store(_ source: UnsafeRawPointer, byteCount: Int, shape: [Int], at index: Int)
    throws(OpFailure)
  {
    if elements[index].storage?.byteCount != byteCount {
      guard let storage = TensorStorage(allocating: byteCount) else {
        throw OpFailure("not enough memory for \(byteCount) bytes of a list", code: .outOfMemory)
      }
      elements[index].storage = storage
    }
    if byteCount > 0 {
      elements[index].storage?.pointer.copyMemory(from: source, byteCount: byteCount)
    }
    elements[index].shape = shape
    elements[index].hasShape = true
    if hasOneShape && elementShape == nil { elementShape = shape }
    elements[index].isWritten = true
    elements[index].isCleared = false
  }

  private func add(
    _ source: UnsafeRawPointer, _ dtype: DType, to target: UnsafeMutableRawPointer, count: Int
  ) throws(OpFailure) {
    func open<S: NumericScalar>(_: S.Type) {
      let sum = target.assumingMemoryBound(to: S.self)
      let part = source.assumingMemoryBound(to: S.self)
      for index in 0..<count { sum[index] = .wrappingAdd(sum[index], part[index]) }
    }
    switch dtype {
    case .float32: open(Float.self)
    case .float64: open(Double.self)
    case .int32: open(Int32.self)
    case .int64: open(Int64.self)
    default: throw OpFailure("values of \(dtype) cannot be added up", code: .unsupported)
    }
  }
}
