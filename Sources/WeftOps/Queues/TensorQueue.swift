import WeftGraph

/// A queue of tuples of tensors that a session keeps between runs.
///
/// ```swift
/// let queue = graph.fifoQueue(
///   Float.self, Int32.self, capacity: 1000, shapes: [[784], []], name: "input")
/// let enqueue = queue.enqueueMany(images, labels)
/// let (x, y) = queue.dequeueMany(128)
/// ```
/// Several threads may put elements in and take them out, each by runs of its own. An operation that
/// finds no room, or too few elements, waits for the other side; when nothing has happened to the queue
/// for as long as the session's configuration says, it gives up with an error.
///
/// Of the operations on queues in one run, those that need no other's result go in this order: what
/// puts elements in, what takes them out, closing, sizes. Control dependencies say otherwise.
public struct TensorQueue<each Component: TensorScalar>: Sendable {
  /// The handle: the first operand of all operations on the queue.
  public let handle: Output
  /// What the queue holds.
  public let settings: QueueSettings

  init(handle: Output, settings: QueueSettings) {
    self.handle = handle
    self.settings = settings
  }

  /// An operation that puts one element in.
  ///
  /// Errors, when it runs: shapes that are not the queue's; `cancelled` for a closed queue; `timedOut`
  /// for one that stays full.
  @discardableResult
  public func enqueue(
    _ components: repeat Node<each Component>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> GraphOperation {
    var inputs = [handle]
    for component in repeat each components { inputs.append(component.output) }
    return add(QueueEnqueueV2(), inputs, name, SourceLocation(fileID, line))
  }

  /// An operation that puts the rows of tensors in, one element each.
  ///
  /// Errors, when it runs: as ``enqueue(_:name:fileID:line:)``, and numbers of rows that differ.
  @discardableResult
  public func enqueueMany(
    _ components: repeat Node<each Component>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> GraphOperation {
    var inputs = [handle]
    for component in repeat each components { inputs.append(component.output) }
    return add(QueueEnqueueManyV2(), inputs, name, SourceLocation(fileID, line))
  }

  /// The next element, which every run that needs it takes out.
  ///
  /// Errors, when it runs: `outOfRange` for a queue that is closed and empty; `timedOut` for one that
  /// stays empty.
  public func dequeue(name: String? = nil, fileID: String = #fileID, line: Int = #line)
    -> (repeat Node<each Component>)
  {
    let definition = QueueDequeueV2(types: settings.types, shapes: settings.shapes ?? [])
    return nodes(add(definition, [handle], name, SourceLocation(fileID, line)))
  }

  /// The next elements as the rows of tensors.
  ///
  /// Shapes: [count, component...]. Errors, when it runs: `outOfRange` for a queue that is closed and
  /// has too few; components of unknown shapes.
  public func dequeueMany(
    _ count: Int, name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> (repeat Node<each Component>) {
    let location = SourceLocation(fileID, line)
    let definition = QueueDequeueManyV2(types: settings.types, shapes: settings.shapes ?? [])
    return nodes(
      add(definition, [handle, number(count, name, definition, location)], name, location))
  }

  /// The next elements as the rows of tensors; fewer where the queue is closed and has fewer.
  ///
  /// Shapes: [?, component...]. Errors, when it runs: `outOfRange` for a queue that is closed and empty.
  public func dequeueUpTo(
    _ count: Int, name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> (repeat Node<each Component>) {
    let location = SourceLocation(fileID, line)
    let definition = QueueDequeueUpToV2(types: settings.types, shapes: settings.shapes ?? [])
    return nodes(
      add(definition, [handle, number(count, name, definition, location)], name, location))
  }

  /// How many elements are in the queue.
  public func size(name: String? = nil, fileID: String = #fileID, line: Int = #line)
    -> Node<Int32>
  {
    Node(output: add(QueueSizeV2(), [handle], name, SourceLocation(fileID, line)).output(0))
  }

  /// Whether the queue was closed.
  public func isClosed(name: String? = nil, fileID: String = #fileID, line: Int = #line)
    -> Node<Bool>
  {
    Node(output: add(QueueIsClosedV2(), [handle], name, SourceLocation(fileID, line)).output(0))
  }

  /// An operation after which the queue takes no more elements; those in it can still be taken out.
  ///
  /// - Parameter cancelsPending: whether those who wait for room get an error, instead of going on.
  @discardableResult
  public func close(
    cancelsPending: Bool = false, name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> GraphOperation {
    add(
      QueueCloseV2(cancelsPending: cancelsPending), [handle], name, SourceLocation(fileID, line))
  }

  private func add(
    _ definition: any OpDefinition, _ inputs: [Output], _ name: String?,
    _ location: SourceLocation
  ) -> GraphOperation {
    handle.graph.add(definition, inputs: inputs, name: name, at: location)
  }

  private func number(
    _ count: Int, _ name: String?, _ definition: any OpDefinition, _ location: SourceLocation
  ) -> Output {
    handle.graph.index(count, name: "\(name ?? definition.typeName)/n", at: location).output
  }

  private func nodes(_ operation: GraphOperation) -> (repeat Node<each Component>) {
    var index = 0
    func next<S>(_: S.Type) -> Node<S> {
      defer { index += 1 }
      return Node(output: operation.output(index))
    }
    return (repeat next((each Component).self))
  }
}

extension Graph {
  /// A queue: the first element in is the first out.
  ///
  /// - Parameters:
  ///   - types: the element types of the components.
  ///   - capacity: how many elements fit; nil for any number.
  ///   - shapes: the shapes of the components; without them elements may differ, and only come out one
  ///     at a time.
  public func fifoQueue<each Component: TensorScalar>(
    _ types: repeat (each Component).Type, capacity: Int? = nil, shapes: [TensorShape]? = nil,
    name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> TensorQueue<repeat each Component> {
    makeQueue(
      repeat each types, capacity: capacity, shapes: shapes, name: name,
      at: SourceLocation(fileID, line)
    ) {
      settings, _ in FIFOQueueV2(settings)
    }
  }

  /// A queue whose elements may differ in the sizes of dimensions that are nil in the shapes: where
  /// several come out, they are padded with zeros at the end of each axis.
  public func paddingFIFOQueue<each Component: TensorScalar>(
    _ types: repeat (each Component).Type, capacity: Int? = nil, shapes: [TensorShape],
    name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> TensorQueue<repeat each Component> {
    makeQueue(
      repeat each types, capacity: capacity, shapes: shapes, name: name,
      at: SourceLocation(fileID, line)
    ) {
      settings, _ in PaddingFIFOQueueV2(settings)
    }
  }

  /// A queue whose elements come out in a random order.
  ///
  /// - Parameter minimum: how many elements stay in until the queue is closed: the more, the better
  ///   mixed.
  public func randomShuffleQueue<each Component: TensorScalar>(
    _ types: repeat (each Component).Type, capacity: Int? = nil, minimum: Int,
    shapes: [TensorShape]? = nil, seed: Int? = nil, name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> TensorQueue<repeat each Component> {
    makeQueue(
      repeat each types, capacity: capacity, shapes: shapes, name: name,
      at: SourceLocation(fileID, line)
    ) {
      settings, planned in
      let pair = self.seedPair(seed, for: planned)
      return RandomShuffleQueueV2(
        settings, minimum: minimum, seed: pair.seed, seed2: pair.seed2)
    }
  }

  private func makeQueue<each Component: TensorScalar>(
    _ types: repeat (each Component).Type, capacity: Int?, shapes: [TensorShape]?, name: String?,
    at location: SourceLocation,
    define: (QueueSettings, PlannedOperation) -> any QueueDefinition
  ) -> TensorQueue<repeat each Component> {
    var dtypes: [DType] = []
    for type in repeat each types { dtypes.append(type.dtype) }
    var settings = QueueSettings(checked: dtypes, nil, capacity)
    let wish = name ?? "queue"
    do throws(OpFailure) {
      settings = try QueueSettings(types: dtypes, shapes: shapes, capacity: capacity)
    } catch {
      report(GraphError(error.code, error.message, subject: "queue '\(wish)'", location: location))
    }
    let operation = add(inputs: [], name: wish, at: location) { define(settings, $0) }
    return TensorQueue(handle: operation.output(0), settings: settings)
  }
}
