// Libraries opened while the program runs, as tables of their entry points.
#pragma once
#include "weft_cuda_entries.h"

#define WEFT_CUDA_ENTRY(result, name, parameters) result(*_Nonnull name) parameters;
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-completeness"

typedef struct {
  void *handle;
  WEFT_CUDA_DRIVER_ENTRIES(WEFT_CUDA_ENTRY)
} weft_cuda_driver;

typedef struct {
  void *handle;
  // libnvrtc finds its built-in functions only if this library is there already.
  void *builtins;
  WEFT_NVRTC_ENTRIES(WEFT_CUDA_ENTRY)
} weft_nvrtc;

typedef struct {
  void *handle;
  WEFT_LT_ENTRIES(WEFT_CUDA_ENTRY)
} weft_lt;

typedef struct {
  void *handle;
  WEFT_NCCL_ENTRIES(WEFT_CUDA_ENTRY)
} weft_nccl;

#undef WEFT_CUDA_ENTRY

// Opens a library by path or name. Null if it is not there or lacks a symbol: the message says which.
weft_cuda_driver *weft_cuda_driver_open(const char *path, char *message, size_t size);
weft_nvrtc *weft_nvrtc_open(const char *path, char *message, size_t size);
weft_lt *weft_lt_open(const char *path, char *message, size_t size);
weft_nccl *weft_nccl_open(const char *path, char *message, size_t size);

// The path of the file that a symbol's library was loaded from; null if it is not known.
const char *weft_library_path(const void *symbol);

// Loads the library of built-in functions, which libnvrtc without a search path does not find.
void weft_nvrtc_open_builtins(weft_nvrtc *library, const char *path);

#pragma clang diagnostic pop
