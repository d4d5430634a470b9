import WeftOps

extension Graph {
  /// The counter of training steps, `global_step`: made by the first call, the same one afterwards.
  ///
  /// ```swift
  /// let step = graph.globalStep()
  /// let train = Adam().minimize(loss, globalStep: step)
  /// ```
  public func globalStep(fileID: String = #fileID, line: Int = #line) -> Variable<Int64> {
    if let known = sharedVariable(named: "global_step") { return Variable(erased: known) }
    let location = SourceLocation(fileID, line)
    return atTopLevel {
      let zero = constant(Tensor<Int64>(0), name: "global_step/Initializer/zeros", at: location)
      return makeVariable(
        zero, name: "global_step", trainable: false, sharedName: "global_step", at: location)
    }
  }
}
