// The entry points of NVIDIA's libraries that are used: X(result, name, (parameters)). The names are
// those of the symbols, which NVIDIA's headers hide behind macros.
#pragma once
#include "weft_cuda_types.h"

#define WEFT_CUDA_DRIVER_ENTRIES(X) \
  X(int, cuInit, (unsigned)) \
  X(int, cuDriverGetVersion, (int *)) \
  X(int, cuGetErrorName, (weft_cuda_result, const char **)) \
  X(int, cuGetErrorString, (weft_cuda_result, const char **)) \
  X(int, cuDeviceGetCount, (int *)) \
  X(int, cuDeviceGet, (weft_cuda_device *, int)) \
  X(int, cuDeviceGetName, (char *, int, weft_cuda_device)) \
  X(int, cuDeviceTotalMem_v2, (size_t *, weft_cuda_device)) \
  X(int, cuDeviceGetAttribute, (int *, int, weft_cuda_device)) \
  X(int, cuDeviceCanAccessPeer, (int *, weft_cuda_device, weft_cuda_device)) \
  X(int, cuDevicePrimaryCtxRetain, (weft_cuda_context *, weft_cuda_device)) \
  X(int, cuDevicePrimaryCtxRelease_v2, (weft_cuda_device)) \
  X(int, cuCtxSetCurrent, (weft_cuda_context)) \
  X(int, cuMemGetInfo_v2, (size_t *, size_t *)) \
  X(int, cuMemPoolCreate, (weft_cuda_pool *, const weft_cuda_pool_properties *)) \
  X(int, cuMemPoolDestroy, (weft_cuda_pool)) \
  X(int, cuMemPoolSetAttribute, (weft_cuda_pool, int, void *)) \
  X(int, cuMemPoolSetAccess, (weft_cuda_pool, const weft_cuda_pool_access *, size_t)) \
  X(int, cuMemPoolTrimTo, (weft_cuda_pool, size_t)) \
  X(int, cuMemAllocFromPoolAsync, \
    (weft_cuda_address *, size_t, weft_cuda_pool, weft_cuda_stream)) \
  X(int, cuMemFreeAsync, (weft_cuda_address, weft_cuda_stream)) \
  X(int, cuMemHostAlloc, (void **, size_t, unsigned)) \
  X(int, cuMemFreeHost, (void *)) \
  X(int, cuMemcpyHtoDAsync_v2, (weft_cuda_address, const void *, size_t, weft_cuda_stream)) \
  X(int, cuMemcpyDtoHAsync_v2, (void *, weft_cuda_address, size_t, weft_cuda_stream)) \
  X(int, cuMemcpyDtoDAsync_v2, \
    (weft_cuda_address, weft_cuda_address, size_t, weft_cuda_stream)) \
  X(int, cuMemcpyPeerAsync, \
    (weft_cuda_address, weft_cuda_context, weft_cuda_address, weft_cuda_context, size_t, \
     weft_cuda_stream)) \
  X(int, cuMemsetD8Async, (weft_cuda_address, unsigned char, size_t, weft_cuda_stream)) \
  X(int, cuStreamCreate, (weft_cuda_stream *, unsigned)) \
  X(int, cuStreamDestroy_v2, (weft_cuda_stream)) \
  X(int, cuStreamSynchronize, (weft_cuda_stream)) \
  X(int, cuStreamQuery, (weft_cuda_stream)) \
  X(int, cuEventCreate, (weft_cuda_event *, unsigned)) \
  X(int, cuEventDestroy_v2, (weft_cuda_event)) \
  X(int, cuEventRecord, (weft_cuda_event, weft_cuda_stream)) \
  X(int, cuEventSynchronize, (weft_cuda_event)) \
  X(int, cuEventElapsedTime, (float *, weft_cuda_event, weft_cuda_event)) \
  X(int, cuModuleLoadData, (weft_cuda_module *, const void *)) \
  X(int, cuModuleUnload, (weft_cuda_module)) \
  X(int, cuModuleGetFunction, (weft_cuda_function *, weft_cuda_module, const char *)) \
  X(int, cuFuncSetAttribute, (weft_cuda_function, int, int)) \
  X(int, cuLaunchKernel, \
    (weft_cuda_function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, \
     weft_cuda_stream, void **, void **)) \
  X(int, cuStreamBeginCapture_v2, (weft_cuda_stream, int)) \
  X(int, cuStreamEndCapture, (weft_cuda_stream, weft_cuda_graph *)) \
  X(int, cuGraphInstantiateWithFlags, \
    (weft_cuda_graph_exec *, weft_cuda_graph, unsigned long long)) \
  X(int, cuGraphLaunch, (weft_cuda_graph_exec, weft_cuda_stream)) \
  X(int, cuGraphDestroy, (weft_cuda_graph)) \
  X(int, cuGraphExecDestroy, (weft_cuda_graph_exec))

#define WEFT_NVRTC_ENTRIES(X) \
  X(int, nvrtcVersion, (int *, int *)) \
  X(const char *, nvrtcGetErrorString, (weft_cuda_result)) \
  X(int, nvrtcGetNumSupportedArchs, (int *)) \
  X(int, nvrtcGetSupportedArchs, (int *)) \
  X(int, nvrtcCreateProgram, \
    (weft_nvrtc_program *, const char *, const char *, int, const char *const *, \
     const char *const *)) \
  X(int, nvrtcDestroyProgram, (weft_nvrtc_program *)) \
  X(int, nvrtcCompileProgram, (weft_nvrtc_program, int, const char *const *)) \
  X(int, nvrtcGetProgramLogSize, (weft_nvrtc_program, size_t *)) \
  X(int, nvrtcGetProgramLog, (weft_nvrtc_program, char *)) \
  X(int, nvrtcGetCUBINSize, (weft_nvrtc_program, size_t *)) \
  X(int, nvrtcGetCUBIN, (weft_nvrtc_program, char *)) \
  X(int, nvrtcGetPTXSize, (weft_nvrtc_program, size_t *)) \
  X(int, nvrtcGetPTX, (weft_nvrtc_program, char *))

#define WEFT_LT_ENTRIES(X) \
  X(size_t, cublasLtGetVersion, (void)) \
  X(int, cublasLtCreate, (weft_lt_handle *)) \
  X(int, cublasLtDestroy, (weft_lt_handle)) \
  X(int, cublasLtMatmulDescCreate, (weft_lt_description *, int, int)) \
  X(int, cublasLtMatmulDescDestroy, (weft_lt_description)) \
  X(int, cublasLtMatmulDescSetAttribute, (weft_lt_description, int, const void *, size_t)) \
  X(int, cublasLtMatrixLayoutCreate, (weft_lt_layout *, int, uint64_t, uint64_t, int64_t)) \
  X(int, cublasLtMatrixLayoutDestroy, (weft_lt_layout)) \
  X(int, cublasLtMatrixLayoutSetAttribute, (weft_lt_layout, int, const void *, size_t)) \
  X(int, cublasLtMatmulPreferenceCreate, (weft_lt_preference *)) \
  X(int, cublasLtMatmulPreferenceDestroy, (weft_lt_preference)) \
  X(int, cublasLtMatmulPreferenceSetAttribute, (weft_lt_preference, int, const void *, size_t)) \
  X(int, cublasLtMatmulAlgoGetHeuristic, \
    (weft_lt_handle, weft_lt_description, weft_lt_layout, weft_lt_layout, weft_lt_layout, \
     weft_lt_layout, weft_lt_preference, int, weft_lt_heuristic *, int *)) \
  X(int, cublasLtMatmul, \
    (weft_lt_handle, weft_lt_description, const void *, const void *, weft_lt_layout, \
     const void *, weft_lt_layout, const void *, const void *, weft_lt_layout, void *, \
     weft_lt_layout, const weft_lt_algorithm *, void *, size_t, weft_cuda_stream))

#define WEFT_NCCL_ENTRIES(X) \
  X(int, ncclGetVersion, (int *)) \
  X(const char *, ncclGetErrorString, (weft_cuda_result)) \
  X(const char *, ncclGetLastError, (weft_nccl_communicator)) \
  X(int, ncclCommInitAll, (weft_nccl_communicator *, int, const int *)) \
  X(int, ncclCommDestroy, (weft_nccl_communicator)) \
  X(int, ncclCommAbort, (weft_nccl_communicator)) \
  X(int, ncclCommGetAsyncError, (weft_nccl_communicator, weft_cuda_result *)) \
  X(int, ncclGroupStart, (void)) \
  X(int, ncclGroupEnd, (void)) \
  X(int, ncclReduce, \
    (const void *, void *, size_t, int, int, int, weft_nccl_communicator, weft_cuda_stream)) \
  X(int, ncclAllReduce, \
    (const void *, void *, size_t, int, int, weft_nccl_communicator, weft_cuda_stream))
