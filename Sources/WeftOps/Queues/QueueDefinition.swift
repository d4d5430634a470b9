import WeftGraph

/// What a queue holds: tuples of tensors, all of the same types.
public struct QueueSettings: Hashable, Sendable {
  /// The element type of each component.
  public var types: [DType]
  /// The shape of each component; nil where elements may differ in shape.
  public var shapes: [TensorShape]?
  /// How many elements fit; nil for any number.
  public var capacity: Int?

  /// Settings.
  ///
  /// Throws ``WeftGraph/OpFailure`` if there is no component, or a shape is missing.
  public init(types: [DType], shapes: [TensorShape]?, capacity: Int?) throws(OpFailure) {
    guard !types.isEmpty else { throw OpFailure("a queue needs at least one component") }
    if let shapes, shapes.count != types.count {
      throw OpFailure("\(shapes.count) shapes do not fit \(types.count) components")
    }
    self.init(checked: types, shapes, capacity)
  }

  init(checked types: [DType], _ shapes: [TensorShape]?, _ capacity: Int?) {
    self.types = types
    self.shapes = shapes
    self.capacity = capacity
  }

  /// The shape of a component, as far as it is known.
  func shape(_ index: Int) -> TensorShape { shapes?[index] ?? .unknown }

  var attributes: [Attribute] {
    [
      Attribute("component_types", .types(types)), Attribute("shapes", .shapes(shapes ?? [])),
      Attribute("capacity", .int(capacity ?? -1)), Attribute("container", .string("")),
      Attribute("shared_name", .string("")),
    ]
  }

  /// Throws unless all dimensions of all components are known.
  func requireCompleteShapes() throws(OpFailure) {
    guard let shapes, shapes.allSatisfy(\.isComplete) else {
      throw OpFailure(
        "the shapes of the components must be known to put several elements into one tensor: "
          + "make the queue with shapes", code: .invalidShape)
    }
  }
}

/// A queue: an operation whose output is a handle for those that work on it.
public protocol QueueDefinition: ResourceDefinition {
  /// What the queue holds.
  var settings: QueueSettings { get }
  /// In which order elements come out.
  var order: QueueOrder { get }
}

/// In which order elements come out of a queue.
public enum QueueOrder: Hashable, Sendable {
  /// The first in is the first out.
  case firstInFirstOut
  /// As the first, and elements of different shapes are padded with zeros where several come out.
  case padding
  /// At random, but for a number of elements that always stay in until the queue is closed.
  case random(keeping: Int, seed: Int64, seed2: Int64)
}

extension QueueDefinition {
  public func makeResource(name: String, waitLimit: Duration?) -> any SessionResource {
    QueueStorage(
      name: "\(Self.displayName) '\(name)'", settings: settings, order: order, waitLimit: waitLimit)
  }
}

/// TensorFlow's `FIFOQueueV2`: the first element in is the first out.
public struct FIFOQueueV2: QueueDefinition {
  public static let typeName = "FIFOQueueV2"
  public static let displayName = "FIFOQueue"
  public let settings: QueueSettings
  public var order: QueueOrder { .firstInFirstOut }
  public init(_ settings: QueueSettings) { self.settings = settings }
  public var attributes: [Attribute] { settings.attributes }
}

/// TensorFlow's `PaddingFIFOQueueV2`: a queue whose elements may differ in the sizes of some dimensions.
public struct PaddingFIFOQueueV2: QueueDefinition {
  public static let typeName = "PaddingFIFOQueueV2"
  public static let displayName = "PaddingFIFOQueue"
  public let settings: QueueSettings
  public var order: QueueOrder { .padding }
  public init(_ settings: QueueSettings) { self.settings = settings }
  public var attributes: [Attribute] { settings.attributes }
}

/// TensorFlow's `RandomShuffleQueueV2`: elements come out in a random order.
public struct RandomShuffleQueueV2: QueueDefinition {
  public static let typeName = "RandomShuffleQueueV2"
  public static let displayName = "RandomShuffleQueue"
  public let settings: QueueSettings
  /// How many elements stay in until the queue is closed, so that the order is random enough.
  public let minimum: Int
  public let seed: Int64
  public let seed2: Int64
  public var order: QueueOrder { .random(keeping: minimum, seed: seed, seed2: seed2) }
  public init(_ settings: QueueSettings, minimum: Int, seed: Int64, seed2: Int64) {
    self.settings = settings
    self.minimum = minimum
    self.seed = seed
    self.seed2 = seed2
  }
  public var attributes: [Attribute] {
    settings.attributes + [
      Attribute("min_after_dequeue", .int(minimum)), Attribute("seed", .int(Int(seed))),
      Attribute("seed2", .int(Int(seed2))),
    ]
  }
}
