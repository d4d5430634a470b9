import WeftOps

extension FusedBatchNormV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let layout = ChannelLayout(request.inputs[0].shape, dataFormat)
    return request.inputs[0].dtype == .float32
      ? kernel(layout, Float.self) : kernel(layout, Double.self)
  }

  private func kernel<S: FloatingScalar>(_ layout: ChannelLayout, _: S.Type) -> CPUKernel {
    let (epsilon, isTraining) = (epsilon, isTraining)
    let scratch = TaskScratch(byteCount: 4 * layout.channels * MemoryLayout<Double>.stride)
    return { (arguments) throws(OpFailure) in
      let x = arguments.input(0, as: S.self)
      let (scale, offset) = (arguments.input(1, as: S.self), arguments.input(2, as: S.self))
      arguments.output(5, as: S.self)[0] = S.zeroValue
      scratch.with { memory in
        guard let memory else { return }
        let numbers = memory.bindMemory(to: Double.self, capacity: 4 * layout.channels)
        let (mean, variance) = (numbers, numbers + layout.channels)
        let (factor, shift) = (variance + layout.channels, variance + 2 * layout.channels)
        let count = Double(layout.perChannel)
        if isTraining {
          layout.sum(into: mean) { index, _ in Double(x[index]) }
          for channel in 0..<layout.channels { mean[channel] /= count }
          layout.sum(into: variance) { index, channel in
            let distance = Double(x[index]) - mean[channel]
            return distance * distance
          }
        } else {
          for channel in 0..<layout.channels {
            mean[channel] = Double(arguments.input(3, as: S.self)[channel])
            variance[channel] = Double(arguments.input(4, as: S.self)[channel])
          }
        }
        for channel in 0..<layout.channels {
          let unbiased = isTraining ? variance[channel] / max(count - 1, 1) : variance[channel]
          if isTraining { variance[channel] /= count }
          factor[channel] = Double(scale[channel]) / (variance[channel] + epsilon).squareRoot()
          shift[channel] = Double(offset[channel])
          arguments.output(1, as: S.self)[channel] = S(mean[channel])
          arguments.output(2, as: S.self)[channel] = S(unbiased)
          arguments.output(3, as: S.self)[channel] = S(mean[channel])
          arguments.output(4, as: S.self)[channel] = S(variance[channel])
        }
        let y = arguments.output(0, as: S.self)
        layout.forEach(arguments.pool) { index, channel in
          y[index] = S((Double(x[index]) - mean[channel]) * factor[channel] + shift[channel])
        }
      }
    }
  }
}

extension FusedBatchNormGradV3: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let layout = ChannelLayout(request.inputs[1].shape, dataFormat)
    return request.inputs[0].dtype == .float32
      ? kernel(layout, Float.self) : kernel(layout, Double.self)
  }

  private func kernel<S: FloatingScalar>(_ layout: ChannelLayout, _: S.Type) -> CPUKernel {
    let (epsilon, isTraining) = (epsilon, isTraining)
    let scratch = TaskScratch(byteCount: 4 * layout.channels * MemoryLayout<Double>.stride)
    return { (arguments) throws(OpFailure) in
      let (g, x) = (arguments.input(0, as: S.self), arguments.input(1, as: S.self))
      let scale = arguments.input(2, as: S.self)
      scratch.with { memory in
        guard let memory else { return }
        let numbers = memory.bindMemory(to: Double.self, capacity: 4 * layout.channels)
        let (mean, inverse) = (numbers, numbers + layout.channels)
        let (total, weighted) = (inverse + layout.channels, inverse + 2 * layout.channels)
        for channel in 0..<layout.channels {
          mean[channel] = Double(arguments.input(3, as: S.self)[channel])
          let variance = Double(arguments.input(4, as: S.self)[channel])
          inverse[channel] = 1 / (variance + epsilon).squareRoot()
        }
        func normal(_ index: Int, _ channel: Int) -> Double {
          (Double(x[index]) - mean[channel]) * inverse[channel]
        }
        layout.sum(into: total) { index, _ in Double(g[index]) }
        layout.sum(into: weighted) { Double(g[$0]) * normal($0, $1) }
        for channel in 0..<layout.channels {
          arguments.output(1, as: S.self)[channel] = S(weighted[channel])
          arguments.output(2, as: S.self)[channel] = S(total[channel])
        }
        let count = Double(layout.perChannel)
        let slope = arguments.output(0, as: S.self)
        layout.forEach(arguments.pool) { index, channel in
          var value = Double(g[index])
          if isTraining {
            value -= (total[channel] + normal(index, channel) * weighted[channel]) / count
          }
          slope[index] = S(Double(scale[channel]) * inverse[channel] * value)
        }
      }
    }
  }
}

/// A tensor as [outer, channels, inner].
private struct ChannelLayout: Sendable {
  let outer: Int
  let channels: Int
  let inner: Int

  init(_ shape: [Int], _ format: DataFormat) {
    let parts = AxisParts(shape, axis: format.channelAxis(rank: shape.count))
    (outer, channels, inner) = (parts.outer, parts.extent, parts.inner)
  }

  var perChannel: Int { outer * inner }

  /// The sum of a value for each channel, in the order of the elements.
  func sum(into sums: UnsafeMutablePointer<Double>, _ value: (Int, Int) -> Double) {
    for channel in 0..<channels { sums[channel] = 0 }
    for block in 0..<outer {
      for channel in 0..<channels {
        let start = (block * channels + channel) * inner
        for index in start..<start + inner { sums[channel] += value(index, channel) }
      }
    }
  }

  /// Visits every element with its channel, on several threads.
  func forEach(_ pool: OpaquePointer?, _ body: (Int, Int) -> Void) {
    overPool(pool, outer, max(1, 32_768 / max(channels * inner, 1))) { blocks in
      for block in blocks {
        for channel in 0..<channels {
          let start = (block * channels + channel) * inner
          for index in start..<start + inner { body(index, channel) }
        }
      }
    }
  }
}
