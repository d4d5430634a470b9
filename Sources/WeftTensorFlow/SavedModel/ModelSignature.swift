import WeftOps

/// A function that a model offers: named inputs and outputs, and the tensors of the graph that they are.
public struct ModelSignature: Sendable, Hashable {
  /// A named input or output.
  public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// The tensor in the graph, as `x:0`.
    public let tensor: String
    /// The element type and the shape, as far as it is known; nil for an element type that graphs here
    /// do not have, such as text.
    public let type: TensorType?

    /// `float32[?, 784] 'x:0'`.
    public var description: String { "\(type.map(\.description) ?? "unsupported") '\(tensor)'" }
  }

  /// What is fed, by name.
  public let inputs: [String: Endpoint]
  /// What is computed, by name.
  public let outputs: [String: Endpoint]
  /// What kind of function it is, such as `tensorflow/serving/predict`.
  public let method: String

  /// The method name of functions that predict.
  public static let predict = "tensorflow/serving/predict"

  /// The signature of nodes of a graph.
  ///
  /// ```swift
  /// let signature = ModelSignature(inputs: ["images": x], outputs: ["scores": scores])
  /// ```
  public init(
    inputs: [String: any AnyNode], outputs: [String: any AnyNode], method: String = predict
  ) {
    self.inputs = inputs.mapValues { Endpoint($0.output) }
    self.outputs = outputs.mapValues { Endpoint($0.output) }
    self.method = method
  }

  init(_ wire: SavedSignature) {
    inputs = wire.inputs.compactMapValues(Endpoint.init)
    outputs = wire.outputs.compactMapValues(Endpoint.init)
    method = wire.methodName
  }

  /// The tensor of an input or output of that name.
  func tensor(_ name: String) -> String? { (inputs[name] ?? outputs[name])?.tensor }

  var wire: SavedSignature {
    var result = SavedSignature()
    result.inputs = inputs.mapValues(\.wire)
    result.outputs = outputs.mapValues(\.wire)
    result.methodName = method
    return result
  }
}

extension ModelSignature.Endpoint {
  init(_ output: Output) {
    tensor = output.name
    type = output.type
  }

  /// Nil for a sparse tensor, which is three.
  init?(_ wire: SavedTensorInfo) {
    guard case .name(let name)? = wire.encoding else { return nil }
    tensor = name
    let shape = try? wire.tensorShape.tensorShape()
    type = wire.dtype.dtype.map {
      TensorType($0, wire.hasTensorShape ? shape ?? .unknown : .unknown)
    }
  }

  fileprivate var wire: SavedTensorInfo {
    var result = SavedTensorInfo()
    result.name = tensor
    if let type {
      result.dtype = WireDataType(type.dtype)
      result.tensorShape = WireTensorShape(type.shape)
    }
    return result
  }
}
