// Private: a reduction over arbitrary axes as a sequence of simple stages.
//
// Axes of length 1 are dropped and neighbours of one kind merged, which leaves kept and reduced groups
// in turn. Every stage reduces the innermost reduced group of what is left, [outer, n, inner] to
// [outer, inner]; a long n is first reduced in chunks, to [outer, chunks, inner].
#ifndef WEFT_REDUCE_STAGES_H
#define WEFT_REDUCE_STAGES_H

#include <stddef.h>
#include <stdint.h>

enum { WEFT_REDUCE_ROW_CHUNK = 32768 };

typedef struct {
  size_t groups[64];
  uint64_t reduced;  // bit i: group i is reduced
  int count;
  size_t total;      // elements left
} weft_reduce_shape;

typedef struct {
  size_t outer, n, inner, chunk, chunks;  // n in chunks of `chunk`; chunks = 1 ends the group
} weft_reduce_stage;

// rank and dims as `weft_reduce` takes them, no dimension 0.
weft_reduce_shape weft_reduce_collapse(int32_t rank, const int64_t *dims, uint64_t reduced_mask);

// The next stage, removed from `shape`; 0 when nothing is left to reduce.
int weft_reduce_next_stage(weft_reduce_shape *shape, weft_reduce_stage *stage);

static inline size_t weft_reduce_stage_outputs(const weft_reduce_stage *stage) {
  return stage->outer * stage->chunks * stage->inner;
}

#endif
