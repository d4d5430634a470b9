import WeftOps

extension ImportBuilder {
  /// An operation over `float16` or `bfloat16` that is not defined for them here, where they are ways to
  /// store numbers: it is computed in `float32` and rounded, as TensorFlow does it.
  ///
  /// Nil where the operation takes its operands as they are.
  func widened(_ definition: any OpDefinition, _ inputs: [Output], name: String) -> GraphOperation?
  {
    let types = inputs.compactMap(\.type)
    guard types.count == inputs.count,
      let storage = types.map(\.dtype).first(where: \.isStorageOnly)
    else { return nil }
    let constants = inputs.map { $0.operation.definition.constantValue }
    do throws(OpFailure) {
      _ = try definition.outputTypes(InferenceContext(inputs: types, constants: constants))
      return nil
    } catch { if error.code != .invalidType { return nil } }
    let results = graph.scope(name + "/parts") {
      let wide = inputs.map { input in
        input.type?.dtype.isStorageOnly == true ? cast(input, to: .float32) : input
      }
      return graph.add(definition, inputs: wide, at: nil).outputs.map { output in
        output.type?.dtype == .float32 ? cast(output, to: storage) : output
      }
    }
    guard results.count == 1 else {
      return graph.add(IdentityN(), inputs: results, name: name, at: nil)
    }
    return graph.add(Identity(), inputs: results, name: name, at: nil)
  }

  private func cast(_ output: Output, to dtype: DType) -> Output {
    graph.add(Cast(to: dtype), inputs: [output], at: nil).output(0)
  }
}

extension DType {
  fileprivate var isStorageOnly: Bool { self == .float16 || self == .bfloat16 }
}
