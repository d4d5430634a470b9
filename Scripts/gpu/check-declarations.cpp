// Compiles only if our declarations of NVIDIA's functions have the types of NVIDIA's own headers.
#include "CWeftCUDA.h"

#include <cuda.h>
#include <nvrtc.h>
// Types of short numbers, which drag in half of NVIDIA's C++ library; no function used has one.
#define __CUDA_FP16_H__
#define __CUDA_BF16_H__
#define __CUDA_FP8_H__
struct __half;
struct __nv_bfloat16;
#ifdef WITH_CUBLASLT
#include <cublasLt.h>
#endif
#ifdef WITH_NCCL
// Of the runtime's header, which needs those of the compiler, it takes two types.
#define __CUDA_RUNTIME_H__
typedef struct CUstream_st *cudaStream_t;
typedef struct CUevent_st *cudaEvent_t;
#include <nccl.h>
#endif

#include <cstddef>
#include <type_traits>

// What is the same to a caller: enumerations are whole numbers, handles are compared by their tags.
template <class T, class = void> struct Plain {
  using type = T;
};
template <class T> struct Plain<T, std::enable_if_t<std::is_enum_v<T>>> {
  static_assert(sizeof(T) == 4);
  using type = int;
};
template <class T> struct Plain<const T, std::enable_if_t<!std::is_pointer_v<T> && !std::is_function_v<T>>> {
  using type = const typename Plain<T>::type;
};
template <class T> struct Plain<T *, void> {
  using type = typename Plain<T>::type *;
};
template <class T> struct Plain<T *const, void> {
  using type = typename Plain<T>::type *const;
};
template <class R, class... A> struct Plain<R(A...), void> {
  using type = typename Plain<R>::type(typename Plain<A>::type...);
};
#define ALIAS(theirs, ours) \
  template <> struct Plain<theirs, void> { \
    static_assert(sizeof(theirs) == sizeof(ours) && alignof(theirs) == alignof(ours)); \
    using type = ours; \
  };
ALIAS(CUmemPoolProps, weft_cuda_pool_properties)
ALIAS(CUmemAccessDesc, weft_cuda_pool_access)

#define SAME(result, name, parameters) \
  static_assert(std::is_same_v<typename Plain<std::remove_pointer_t<decltype(&::name)>>::type, \
                               typename Plain<result parameters>::type>, \
                #name);
WEFT_CUDA_DRIVER_ENTRIES(SAME)
WEFT_NVRTC_ENTRIES(SAME)

#define EQUAL(ours, theirs) static_assert(int(ours) == int(theirs), #ours);
EQUAL(WEFT_CUDA_OUT_OF_MEMORY, CUDA_ERROR_OUT_OF_MEMORY)
EQUAL(WEFT_CUDA_NO_DEVICE, CUDA_ERROR_NO_DEVICE)
EQUAL(WEFT_CUDA_NOT_READY, CUDA_ERROR_NOT_READY)
EQUAL(WEFT_CUDA_ILLEGAL_ADDRESS, CUDA_ERROR_ILLEGAL_ADDRESS)
EQUAL(WEFT_CUDA_LAUNCH_FAILED, CUDA_ERROR_LAUNCH_FAILED)
EQUAL(WEFT_CUDA_DEVICE_SM_COUNT, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)
EQUAL(WEFT_CUDA_DEVICE_CAPABILITY_MAJOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
EQUAL(WEFT_CUDA_DEVICE_CAPABILITY_MINOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)
EQUAL(WEFT_CUDA_DEVICE_SHARED_OPTIN, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)
EQUAL(WEFT_CUDA_DEVICE_MEMORY_POOLS, CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED)
EQUAL(WEFT_CUDA_FUNCTION_REGISTERS, CU_FUNC_ATTRIBUTE_NUM_REGS)
EQUAL(WEFT_CUDA_FUNCTION_DYNAMIC_SHARED, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES)
EQUAL(WEFT_CUDA_POOL_PINNED, CU_MEM_ALLOCATION_TYPE_PINNED)
EQUAL(WEFT_CUDA_POOL_ON_DEVICE, CU_MEM_LOCATION_TYPE_DEVICE)
EQUAL(WEFT_CUDA_POOL_RELEASE_THRESHOLD, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD)
EQUAL(WEFT_CUDA_POOL_READ_AND_WRITE, CU_MEM_ACCESS_FLAGS_PROT_READWRITE)
EQUAL(WEFT_CUDA_POOL_USED, CU_MEMPOOL_ATTR_USED_MEM_CURRENT)
EQUAL(WEFT_CUDA_STREAM_NON_BLOCKING, CU_STREAM_NON_BLOCKING)
EQUAL(WEFT_CUDA_EVENT_NO_TIMING, CU_EVENT_DISABLE_TIMING)
EQUAL(WEFT_CUDA_CAPTURE_THREAD_LOCAL, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)
EQUAL(WEFT_CUDA_CAPTURE_RELAXED, CU_STREAM_CAPTURE_MODE_RELAXED)
EQUAL(WEFT_CUDA_HOST_PORTABLE, CU_MEMHOSTALLOC_PORTABLE)
static_assert(offsetof(CUmemPoolProps, location) == offsetof(weft_cuda_pool_properties, location));
static_assert(offsetof(CUmemAccessDesc, flags) == offsetof(weft_cuda_pool_access, flags));
static_assert(offsetof(CUmemPoolProps, maxSize) == offsetof(weft_cuda_pool_properties, max_size));

#ifdef WITH_CUBLASLT
ALIAS(cublasLtMatmulAlgo_t, weft_lt_algorithm)
ALIAS(cublasLtMatmulHeuristicResult_t, weft_lt_heuristic)
ALIAS(cublasLtMatmulDesc_t, weft_lt_description)
ALIAS(cublasLtMatrixLayout_t, weft_lt_layout)
ALIAS(cublasLtMatmulPreference_t, weft_lt_preference)
WEFT_LT_ENTRIES(SAME)
EQUAL(WEFT_LT_FLOAT32, CUDA_R_32F)
EQUAL(WEFT_LT_FLOAT64, CUDA_R_64F)
EQUAL(WEFT_LT_COMPUTE_32F, CUBLAS_COMPUTE_32F)
EQUAL(WEFT_LT_COMPUTE_64F, CUBLAS_COMPUTE_64F)
EQUAL(WEFT_LT_COMPUTE_FAST_BF16, CUBLAS_COMPUTE_32F_FAST_16BF)
EQUAL(WEFT_LT_COMPUTE_FAST_TF32, CUBLAS_COMPUTE_32F_FAST_TF32)
EQUAL(WEFT_LT_POINTER_MODE, CUBLASLT_MATMUL_DESC_POINTER_MODE)
EQUAL(WEFT_LT_TRANSPOSE_A, CUBLASLT_MATMUL_DESC_TRANSA)
EQUAL(WEFT_LT_TRANSPOSE_B, CUBLASLT_MATMUL_DESC_TRANSB)
EQUAL(WEFT_LT_EPILOGUE, CUBLASLT_MATMUL_DESC_EPILOGUE)
EQUAL(WEFT_LT_BIAS_POINTER, CUBLASLT_MATMUL_DESC_BIAS_POINTER)
EQUAL(WEFT_LT_AUXILIARY_POINTER, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER)
EQUAL(WEFT_LT_AUXILIARY_STRIDE, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD)
EQUAL(WEFT_LT_POINTERS_ON_HOST, CUBLASLT_POINTER_MODE_HOST)
EQUAL(WEFT_LT_POINTERS_ON_DEVICE, CUBLASLT_POINTER_MODE_DEVICE)
EQUAL(WEFT_LT_BATCH_COUNT, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT)
EQUAL(WEFT_LT_BATCH_STRIDE, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET)
EQUAL(WEFT_LT_MAX_WORKSPACE, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES)
EQUAL(WEFT_LT_ALIGNMENT_A, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES)
EQUAL(WEFT_LT_PLAIN, CUBLASLT_EPILOGUE_DEFAULT)
EQUAL(WEFT_LT_RELU, CUBLASLT_EPILOGUE_RELU)
EQUAL(WEFT_LT_BIAS, CUBLASLT_EPILOGUE_BIAS)
EQUAL(WEFT_LT_RELU_BIAS, CUBLASLT_EPILOGUE_RELU_BIAS)
EQUAL(WEFT_LT_RELU | WEFT_LT_AUXILIARY, CUBLASLT_EPILOGUE_RELU_AUX)
EQUAL(WEFT_LT_RELU_BIAS | WEFT_LT_AUXILIARY, CUBLASLT_EPILOGUE_RELU_AUX_BIAS)
EQUAL(WEFT_LT_RELU_GRADIENT, CUBLASLT_EPILOGUE_DRELU)
EQUAL(WEFT_LT_RELU_AND_BIAS_GRADIENT, CUBLASLT_EPILOGUE_DRELU_BGRAD)
#endif

#ifdef WITH_NCCL
WEFT_NCCL_ENTRIES(SAME)
EQUAL(WEFT_NCCL_FLOAT32, ncclFloat32)
EQUAL(WEFT_NCCL_FLOAT64, ncclFloat64)
EQUAL(WEFT_NCCL_SUM, ncclSum)
#endif
