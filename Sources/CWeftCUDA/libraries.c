#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "CWeftCUDA.h"

// Opens a library; a table of zeros for its entry points, whose first member is the handle.
static void *open_table(const char *path, size_t table_size, char *message, size_t size) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *reason = dlerror();
    snprintf(message, size, "%s", reason ? reason : "the library cannot be opened");
    return NULL;
  }
  void **table = calloc(1, table_size);
  if (!table) {
    dlclose(handle);
    snprintf(message, size, "not enough memory");
    return NULL;
  }
  table[0] = handle;
  return table;
}

static int lacks(void *entry, const char *name, const char *path, char *message, size_t size) {
  if (entry) return 0;
  snprintf(message, size, "%s has no %s", path, name);
  return 1;
}

#define FIND(result, name, parameters) \
  table->name = (result(*) parameters)dlsym(table->handle, #name); \
  if (lacks((void *)table->name, #name, path, message, size)) goto missing;

#define OPEN(type, function, entries) \
  type *function(const char *path, char *message, size_t size) { \
    type *table = open_table(path, sizeof(type), message, size); \
    if (!table) return NULL; \
    entries(FIND) return table; \
  missing: \
    dlclose(table->handle); \
    free(table); \
    return NULL; \
  }

OPEN(weft_cuda_driver, weft_cuda_driver_open, WEFT_CUDA_DRIVER_ENTRIES)
OPEN(weft_nvrtc, weft_nvrtc_open, WEFT_NVRTC_ENTRIES)
OPEN(weft_lt, weft_lt_open, WEFT_LT_ENTRIES)
OPEN(weft_nccl, weft_nccl_open, WEFT_NCCL_ENTRIES)

const char *weft_library_path(const void *symbol) {
  Dl_info info;
  return dladdr(symbol, &info) ? info.dli_fname : NULL;
}

void weft_nvrtc_open_builtins(weft_nvrtc *library, const char *path) {
  if (!library->builtins) library->builtins = dlopen(path, RTLD_NOW | RTLD_LOCAL);
}
