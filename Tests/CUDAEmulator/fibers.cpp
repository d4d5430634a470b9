// One launch of a kernel: every CUDA thread is a fiber that is left at barriers and warp functions only.
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include <numeric>

#include "emulator.h"

extern "C" void emulator_switch(void **save, void *to);
asm(R"(
.text
.globl emulator_switch
.hidden emulator_switch
.type emulator_switch,@function
emulator_switch:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp,(%rdi)
  mov %rsi,%rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  pop %rcx
  jmp *%rcx
)");

constexpr size_t STACK = 64 << 10;
enum State : unsigned char { NEW, READY, IN_WARP, AT_BARRIER, DONE };
struct Fiber {
  void *stack_pointer;
  unsigned index, mask, source;
  int kind;
  unsigned long long value, result;
  State state;
};

static struct {
  std::vector<Fiber> fibers;
  std::vector<char *> stacks, free_stacks;
  std::vector<unsigned> ready, unbegun;
  size_t ready_head = 0, started = 0, alive = 0, at_barrier = 0;
  unsigned count = 0, block = 0, epoch = 0;
  // Memory that the blocks share one after the other is not the same to them.
  char *shared_begin = nullptr, *shared_end = nullptr, *dynamic_begin = nullptr, *dynamic_end = nullptr;
  Fiber *running = nullptr;
  void *main_pointer = nullptr;
  std::vector<unsigned> live, waiting;  // a bit for each lane, by warp
  const EmulatedKernel *kernel = nullptr;
  EmulatedModule *module = nullptr;
  void **arguments = nullptr;
  const char *failure = nullptr;
} run;

static void set_thread(unsigned index) {
  const EmulatedIndex &size = run.module->thread->block_size;
  run.module->thread->thread = {index % size.x, index / size.x % size.y, index / size.x / size.y};
}

static void fiber_main();
static char *take_stack() {
  if (run.free_stacks.empty()) {
    char *p = (char *)mmap(nullptr, STACK + 4096, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    mprotect(p, 4096, PROT_NONE);
    // Tops at different places, so that they do not all meet in the same lines of the cache.
    p += 4096 - (run.stacks.size() % 12) * 320;
    run.stacks.push_back(p);
    return p;
  }
  char *p = run.free_stacks.back();
  run.free_stacks.pop_back();
  return p;
}
static void *fresh(char *stack) {
  void **top = (void **)(stack + STACK);
  *--top = nullptr;
  *--top = (void *)fiber_main;
  for (int i = 0; i < 6; i++) *--top = nullptr;
  return top;
}

// Whose turn is next: a fiber that may go on, one not begun, or, where there is none, the launch.
constexpr int BEGIN = -1, END = -2;
static int next_turn() {
  const size_t rest = run.count - run.started, able = run.ready.size() - run.ready_head;
  if (turns.kind == Turns::FORWARD) {
    if (able == 0) return rest ? BEGIN : END;
    const int next = int(run.ready[run.ready_head++]);
    if (able == 1) run.ready.clear(), run.ready_head = 0;
    return next;
  }
  if (able + rest == 0) return END;
  const size_t choice = turns.kind == Turns::REVERSE ? (rest ? able : able - 1)
                                                     : turns.below(able + rest);
  if (choice >= able) return BEGIN;
  const int next = int(run.ready[choice]);
  run.ready[choice] = run.ready.back();
  run.ready.pop_back();
  return next;
}
// The number of the thread that begins.
static unsigned next_thread() {
  const unsigned started = unsigned(run.started++);
  if (turns.kind == Turns::FORWARD) return started;
  if (turns.kind == Turns::REVERSE) return run.count - 1 - started;
  const size_t choice = turns.below(run.unbegun.size());
  const unsigned index = run.unbegun[choice];
  run.unbegun[choice] = run.unbegun.back();
  run.unbegun.pop_back();
  return index;
}

static void go_to(int turn, void **save) {
  if (turn >= 0) {
    Fiber *next = &run.fibers[turn];
    const bool is_same = next == run.running;
    run.running = next;
    set_thread(next->index);
    if (!is_same) emulator_switch(save, next->stack_pointer);
  } else {
    emulator_switch(save, turn == BEGIN ? fresh(take_stack()) : run.main_pointer);
  }
}

static void wake(Fiber &fiber) {
  fiber.state = READY;
  // Who completes a barrier goes on at once, in the plain order.
  if (&fiber != run.running || turns.kind != Turns::FORWARD) run.ready.push_back(fiber.index);
}

// Lets the lanes go that wait with a fiber, once all that its mask names do.
static bool release_warp(unsigned warp, Fiber &fiber) {
  const unsigned first = warp * 32, needed = fiber.mask & run.live[warp];
  if ((run.waiting[warp] & needed) != needed) return false;
  unsigned ballot = 0;
  for (unsigned lanes = needed; lanes; lanes &= lanes - 1) {
    const unsigned lane = __builtin_ctz(lanes);
    Fiber &other = run.fibers[first + lane];
    if (other.mask != fiber.mask || other.kind != fiber.kind) return false;
    ballot |= unsigned(other.value & 1) << lane;
  }
  for (unsigned lanes = needed; lanes; lanes &= lanes - 1) {
    Fiber &other = run.fibers[first + __builtin_ctz(lanes)];
    const unsigned source = other.source & 31;
    // What a lane that takes no part holds is not defined: all ones here.
    other.result = fiber.kind != 1            ? ballot
                   : needed >> source & 1 ? run.fibers[first + source].value
                                          : ~0ull;
  }
  for (unsigned lanes = needed; lanes; lanes &= lanes - 1)
    wake(run.fibers[first + __builtin_ctz(lanes)]);
  run.waiting[warp] &= ~needed;
  return true;
}

static void release_barrier() {
  if (run.at_barrier == 0 || run.at_barrier != run.alive) return;
  run.at_barrier = 0;
  run.epoch++;
  for (Fiber &fiber : run.fibers)
    if (fiber.state == AT_BARRIER) wake(fiber);
}

static void fiber_main() {
  for (;;) {
    const unsigned index = next_thread();
    Fiber *fiber = &run.fibers[index];
    fiber->state = READY;
    run.running = fiber;
    set_thread(index);
    run.kernel->invoke(run.arguments);
    fiber = run.running;
    fiber->state = DONE;
    run.alive--;
    run.running = nullptr;
    release_barrier();
    const unsigned warp = fiber->index / 32;
    run.live[warp] &= ~(1u << (fiber->index & 31));
    for (unsigned lanes = run.waiting[warp]; lanes; lanes &= lanes - 1) {
      Fiber &other = run.fibers[warp * 32 + __builtin_ctz(lanes)];
      if (other.state == IN_WARP && release_warp(warp, other)) break;
    }
    const int turn = next_turn();
    // One that begins does so on this very stack.
    void *dead;
    if (turn != BEGIN) go_to(turn, &dead);
  }
}

static void give_up(const char *why) {
  run.failure = why;
  void *dead;
  emulator_switch(&dead, run.main_pointer);
}
static void barrier() {
  Fiber *fiber = run.running;
  fiber->state = AT_BARRIER;
  run.at_barrier++;
  release_barrier();
  if (fiber->state == AT_BARRIER || turns.kind != Turns::FORWARD)
    go_to(next_turn(), &fiber->stack_pointer);
}
static unsigned long long warp_function(int kind, unsigned mask, unsigned long long value,
                                        unsigned source) {
  Fiber *fiber = run.running;
  const unsigned lane = fiber->index & 31, warp = fiber->index / 32;
  if (!(mask >> lane & 1)) give_up("a warp function with a mask that lacks the thread's own lane");
  fiber->mask = mask;
  fiber->kind = kind;
  fiber->value = value;
  fiber->source = source;
  fiber->state = IN_WARP;
  run.waiting[warp] |= 1u << lane;
  if (!release_warp(warp, *fiber) || turns.kind != Turns::FORWARD)
    go_to(next_turn(), &fiber->stack_pointer);
  return fiber->result;
}
static unsigned lane_number() { return run.running->index & 31; }
static void access(void *address, unsigned size, bool writes) {
  char *const p = (char *)address;
  const bool is_shared = (p >= run.shared_begin && p < run.shared_end) ||
                         (p >= run.dynamic_begin && p < run.dynamic_end);
  if (!is_shared && device_of((uintptr_t)p) < 0) return;
  // A block's shared memory has a place of its own for each block, above all addresses.
  const uintptr_t place = (uintptr_t)p + (is_shared ? uintptr_t(run.block + 1) << 48 : 0);
  const Accessor now{run.block, run.running->index, run.epoch, true};
  if (const char *why = race_of(place, size, writes, now)) give_up(why);
}
static void addition(void *counter) { note_addition((uintptr_t)counter, run.block); }
static EmulatedServices services{barrier, warp_function, lane_number, give_up,
                                 access,  addition,      note_fence};

static thread_local bool in_kernel;
static thread_local sigjmp_buf on_fault;
static thread_local char fault_text[400];
static struct sigaction previous[3];
static const int signals[3] = {SIGSEGV, SIGBUS, SIGILL};

static void handle(int number, siginfo_t *info, void *machine) {
  if (in_kernel) {
    const std::string place = describe((uintptr_t)info->si_addr);
    const char *kind = number == SIGILL  ? "a check of bounds or alignment failed"
                       : !info->si_addr ? "a bad, perhaps misaligned, access"
                                        : "a bad access";
    snprintf(fault_text, sizeof fault_text, "%s at %s", kind, place.c_str());
    siglongjmp(on_fault, 1);
  }
  if (device_of((uintptr_t)info->si_addr) >= 0)
    fprintf(stderr, "[emulator] host code touched %s\n",
            describe((uintptr_t)info->si_addr).c_str());
  for (int i = 0; i < 3; i++) {
    if (signals[i] != number) continue;
    if (previous[i].sa_flags & SA_SIGINFO && previous[i].sa_sigaction) {
      previous[i].sa_sigaction(number, info, machine);
    } else {
      sigaction(number, &previous[i], nullptr);
    }
  }
}

void install_fault_handler() {
  struct sigaction action {};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (int i = 0; i < 3; i++) sigaction(signals[i], &action, &previous[i]);
}

static void use_signal_stack() {
  static thread_local bool is_set = false;
  if (is_set) return;
  stack_t stack{};
  stack.ss_size = 65536;
  stack.ss_sp = mmap(nullptr, stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                     -1, 0);
  sigaltstack(&stack, nullptr);
  is_set = true;
}

// Shared memory that a launch asks for ends at a guarded page.
static char *dynamic_shared(unsigned size) {
  constexpr size_t room = 256 << 10;
  static char *end = nullptr;
  if (!end) {
    char *p = (char *)mmap(nullptr, room + 4096, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(p + room, 4096, PROT_NONE);
    end = p + room;
  }
  return end - ((size + 15) & ~15u);
}

static void run_block(Launch &launch, unsigned threads) {
  EmulatedModule &module = *launch.module;
  memset(module.shared_begin, 0xFF, module.shared_end - module.shared_begin);
  if (launch.dynamic_shared) memset(module.thread->dynamic_shared, 0xFF, launch.dynamic_shared);
  for (unsigned i = 0; i < threads; i++) run.fibers[i] = {nullptr, i, 0, 0, 0, 0, 0, NEW};
  run.waiting.assign((threads + 31) / 32, 0);
  run.live.assign((threads + 31) / 32, ~0u);
  if (threads & 31) run.live.back() = (1u << (threads & 31)) - 1;
  run.ready.clear();
  run.unbegun.resize(threads);
  std::iota(run.unbegun.begin(), run.unbegun.end(), 0u);
  run.ready_head = run.started = run.at_barrier = 0;
  run.alive = threads;
  run.epoch = 0;
  forget_accesses(false);
  run.free_stacks = run.stacks;
  emulator_switch(&run.main_pointer, fresh(take_stack()));
}

void run_kernel(Context *c, Launch &launch) {
  use_signal_stack();
  Access open(c);
  EmulatedModule &module = *launch.module;
  *module.services = &services;
  module.thread->block_size = launch.block;
  module.thread->grid_size = launch.grid;
  module.thread->dynamic_shared = dynamic_shared(launch.dynamic_shared);
  const unsigned threads = launch.block.x * launch.block.y * launch.block.z;
  run.count = threads;
  run.fibers.resize(threads);
  run.failure = nullptr;
  run.kernel = launch.kernel;
  run.module = &module;
  run.arguments = launch.arguments.data();
  run.shared_begin = module.shared_begin, run.shared_end = module.shared_end;
  run.dynamic_begin = (char *)module.thread->dynamic_shared;
  run.dynamic_end = run.dynamic_begin + launch.dynamic_shared;
  forget_accesses(true);
  const EmulatedIndex &at = module.thread->block;
  auto report = [&](const char *what, int status) {
    const EmulatedIndex &thread = module.thread->thread;
    say("gpu:%d kernel '%s' block (%u,%u,%u) thread (%u,%u,%u): %s", c->device,
        launch.kernel->name, at.x, at.y, at.z, thread.x, thread.y, thread.z, what);
    fail(c, status);
  };
  if (sigsetjmp(on_fault, 1)) {
    in_kernel = false;
    report(fault_text, ILLEGAL_ADDRESS);
    return;
  }
  in_kernel = true;
  const size_t blocks = (size_t)launch.grid.x * launch.grid.y * launch.grid.z;
  std::vector<unsigned> order(turns.kind == Turns::RANDOM ? blocks : 0);
  std::iota(order.begin(), order.end(), 0u);
  for (size_t i = 0; i < order.size(); i++) std::swap(order[i], order[i + turns.below(blocks - i)]);
  for (size_t i = 0; i < blocks && !run.failure; i++) {
    const size_t block = !order.empty()                  ? order[i]
                         : turns.kind == Turns::REVERSE ? blocks - 1 - i
                                                        : i;
    run.block = unsigned(block);
    module.thread->block = {unsigned(block % launch.grid.x),
                            unsigned(block / launch.grid.x % launch.grid.y),
                            unsigned(block / launch.grid.x / launch.grid.y)};
    run_block(launch, threads);
    if (!run.failure && run.alive) run.failure = "deadlock: a barrier that not all threads reach";
  }
  in_kernel = false;
  if (run.failure) report(run.failure, LAUNCH_FAILED);
}
