// Types and constants of the CUDA driver, NVRTC, cuBLASLt and NCCL, as far as they are used.
#pragma once
#include <stddef.h>
#include <stdint.h>

// CUresult, nvrtcResult, cublasStatus_t and ncclResult_t are enumerations of the size of an int.
typedef int weft_cuda_result;
typedef int weft_cuda_device;
typedef unsigned long long weft_cuda_address;

// NVIDIA's own tags, so that a test with its headers can compare the types.
typedef struct CUctx_st *weft_cuda_context;
typedef struct CUmod_st *weft_cuda_module;
typedef struct CUfunc_st *weft_cuda_function;
typedef struct CUstream_st *weft_cuda_stream;
typedef struct CUevent_st *weft_cuda_event;
typedef struct CUgraph_st *weft_cuda_graph;
typedef struct CUgraphExec_st *weft_cuda_graph_exec;
typedef struct CUmemPoolHandle_st *weft_cuda_pool;
typedef struct _nvrtcProgram *weft_nvrtc_program;
typedef struct ncclComm *weft_nccl_communicator;

typedef struct {
  int allocation_type, handle_types;
  struct {
    int type, id;
  } location;
  void *win32;
  size_t max_size;
  unsigned short usage;
  unsigned char reserved[54];
} weft_cuda_pool_properties;

typedef struct {
  struct {
    int type, id;
  } location;
  int flags;
} weft_cuda_pool_access;

typedef struct cublasLtContext *weft_lt_handle;
typedef struct weft_lt_description_ *weft_lt_description;
typedef struct weft_lt_layout_ *weft_lt_layout;
typedef struct weft_lt_preference_ *weft_lt_preference;
typedef struct {
  uint64_t data[8];
} weft_lt_algorithm;
typedef struct {
  weft_lt_algorithm algorithm;
  size_t workspace_size;
  int state;
  float waves;
  int reserved[4];
} weft_lt_heuristic;

enum {
  WEFT_CUDA_SUCCESS = 0,
  WEFT_CUDA_OUT_OF_MEMORY = 2,
  WEFT_CUDA_NO_DEVICE = 100,
  WEFT_CUDA_NOT_READY = 600,
  WEFT_CUDA_ILLEGAL_ADDRESS = 700,
  WEFT_CUDA_LAUNCH_FAILED = 719
};
enum {
  WEFT_CUDA_DEVICE_SM_COUNT = 16,
  WEFT_CUDA_DEVICE_CAPABILITY_MAJOR = 75,
  WEFT_CUDA_DEVICE_CAPABILITY_MINOR = 76,
  WEFT_CUDA_DEVICE_SHARED_OPTIN = 97,
  WEFT_CUDA_DEVICE_MEMORY_POOLS = 115
};
enum { WEFT_CUDA_FUNCTION_REGISTERS = 4, WEFT_CUDA_FUNCTION_DYNAMIC_SHARED = 8 };
enum {
  WEFT_CUDA_POOL_PINNED = 1,
  WEFT_CUDA_POOL_ON_DEVICE = 1,
  WEFT_CUDA_POOL_RELEASE_THRESHOLD = 4,
  WEFT_CUDA_POOL_READ_AND_WRITE = 3,
  WEFT_CUDA_POOL_USED = 7
};
enum { WEFT_CUDA_STREAM_NON_BLOCKING = 1, WEFT_CUDA_EVENT_NO_TIMING = 2 };
enum { WEFT_CUDA_CAPTURE_THREAD_LOCAL = 1, WEFT_CUDA_CAPTURE_RELAXED = 2 };
enum { WEFT_CUDA_HOST_PORTABLE = 1 };

enum { WEFT_NCCL_FLOAT32 = 7, WEFT_NCCL_FLOAT64 = 8, WEFT_NCCL_SUM = 0 };

enum { WEFT_LT_FLOAT32 = 0, WEFT_LT_FLOAT64 = 1 };
enum {
  WEFT_LT_COMPUTE_32F = 68,
  WEFT_LT_COMPUTE_64F = 70,
  WEFT_LT_COMPUTE_FAST_BF16 = 75,
  WEFT_LT_COMPUTE_FAST_TF32 = 77
};
enum {
  WEFT_LT_TRANSPOSE_A = 3,
  WEFT_LT_TRANSPOSE_B = 4,
  WEFT_LT_EPILOGUE = 7,
  WEFT_LT_BIAS_POINTER = 8,
  WEFT_LT_AUXILIARY_POINTER = 11,
  WEFT_LT_AUXILIARY_STRIDE = 12,
  WEFT_LT_POINTER_MODE = 2
};
enum { WEFT_LT_POINTERS_ON_HOST = 0, WEFT_LT_POINTERS_ON_DEVICE = 1 };
enum { WEFT_LT_BATCH_COUNT = 5, WEFT_LT_BATCH_STRIDE = 6 };
enum { WEFT_LT_MAX_WORKSPACE = 1, WEFT_LT_ALIGNMENT_A = 5 };
enum { WEFT_LT_PLAIN = 1, WEFT_LT_RELU = 2, WEFT_LT_BIAS = 4, WEFT_LT_RELU_BIAS = 6 };
enum {
  WEFT_LT_AUXILIARY = 128,
  WEFT_LT_RELU_GRADIENT = 136,
  WEFT_LT_RELU_AND_BIAS_GRADIENT = 152
};
