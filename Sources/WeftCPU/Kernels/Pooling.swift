import CWeftKernels
import Glibc
import WeftOps

extension MaxPool: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let geometry = try PoolingGeometry(pooling, input: request.inputs[0].shape)
    return planPooling(geometry, WEFT_POOLING_MAX, request, first: 0, second: 0)
  }
}

extension MaxPoolGrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let geometry = try PoolingGeometry(pooling, input: request.inputs[0].shape)
    return planPooling(geometry, WEFT_POOLING_MAX_GRAD, request, first: 0, second: 2)
  }
}

extension MaxPoolReluGrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let geometry = try PoolingGeometry(pooling, input: request.inputs[0].shape)
    return planPooling(geometry, WEFT_POOLING_MAX_RELU_GRAD, request, first: 0, second: 2)
  }
}

extension MaxPoolGradGrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let geometry = try PoolingGeometry(pooling, input: request.inputs[0].shape)
    return planPooling(geometry, WEFT_POOLING_MAX_GRAD_GRAD, request, first: 0, second: 2)
  }
}

extension AvgPool: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let geometry = try PoolingGeometry(pooling, input: request.inputs[0].shape)
    return planPooling(geometry, WEFT_POOLING_MEAN, request, first: 0, second: 0)
  }
}

extension AvgPoolGrad: CPUKernelProviding {
  public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
    let geometry = try PoolingGeometry(pooling, input: request.outputs[0].shape)
    return planPooling(geometry, WEFT_POOLING_MEAN_GRAD, request, first: 1, second: 1)
  }
}

private func planPooling(
  _ geometry: PoolingGeometry, _ kind: Int, _ request: KernelRequest, first: Int, second: Int
) -> CPUKernel {
  let (byteCount, dtype) = (request.outputs[0].byteCount, request.outputs[0].dtype)
  if geometry.inputCount == 0 || geometry.outputCount == 0 {
    return { (arguments) throws(OpFailure) in memset(arguments.output(0), 0, byteCount) }
  }
  let (shape, code) = (geometry.shape, Int32(kind))
  if dtype == .float32 {
    return { (arguments) throws(OpFailure) in
      withUnsafePointer(to: shape) {
        weft_pooling_f32(
          $0, code, arguments.input(first, as: Float.self),
          arguments.input(second, as: Float.self), arguments.output(0, as: Float.self),
          arguments.pool)
      }
    }
  }
  return { (arguments) throws(OpFailure) in
    withUnsafePointer(to: shape) {
      weft_pooling_f64(
        $0, code, arguments.input(first, as: Double.self),
        arguments.input(second, as: Double.self), arguments.output(0, as: Double.self),
        arguments.pool)
    }
  }
}

extension PoolingGeometry {
  /// With the channels first, each channel is an image of its own.
  fileprivate var shape: weft_pooling_shape {
    let isLast = dataFormat == .channelsLast
    return weft_pooling_shape(
      batch: isLast ? batch : batch * channels, channels: isLast ? channels : 1,
      in_rows: rows.input, in_columns: columns.input, out_rows: rows.output,
      out_columns: columns.output, window_rows: rows.window, window_columns: columns.window,
      stride_rows: rows.stride, stride_columns: columns.stride, pad_rows: rows.before,
      pad_columns: columns.before)
  }
}
