import WeftOps

// Small work on shapes and numbers that are rarely anything but constants by the time a plan is
// made.

extension BroadcastGradientArgs: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension BroadcastArgs: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension KeptShape: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension Polygamma: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension UniformCandidateSampler: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension LogUniformCandidateSampler: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension ConcatOffset: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension InvertPermutation: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension LinSpace: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

// Decompositions whose signs and order are a matter of convention: one implementation for all,
// so that
// a result does not change with the device.

extension Qr: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension Svd: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension SelfAdjointEigV2: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension LRN: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension LRNGrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension ResizeBilinear: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension ResizeBilinearGrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension ResizeNearestNeighbor: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension ResizeNearestNeighborGrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension MaxPoolWithArgmax: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}

extension MaxPoolGradWithArgmax: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) -> CPUKernel { planEvaluation(self, request) }
}
