import WeftGraph

/// The shape of a list's elements: what an operation says of it together with what is known of the
/// list.
func elementShape(_ said: TensorShape, _ list: ListTrace?) throws(OpFailure) -> TensorShape {
  guard let known = list?.shape else { return said }
  guard let merged = said.merged(with: known) else {
    throw OpFailure(
      "the elements have the shape \(known), not \(said)", code: .invalidShape)
  }
  return merged
}

extension EvaluationContext {
  /// The list that an input is the handle of.
  func list(_ index: Int) throws(OpFailure) -> RunList { try environment.store.list(handle(index)) }

  /// An input as the handle of a list.
  func handle(_ index: Int) throws(OpFailure) -> Int64 {
    guard let handle = try input(index, as: Int64.self).scalars.first else {
      throw OpFailure("input \(index) is no handle of a list", code: .invalidType)
    }
    return handle
  }

  /// An input as a single place of a list.
  func place(_ index: Int) throws(OpFailure) -> Int {
    try inputs[index].singleInteger("the place in a list")
  }
}

/// A value of a list as a tensor; zeros for a place that counts as such.
func readTensor(_ list: RunList, _ place: Int, _ dtype: DType) throws(OpFailure) -> AnyTensor {
  let (shape, bytes) = try list.read(place)
  return try copiedTensor(dtype, shape, bytes)
}

func copiedTensor(_ dtype: DType, _ shape: [Int], _ bytes: UnsafeRawPointer?) throws(OpFailure)
  -> AnyTensor
{
  var tensor = try zeroTensor(dtype, shape)
  if let bytes, tensor.byteCount > 0 {
    tensor.withUnsafeMutableBytes { $0.baseAddress?.copyMemory(from: bytes, byteCount: $0.count) }
  }
  return tensor
}

/// The pass of differentiation that is being built: gradients that meet in lists are told apart by it.
enum GradientPass {
  @TaskLocal static var name: String?
  static var source: String { name ?? "gradients" }
}

/// The list that gathers the gradients of a list's values, and a flow tied to it.
func gradientList(of list: Output, flow: Output) -> (list: Output, flow: Output) {
  let operation = list.graph.innermost.add(
    TensorArrayGradV3(source: GradientPass.source), inputs: [list, flow], at: nil)
  return (operation.output(0), operation.output(1))
}

/// Adds a value's gradient to that of its place in a list: the flow behind it.
func writeGradient(_ slope: Output, toPlaceOf place: Output, of list: Output, flow: Output)
  -> Output
{
  let gradient = gradientList(of: list, flow: flow)
  return list.graph.innermost.add(
    TensorArrayWriteV3(), inputs: [gradient.list, place, slope, gradient.flow], at: nil
  ).output(0)
}

/// The gradient of the value at a place of a list.
func gradientInList(_ list: Output, at place: Output, flow: Output, type: TensorType?) -> Output {
  let gradient = gradientList(of: list, flow: flow)
  let type = type ?? TensorType(.float32, .unknown)
  return list.graph.innermost.add(
    TensorArrayReadV3(dtype: type.dtype, shape: type.shape),
    inputs: [gradient.list, place, gradient.flow], at: nil
  ).output(0)
}
