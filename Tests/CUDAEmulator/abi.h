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
