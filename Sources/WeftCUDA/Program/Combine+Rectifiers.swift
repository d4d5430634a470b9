import WeftDevice
import WeftOps

// Gradients of rectifiers by masks of bits.
extension StepCombiner {
  /// Has the product of a gradient take the mask that the rectifier's product leaves, and sum the
  /// columns for the bias, where the library has an algorithm for it.
  mutating func maskGradient(of product: MatMulEpilogue, at index: Int) {
    let step = plan.steps[index]
    guard let maskInput = product.maskInput, product.biasInput == nil,
      !product.epilogue.isRectified, plan.values[step.outputs[0]].dtype == .float32,
      let forward = views.maker(of: step.inputs[maskInput]),
      let rectifier = plan.steps[forward].definition as? MatMulEpilogue,
      rectifier.epilogue.isRectified, !rectifier.epilogue.isMasked,
      var leaving = soleProduct(forward), leaving.isRectified,
      case .kernel(let kernel) = steps[index], case .product(var taking)? = kernel.commands.first
    else { return }
    leaving.mask = CUDAProduct.Mask(step: forward, isWritten: true)
    taking.mask = CUDAProduct.Mask(step: forward, isWritten: false)
    guard isSupported(leaving), isSupported(taking) else { return }
    let sums = views.users(of: step.outputs[0]).first {
      isReduction($0, .sum, over: [0]) && mayComeEarlier(plan.steps[$0].outputs[0])
    }
    if let sums {
      var summing = taking
      summing.biasGradient = plan.steps[sums].outputs[0]
      if isSupported(summing) {
        taking = summing
        steps[sums] = .kernel(CUDAKernel())
      }
    }
    steps[forward] = .kernel(CUDAKernel(commands: [.product(leaving)]))
    steps[index] = .kernel(CUDAKernel(commands: [.product(taking)]))
  }

  private func soleProduct(_ index: Int) -> CUDAProduct? {
    guard case .kernel(let kernel) = steps[index], kernel.commands.count == 1,
      case .product(let product) = kernel.commands[0]
    else { return nil }
    return product
  }

  private func isSupported(_ product: CUDAProduct) -> Bool {
    BoundProduct.isSupported(product, context, options.mathMode)
  }
}
