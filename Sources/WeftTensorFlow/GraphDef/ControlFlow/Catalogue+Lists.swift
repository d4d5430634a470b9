import WeftOps

extension OperationCatalogue {
  /// Stacks and arrays of tensors that live for one run.
  static let lists: [Row] =
    ["", "V2"].flatMap { version in
      [
        Row("Stack" + version, types: [:]) {
          StackV2(
            elementType: try $0.elementType("elem_type"),
            stackName: try $0.string("stack_name", default: ""))
        },
        Row("StackPush" + version, types: ["T": .input(1)]) { _ in StackPushV2() },
        Row("StackPop" + version, types: [:]) {
          StackPopV2(elementType: try $0.elementType("elem_type"))
        },
        Row("StackClose" + version, types: [:]) { _ in StackCloseV2() },
      ]
    } + [
      Row(TensorArrayV3.typeName, types: [:]) {
        TensorArrayV3(
          dtype: try $0.type("dtype"),
          elementShape: try $0.shape("element_shape", default: .unknown),
          dynamicSize: try $0.bool("dynamic_size", default: false),
          clearAfterRead: try $0.bool("clear_after_read", default: true),
          identicalElementShapes: try $0.bool("identical_element_shapes", default: false),
          arrayName: try $0.string("tensor_array_name", default: ""))
      },
      Row(TensorArrayGradV3.typeName, types: [:]) {
        TensorArrayGradV3(source: try $0.string("source"))
      },
      Row(TensorArrayWriteV3.typeName, types: ["T": .input(2)]) { _ in TensorArrayWriteV3() },
      Row(TensorArrayReadV3.typeName, types: [:]) {
        TensorArrayReadV3(dtype: try $0.type("dtype"))
      },
      Row(TensorArrayGatherV3.typeName, types: [:]) {
        TensorArrayGatherV3(
          dtype: try $0.type("dtype"),
          elementShape: try $0.shape("element_shape", default: .unknown))
      },
      Row(TensorArrayScatterV3.typeName, types: ["T": .input(2)]) { _ in TensorArrayScatterV3() },
      .plain(TensorArraySizeV3(), types: [:]),
      Row(TensorArrayConcatV3.typeName, types: [:]) {
        TensorArrayConcatV3(
          dtype: try $0.type("dtype"),
          elementShape: try $0.shape("element_shape_except0", default: .unknown))
      },
      Row(TensorArraySplitV3.typeName, types: ["T": .input(1)]) { _ in TensorArraySplitV3() },
      .plain(TensorArrayCloseV3(), types: [:]),
    ]
}

extension NodeAttributes {
  /// The element type of a stack; nil for one of handles.
  func elementType(_ name: String) throws(OpFailure) -> DType? {
    if holdsHandles(name) { return nil }
    return try type(name)
  }
}
