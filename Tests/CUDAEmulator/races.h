// Stands before kernels that are looked at for races: they say each access of memory.
#pragma once
// What is done at once races with nothing.
#pragma clang attribute push(__attribute__((no_sanitize("thread"))), apply_to = function)
#include "device.h"

#define __threadfence() emulated_services->fence()
#define atomicAdd(p, v) (emulated_services->add((void *)(p)), (atomicAdd)(p, v))

// What clang calls for each access.
#define ACCESS(name, size, writes) \
  void __tsan_##name##size(void *p) { emulated_services->access(p, size, writes); }
#define ACCESSES(size) \
  ACCESS(read, size, false) ACCESS(write, size, true) ACCESS(read_write, size, true) \
  ACCESS(unaligned_read, size, false) ACCESS(unaligned_write, size, true) \
  ACCESS(volatile_read, size, false) ACCESS(volatile_write, size, true)
extern "C" {
ACCESSES(1) ACCESSES(2) ACCESSES(4) ACCESSES(8) ACCESSES(16)
void *__tsan_memcpy(char *to, const char *from, size_t size) {
  for (size_t i = 0; i < size; i++) to[i] = from[i];
  return to;
}
void *__tsan_memset(char *to, int byte, size_t size) {
  for (size_t i = 0; i < size; i++) to[i] = (char)byte;
  return to;
}
void __tsan_init() {}
EmulatedModule emulated_module();
}
#pragma clang attribute pop
