// Stands before every program: what NVIDIA's headers would take longer to say.
#ifndef __CUDA_EMU__
typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef short int16_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
#endif

#define KERNEL(threads) extern "C" __global__ void __launch_bounds__(threads)
#define DEVICE static __device__ __forceinline__

// The position of a thread in the grid, and the number of threads, along x.
#define THREAD_INDEX ((long long)blockIdx.x * blockDim.x + threadIdx.x)
#define THREAD_COUNT ((long long)gridDim.x * blockDim.x)
#define FOR_EACH(i, count) \
  for (long long i = THREAD_INDEX; i < (count); i += THREAD_COUNT)

#define WEFT_NAN __int_as_float(0x7fc00000)
#define WEFT_INFINITY __int_as_float(0x7f800000)

// The formats of storage, as their bits.
struct half_bits { unsigned short bits; };
struct bfloat16_bits { unsigned short bits; };

DEVICE float to_float(half_bits x) {
#ifdef __CUDA_EMU__
  return (float)__builtin_bit_cast(_Float16, x.bits);
#else
  float result;
  asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(x.bits));
  return result;
#endif
}
DEVICE float to_float(bfloat16_bits x) { return __uint_as_float((unsigned)x.bits << 16); }

DEVICE half_bits to_half(float x) {
  half_bits result;
#ifdef __CUDA_EMU__
  result.bits = __builtin_bit_cast(unsigned short, (_Float16)x);
#else
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(result.bits) : "f"(x));
#endif
  return result;
}
DEVICE half_bits to_half(double x) {
  half_bits result;
#ifdef __CUDA_EMU__
  result.bits = __builtin_bit_cast(unsigned short, (_Float16)x);
#else
  asm("cvt.rn.f16.f64 %0, %1;" : "=h"(result.bits) : "d"(x));
#endif
  return result;
}
DEVICE bfloat16_bits to_bfloat16(float x) {
  const unsigned bits = __float_as_uint(x);
  bfloat16_bits result;
  result.bits = x != x ? (unsigned short)((bits >> 16) | 0x40)
                       : (unsigned short)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
  return result;
}

// Keeps the smallest failure of a step: the code in the upper byte, what it is about below.
DEVICE void fail(unsigned long long *status, int code, long long detail) {
  atomicMin(status, ((unsigned long long)code << 56) |
                        ((unsigned long long)detail & 0xffffffffffffffULL));
}

// The failure about a number: the first of the smallest places, then the smallest number. Both are cut to
// what a status word holds.
DEVICE void fail_index(unsigned long long *status, int code, long long position, long long number) {
  const long long limit = 1LL << 32, last = (1LL << 23) - 1;
  const long long cut = number < -limit ? -limit : number >= limit ? limit - 1 : number;
  fail(status, code, (position < last ? position : last) << 33 | (cut + limit));
}

// Sums over the threads of a warp; every thread gets the sum.
template <class A>
DEVICE A warp_sum(A value) {
  for (int distance = 16; distance > 0; distance >>= 1)
    value += __shfl_xor_sync(0xffffffffu, value, distance);
  return value;
}
template <class A>
DEVICE A warp_max(A value) {
  for (int distance = 16; distance > 0; distance >>= 1) {
    const A other = __shfl_xor_sync(0xffffffffu, value, distance);
    value = other > value || other != other ? other : value;
  }
  return value;
}

// Sizes and strides of up to eight axes.
struct Axes {
  long long rank;
  long long size[8];
  long long stride[8];
};

// Shared memory whose size the launch gives.
#ifdef __CUDA_EMU__
#define DYNAMIC_SHARED(type, name) type *const name = (type *)emulated_thread.dynamic_shared
#else
#define DYNAMIC_SHARED(type, name) extern __shared__ __align__(16) type name[]
#endif
