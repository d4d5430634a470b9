// What a compiled kernel module and the emulator say to each other.
#pragma once

struct EmulatedIndex {
  unsigned x, y, z;
};
// The built-in variables of the thread that runs at present.
struct EmulatedThread {
  EmulatedIndex thread, block, block_size, grid_size;
  void *dynamic_shared;
};
struct EmulatedServices {
  void (*barrier)();
  // kind: 0 barrier of a warp, 1 shuffle, 2 ballot
  unsigned long long (*warp)(int kind, unsigned mask, unsigned long long value, unsigned source);
  unsigned (*lane)();
  void (*trap)(const char *why);
  // Of programs that are looked at for races: an access of memory, an atomic addition, a fence.
  void (*access)(void *address, unsigned size, bool writes);
  void (*add)(void *address);
  void (*fence)();
};
struct EmulatedKernel {
  const char *name;
  void (*invoke)(void **arguments);
  unsigned parameter_count;
  const unsigned *sizes;
  const unsigned char *is_pointer;
  unsigned max_threads;
};
struct EmulatedModule {
  EmulatedThread *thread;
  EmulatedServices **services;
  const EmulatedKernel *kernels;
  char *shared_begin, *shared_end;
};
