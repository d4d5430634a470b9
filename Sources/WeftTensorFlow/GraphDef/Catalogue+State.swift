import WeftOps

extension OperationCatalogue {
  private static let updates: [any OpDefinition] = [
    ApplyGradientDescent(), ApplyProximalGradientDescent(), ApplyAdadelta(), ApplyRMSProp(),
    ApplyCenteredRMSProp(), ApplyFtrl(), ApplyFtrlV2(),
  ]

  private static let optimizers: [Row] =
    updates.map { .plain($0) } + [
      Row(ApplyAdam.typeName) {
        ApplyAdam(useNesterov: try $0.bool("use_nesterov", default: false))
      },
      Row(ApplyMomentum.typeName) {
        ApplyMomentum(useNesterov: try $0.bool("use_nesterov", default: false))
      },
      Row(ApplyAdagrad.typeName) {
        ApplyAdagrad(updateSlots: try $0.bool("update_slots", default: true))
      },
    ]

  /// Further rules, and those of some rows. A rule through a resource handle is the same.
  private static let moreOptimizers: [Row] = [
    .plain(ApplyAdaMax()), .plain(ApplyAddSign()), .plain(ApplyProximalAdagrad()),
    sparse { _ in ApplyProximalAdagrad() },
    Row(ApplyAdagradV2.typeName) {
      ApplyAdagradV2(updateSlots: try $0.bool("update_slots", default: true))
    },
    sparse { _ in ApplyProximalGradientDescent() }, sparse { _ in ApplyAdadelta() },
    sparse { _ in ApplyRMSProp() }, sparse { _ in ApplyCenteredRMSProp() },
    sparse { _ in ApplyFtrl() }, sparse { _ in ApplyFtrlV2() },
    sparse { ApplyMomentum(useNesterov: try $0.bool("use_nesterov", default: false)) },
    sparse { ApplyAdagrad(updateSlots: try $0.bool("update_slots", default: true)) },
    sparse { ApplyAdagradV2(updateSlots: try $0.bool("update_slots", default: true)) },
  ]

  private static func sparse<Dense: ParameterUpdate>(
    _ dense: @escaping @Sendable (NodeAttributes) throws -> Dense
  ) -> Row {
    let types: [String: OperandTypes] = ["T": .input(0), "Tindices": .firstInteger]
    return Row(SparseApply<Dense>.typeName, types: types) { SparseApply(try dense($0)) }
  }

  private static let scatters: [any OpDefinition] = [
    ScatterUpdate(), ScatterAdd(), ScatterSub(), ScatterMul(), ScatterDiv(), ScatterMin(),
    ScatterMax(),
  ]

  static let state: [Row] =
    optimizers + moreOptimizers
    + scatters.map { .plain($0, types: ["T": .input(0), "Tindices": .input(1)]) }
    + [
      variable("VariableV2"), variable("Variable"), .plain(Assign()), .plain(AssignAdd()),
      .plain(AssignSub()),
    ]

  /// Resource variables: a handle is the reference to the variable itself, and what is done through a
  /// handle is done to it.
  static let resources: [Row] =
    [
      variable("VarHandleOp"),
      .renamed("ReadVariableOp", Identity()), .renamed("AssignVariableOp", Assign()),
      .renamed("AssignAddVariableOp", AssignAdd()), .renamed("AssignSubVariableOp", AssignSub()),
      .renamed("ResourceGather", Gather()), .renamed("ResourceGatherNd", GatherNd()),
      .renamed("VarIsInitializedOp", IsVariableInitialized()),
      .plain(IsVariableInitialized(), types: ["dtype": .input(0)]),
      Row("VariableShape") { Shape(dtype: try $0.type("out_type", default: .int32)) },
    ]
    + scatters.map { .renamed("Resource" + $0.typeName, $0) }
    + (optimizers + moreOptimizers).map { Row("Resource" + $0.typeName, decode: $0.decode) }

  private static func variable(_ typeName: String) -> Row {
    Row(typeName, types: [:]) {
      VariableV2(dtype: try $0.type("dtype"), shape: try $0.shape("shape"))
    }
  }

  static let control: [Row] =
    lists + [
      Row("SymbolicGradient", types: [:]) { _ in
        throw OpFailure(
          "the gradient of a function is not taken on import: export the graph with its gradients built",
          code: .unsupported)
      },
      .plain(NoOp(), types: [:]),
      // A node to hang control dependencies on.
      Row("ControlTrigger", types: [:]) { _ in NoOp() },
      Row(Assert.typeName, types: ["T": .inputs(from: 1)]) {
        Assert(summarize: try $0.int("summarize", default: 3))
      },
      Row(Print.typeName, types: ["T": .input(0), "U": .inputs(from: 1)]) {
        Print(
          message: try $0.string("message", default: ""),
          summarize: try $0.int("summarize", default: 3))
      },
    ]
}
