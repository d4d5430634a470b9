// Several launches in one: blocks are shared out to parts, each of which is a kernel of another unit as
// a member of a structure. Stands before those structures.

#define MEMBER __device__ __forceinline__
#define MEMBER_KERNEL(threads) __device__ __forceinline__ void
#define MEMBER_NAME(name) name
#define MEMBER_THREAD_INDEX ((long long)block_index.x * block_size.x + thread_index.x)
#define MEMBER_THREAD_COUNT ((long long)grid_size.x * block_size.x)
#define MEMBER_FOR_EACH(i, count) \
  for (long long i = MEMBER_THREAD_INDEX; i < (count); i += MEMBER_THREAD_COUNT)

namespace {
struct Triple { unsigned x, y, z; };

// What a kernel finds in the place of threadIdx, blockIdx, blockDim and gridDim.
struct Part {
  Triple thread_index, block_index, block_size, grid_size;

  // Takes them from a part's first words; false for a thread that the part does not have.
  __device__ __forceinline__ bool take(const unsigned long long *words, unsigned block) {
    grid_size = {(unsigned)words[1], (unsigned)(words[1] >> 32), (unsigned)(words[2] >> 32)};
    block_size = {(unsigned)words[2] & 0xffffu, (unsigned)words[2] >> 16, 1u};
    block_index.x = block % grid_size.x;
    block_index.y = block / grid_size.x % grid_size.y;
    block_index.z = block / grid_size.x / grid_size.y;
    thread_index = {threadIdx.x % block_size.x, threadIdx.x / block_size.x, 0u};
    return thread_index.y < block_size.y;
  }
};

// Arguments as words: each becomes what the kernel's parameter is.
struct Pointer {
  unsigned long long word;
  template <class P> __device__ __forceinline__ operator P *() const { return (P *)word; }
};
struct Structure {
  const unsigned long long *words;
  template <class S> __device__ __forceinline__ operator const S &() const {
    return *(const S *)words;
  }
};
}  // namespace
