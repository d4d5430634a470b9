// CUDA C as plain C++: stands before every kernel that clang compiles for the emulator.
#pragma once
#include "abi.h"

#define __CUDA_EMU__ 1
#define __global__ __attribute__((used))
#define __device__
#define __host__
#define __grid_constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
#define __shared__ static __attribute__((section("emulated_shared")))

extern "C" {
extern EmulatedThread emulated_thread __attribute__((visibility("hidden")));
extern EmulatedServices *emulated_services __attribute__((visibility("hidden")));
}
#define threadIdx emulated_thread.thread
#define blockIdx emulated_thread.block
#define blockDim emulated_thread.block_size
#define gridDim emulated_thread.grid_size
#define warpSize 32

typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef short int16_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
typedef unsigned long size_t;

// Copies written out make the sanitizer look at the alignment of every vector.
struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
  float4() = default;
  float4(float a, float b, float c, float d) : x(a), y(b), z(c), w(d) {}
  float4(const float4 &o) : x(o.x), y(o.y), z(o.z), w(o.w) {}
  float4 &operator=(const float4 &o) {
    x = o.x, y = o.y, z = o.z, w = o.w;
    return *this;
  }
};
static inline float4 make_float4(float a, float b, float c, float d) { return {a, b, c, d}; }

#define REAL_1(name) \
  extern "C" float name##f(float) noexcept; \
  extern "C" double name(double) noexcept; \
  static inline float name(float x) { return name##f(x); }
#define REAL_2(name) \
  extern "C" float name##f(float, float) noexcept; \
  extern "C" double name(double, double) noexcept; \
  static inline float name(float x, float y) { return name##f(x, y); }
REAL_1(exp) REAL_1(expm1) REAL_1(exp2) REAL_1(log) REAL_1(log1p) REAL_1(log2) REAL_1(log10)
REAL_1(sin) REAL_1(cos) REAL_1(tan) REAL_1(asin) REAL_1(acos) REAL_1(atan)
REAL_1(sinh) REAL_1(cosh) REAL_1(tanh) REAL_1(asinh) REAL_1(acosh) REAL_1(atanh)
REAL_1(erf) REAL_1(erfc) REAL_1(lgamma) REAL_1(tgamma) REAL_1(sqrt) REAL_1(fabs)
REAL_1(floor) REAL_1(ceil) REAL_1(rint) REAL_1(trunc) REAL_1(round)
REAL_2(pow) REAL_2(fmod) REAL_2(atan2) REAL_2(fmax) REAL_2(fmin)
extern "C" float fmaf(float, float, float) noexcept;
extern "C" double fma(double, double, double) noexcept;

template <class T> static inline T min(T a, T b) { return b < a ? b : a; }
template <class T> static inline T max(T a, T b) { return a < b ? b : a; }
static inline float rsqrtf(float x) { return 1.0f / __builtin_sqrtf(x); }
static inline unsigned __float_as_uint(float x) { return __builtin_bit_cast(unsigned, x); }
static inline float __uint_as_float(unsigned x) { return __builtin_bit_cast(float, x); }
static inline int __float_as_int(float x) { return __builtin_bit_cast(int, x); }
static inline float __int_as_float(int x) { return __builtin_bit_cast(float, x); }
static inline double __longlong_as_double(long long x) { return __builtin_bit_cast(double, x); }
static inline long long __double_as_longlong(double x) { return __builtin_bit_cast(long long, x); }
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __clz(int x) { return x ? __builtin_clz(x) : 32; }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline unsigned __umulhi(unsigned a, unsigned b) {
  return ((unsigned long long)a * b) >> 32;
}
template <class T> static inline T __ldg(const T *p) { return *p; }

static inline void __threadfence() {}
static inline void __syncthreads() { emulated_services->barrier(); }
static inline void __syncwarp(unsigned mask = 0xffffffffu) {
  emulated_services->warp(0, mask, 0, 0);
}
template <class T> static inline T emulated_shuffle(unsigned mask, T value, unsigned source) {
  static_assert(sizeof(T) <= 8, "a shuffle moves up to eight bytes");
  unsigned long long bits = 0;
  __builtin_memcpy(&bits, &value, sizeof value);
  bits = emulated_services->warp(1, mask, bits, source);
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}
template <class T> static inline T __shfl_sync(unsigned mask, T v, int source, int width = 32) {
  const unsigned lane = emulated_services->lane();
  return emulated_shuffle(mask, v, (lane & ~(width - 1)) | (source & (width - 1)));
}
template <class T> static inline T __shfl_xor_sync(unsigned mask, T v, int by, int width = 32) {
  const unsigned lane = emulated_services->lane(), other = lane ^ by;
  return emulated_shuffle(mask, v, other / width > lane / width ? lane : other);
}
template <class T>
static inline T __shfl_down_sync(unsigned mask, T v, unsigned by, int width = 32) {
  const unsigned lane = emulated_services->lane();
  return emulated_shuffle(mask, v, (lane & (width - 1)) + by < (unsigned)width ? lane + by : lane);
}
template <class T>
static inline T __shfl_up_sync(unsigned mask, T v, unsigned by, int width = 32) {
  const unsigned lane = emulated_services->lane();
  return emulated_shuffle(mask, v, (lane & (width - 1)) >= by ? lane - by : lane);
}
static inline unsigned __ballot_sync(unsigned mask, int predicate) {
  return emulated_services->warp(2, mask, predicate != 0, 0);
}
static inline int __any_sync(unsigned mask, int p) { return __ballot_sync(mask, p) != 0; }
static inline int __all_sync(unsigned mask, int p) { return __ballot_sync(mask, !p) == 0; }

#define ATOMIC(name, expression) \
  template <class T, class U> static inline T name(T *p, U given) { \
    const T v = (T)given, old = *p; \
    *p = (expression); \
    return old; \
  }
ATOMIC(atomicAdd, old + v) ATOMIC(atomicSub, old - v) ATOMIC(atomicMax, old < v ? v : old)
ATOMIC(atomicMin, v < old ? v : old) ATOMIC(atomicExch, v) ATOMIC(atomicOr, old | v)
ATOMIC(atomicAnd, old & v) ATOMIC(atomicXor, old ^ v)
template <class T> static inline T atomicCAS(T *p, T compare, T value) {
  const T old = *p;
  if (old == compare) *p = value;
  return old;
}
#define assert(x) ((x) ? (void)0 : emulated_services->trap("assert(" #x ")"))

// Sizes of parameters, and which are pointers, follow from a kernel's own type.
template <class T> struct EmulatedIsPointer { static constexpr unsigned char value = 0; };
template <class T> struct EmulatedIsPointer<T *> { static constexpr unsigned char value = 1; };
template <class T> struct EmulatedPlain { using type = T; };
template <class T> struct EmulatedPlain<const T> { using type = T; };
template <class I, I... N> struct EmulatedSequence {};
template <auto F> struct EmulatedEntry;
template <class... A, void (*F)(A...)> struct EmulatedEntry<F> {
  static constexpr unsigned count = sizeof...(A);
  static constexpr unsigned sizes[sizeof...(A) + 1] = {sizeof(A)..., 0};
  static constexpr unsigned char pointers[sizeof...(A) + 1] = {
      EmulatedIsPointer<typename EmulatedPlain<A>::type>::value..., 0};
  template <unsigned... I> static void call(void **p, EmulatedSequence<unsigned, I...>) {
    F(*(A *)p[I]...);
  }
  static void invoke(void **p) {
    call(p, __make_integer_seq<EmulatedSequence, unsigned, sizeof...(A)>{});
  }
};

// Stands for a kernel that the preprocessor left out.
struct EmulatedAbsent {};
template <EmulatedAbsent F> struct EmulatedEntry<F> {
  static constexpr unsigned count = 0, sizes[1] = {0};
  static constexpr unsigned char pointers[1] = {0};
  static constexpr void (*invoke)(void **) = nullptr;
};
