// A CUDA driver, NVRTC, cuBLASLt and NCCL on the processors of the host: for tests on machines without a GPU.
//
// Work on a stream runs only when something waits for it, so that a missing wait always shows. Each
// device has a range of addresses of its own, which host code and the other device cannot touch.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "abi.h"

#define API extern "C" __attribute__((visibility("default")))
typedef unsigned long long Address;

enum Status {
  OK = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  NO_BINARY = 209,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  OUT_OF_RESOURCES = 701,
  LAUNCH_FAILED = 719,
  CAPTURE_UNSUPPORTED = 900,
  CAPTURE_INVALIDATED = 901
};

constexpr int MAX_DEVICES = 4;
constexpr size_t SPAN = 1ull << 36;

struct Allocation {
  size_t size, mapped;
  bool is_live;
  unsigned number;
  char *page;
};
struct Context {
  int device = -1;
  int retained = 0;
  int sticky = 0;
  size_t next = 0, used = 0;
  std::map<uintptr_t, Allocation> allocations;
  unsigned next_number = 0;
};
struct Stream;
struct Graph {
  std::vector<std::function<void()>> nodes;
  Context *context;
  bool is_invalid = false;
};
struct Stream {
  Context *context = nullptr;
  std::deque<std::function<void()>> work;
  uint64_t enqueued = 0, done = 0;
  Graph *capture = nullptr;
  bool was_looked_at = false;
};
struct Event {
  Stream *stream = nullptr;
  uint64_t at = 0;
  double time = 0;
};

// State of the emulator.
extern Context contexts[MAX_DEVICES];
extern int device_count;
// In which order what nothing orders takes place: threads between barriers, blocks, streams.
struct Turns {
  // Forward: first to last; a stream goes on only when something waits for it. Reverse: last to first;
  // what is put on a stream runs at once. Random: any of them, now and then some of a stream.
  enum { FORWARD, REVERSE, RANDOM } kind = FORWARD;
  uint64_t state = 1;
  // "forward", "reverse" or "random:" and a seed.
  explicit Turns(const char *text);
  size_t below(size_t count) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return size_t((state >> 32) * count >> 32);
  }
};
extern Turns turns;
extern thread_local Context *current;
extern std::recursive_mutex global;
typedef std::lock_guard<std::recursive_mutex> Lock;

// Notes what went wrong, in words.
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Counts a call; the status that a test asked for, if it did.
int entered(const char *call);
#define ENTER \
  Lock lock(global); \
  if (int status = entered(__func__)) return status;
#define ENTER_CONTEXT \
  ENTER \
  if (!current) return INVALID_CONTEXT; \
  if (current->sticky) return current->sticky;
// Objects that are alive, by kind.
void born(const char *kind);
void died(const char *kind);
std::string setting(const char *name, const char *otherwise);

// Memory.
int device_of(uintptr_t address);
std::string describe(uintptr_t address);
bool in_range(Context &context, Address address, size_t size, const char *what);
bool is_host(const void *pointer, const char *what);
bool is_pinned(const void *pointer);
// Opens a device's memory for as long as it lives.
struct Access {
  Context *context;
  explicit Access(Context *context);
  ~Access();
};

// Streams.
int push(Stream *stream, std::function<void()> work);
// The same, but never begins with it before something waits.
int enqueue(Stream *stream, std::function<void()> work);
void finish(Stream *stream, uint64_t at);
int refuse_in_capture(Stream *stream, const char *what);
void fail(Context *context, int status);

// Races.
struct Accessor {
  unsigned block = 0, thread = 0, epoch = 0;  // how many barriers the block has passed
  bool is_there = false;
};
// What is wrong with an access; null if nothing.
const char *race_of(uintptr_t address, unsigned size, bool writes, const Accessor &now);
void note_fence();
void note_addition(uintptr_t counter, unsigned block);
// A block begins, or a launch.
void forget_accesses(bool all);

// Kernels.
struct Launch {
  const EmulatedKernel *kernel;
  EmulatedModule *module;
  EmulatedIndex grid, block;
  unsigned dynamic_shared;
  std::vector<uint64_t> values;
  std::vector<void *> arguments;
};
void run_kernel(Context *context, Launch &launch);
void install_fault_handler();
