#include <stdlib.h>
#include <string.h>

#include "weft_move.h"

enum { MAXIMUM_RANK = 32, TILE = 32 };

// A copy over [outer dimensions..., rows, columns], the dimensions ordered so that the destination
// is written from front to back.
typedef struct {
  int rank;
  int64_t dims[MAXIMUM_RANK], to[MAXIMUM_RANK], from[MAXIMUM_RANK];
  size_t size;
  char *dst;
  const char *src;
  int64_t rows_at_once, row_groups;
} copy_job;

static void merge(copy_job *job) {
  int merged = 0;
  for (int i = 0; i < job->rank; i++) {
    if (job->dims[i] == 1) continue;
    if (merged && job->to[merged - 1] == job->to[i] * job->dims[i] &&
        job->from[merged - 1] == job->from[i] * job->dims[i]) {
      job->dims[merged - 1] *= job->dims[i];
    } else {
      job->dims[merged++] = job->dims[i];
    }
    job->to[merged - 1] = job->to[i];
    job->from[merged - 1] = job->from[i];
  }
  job->rank = merged;
}

static void move_dimension(copy_job *job, int source, int target) {
  int64_t dim = job->dims[source], to = job->to[source], from = job->from[source];
  int step = source < target ? 1 : -1;
  for (int i = source; i != target; i += step) {
    job->dims[i] = job->dims[i + step];
    job->to[i] = job->to[i + step];
    job->from[i] = job->from[i + step];
  }
  job->dims[target] = dim, job->to[target] = to, job->from[target] = from;
}

// Descending strides of the destination: an insertion sort.
static void order(copy_job *job) {
  for (int i = 1; i < job->rank; i++) {
    int target = i;
    while (target > 0 && llabs(job->to[target - 1]) < llabs(job->to[i])) target--;
    if (target != i) move_dimension(job, i, target);
  }
}

#define WEFT_COPY_RUN(T)                                                          \
  {                                                                               \
    T *d = (T *)dst;                                                              \
    const T *s = (const T *)src;                                                  \
    if (to == 1 && from == 0) {                                                   \
      T value = *s;                                                               \
      for (int64_t i = 0; i < count; i++) d[i] = value;                           \
    } else if (to == 1) {                                                         \
      for (int64_t i = 0; i < count; i++) d[i] = s[i * from];                     \
    } else {                                                                      \
      for (int64_t i = 0; i < count; i++) d[i * to] = s[i * from];                \
    }                                                                             \
    break;                                                                        \
  }

static void copy_run(size_t size, char *restrict dst, int64_t to, const char *restrict src,
                     int64_t from, int64_t count) {
  if (to == 1 && from == 1) {
    memcpy(dst, src, (size_t)count * size);
    return;
  }
  switch (size) {
    case 1: WEFT_COPY_RUN(uint8_t)
    case 2: WEFT_COPY_RUN(uint16_t)
    case 4: WEFT_COPY_RUN(uint32_t)
    default: WEFT_COPY_RUN(uint64_t)
  }
}

typedef uint32_t four __attribute__((vector_size(16), aligned(4)));

// dst[r to + c] = src[c from + r] for 4 x 4 elements of 4 bytes.
static inline void transpose_4x4(uint32_t *restrict d, int64_t to, const uint32_t *restrict s,
                                 int64_t from) {
  four a = *(const four *)s, b = *(const four *)(s + from);
  four c = *(const four *)(s + 2 * from), e = *(const four *)(s + 3 * from);
  four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  four ce_low = __builtin_shufflevector(c, e, 0, 4, 1, 5);
  four ce_high = __builtin_shufflevector(c, e, 2, 6, 3, 7);
  *(four *)d = __builtin_shufflevector(ab_low, ce_low, 0, 1, 4, 5);
  *(four *)(d + to) = __builtin_shufflevector(ab_low, ce_low, 2, 3, 6, 7);
  *(four *)(d + 2 * to) = __builtin_shufflevector(ab_high, ce_high, 0, 1, 4, 5);
  *(four *)(d + 3 * to) = __builtin_shufflevector(ab_high, ce_high, 2, 3, 6, 7);
}

#define WEFT_TRANSPOSE_TILE(T)                                                    \
  {                                                                               \
    T *d = (T *)dst;                                                              \
    const T *s = (const T *)src;                                                  \
    for (int64_t r = 0; r < rows; r++)                                            \
      for (int64_t c = 0; c < columns; c++)                                       \
        d[r * row_to + c] = s[r * row_from + c * column_from];                    \
    break;                                                                        \
  }

// The destination's columns lie together and the source's rows do.
static void transpose_tile(size_t size, char *restrict dst, int64_t row_to,
                           const char *restrict src, int64_t row_from, int64_t column_from,
                           int64_t rows, int64_t columns) {
  if (size == 4 && row_from == 1 && rows % 4 == 0 && columns % 4 == 0) {
    uint32_t *d = (uint32_t *)dst;
    const uint32_t *s = (const uint32_t *)src;
    for (int64_t r = 0; r < rows; r += 4)
      for (int64_t c = 0; c < columns; c += 4)
        transpose_4x4(d + r * row_to + c, row_to, s + r + c * column_from, column_from);
    return;
  }
  switch (size) {
    case 1: WEFT_TRANSPOSE_TILE(uint8_t)
    case 2: WEFT_TRANSPOSE_TILE(uint16_t)
    case 4: WEFT_TRANSPOSE_TILE(uint32_t)
    default: WEFT_TRANSPOSE_TILE(uint64_t)
  }
}

static bool is_transpose(const copy_job *job) {
  int last = job->rank - 1;
  return job->to[last] == 1 && llabs(job->from[last]) > 1 && llabs(job->from[last - 1]) == 1 &&
         job->dims[last] >= 4 && job->dims[last - 1] >= 4;
}

static void copy_rows(const copy_job *job, char *dst, const char *src, int64_t rows) {
  int last = job->rank - 1;
  int64_t size = (int64_t)job->size, columns = job->dims[last];
  int64_t row_to = job->to[last - 1], row_from = job->from[last - 1];
  if (!is_transpose(job)) {
    for (int64_t r = 0; r < rows; r++)
      copy_run(job->size, dst + r * row_to * size, job->to[last], src + r * row_from * size,
               job->from[last], columns);
    return;
  }
  for (int64_t c = 0; c < columns; c += TILE)
    for (int64_t r = 0; r < rows; r += TILE)
      transpose_tile(job->size, dst + (r * row_to + c) * size, row_to,
                     src + (r * row_from + c * job->from[last]) * size, row_from, job->from[last],
                     rows - r < TILE ? rows - r : TILE, columns - c < TILE ? columns - c : TILE);
}

// Groups of rows begin..<end, numbered through the outer dimensions.
static void copy_groups(void *context, size_t begin, size_t end) {
  const copy_job *job = context;
  int row = job->rank - 2;
  for (size_t group = begin; group < end; group++) {
    int64_t outer = (int64_t)group / job->row_groups;
    int64_t first = (int64_t)group % job->row_groups * job->rows_at_once;
    int64_t rows = job->dims[row] - first;
    if (rows > job->rows_at_once) rows = job->rows_at_once;
    int64_t to = first * job->to[row], from = first * job->from[row];
    for (int i = row - 1; i >= 0; i--) {
      int64_t index = outer % job->dims[i];
      outer /= job->dims[i];
      to += index * job->to[i];
      from += index * job->from[i];
    }
    copy_rows(job, job->dst + to * (int64_t)job->size, job->src + from * (int64_t)job->size, rows);
  }
}

static void copy_line(void *context, size_t begin, size_t end) {
  const copy_job *job = context;
  int64_t at = (int64_t)begin * (int64_t)job->size;
  copy_run(job->size, job->dst + at * job->to[0], job->to[0], job->src + at * job->from[0],
           job->from[0], (int64_t)(end - begin));
}

int32_t weft_copy_strided(int32_t rank, const int64_t *dims, size_t element_size, void *dst,
                          const int64_t *dst_strides, const void *src, const int64_t *src_strides,
                          weft_pool *pool) {
  if (rank < 0 || rank > MAXIMUM_RANK ||
      (element_size != 1 && element_size != 2 && element_size != 4 && element_size != 8))
    return WEFT_MOVE_UNSUPPORTED_TYPE;
  copy_job job = {.rank = rank, .size = element_size, .dst = dst, .src = src};
  int64_t count = 1;
  for (int i = 0; i < rank; i++) {
    count *= dims[i];
    job.dims[i] = dims[i], job.to[i] = dst_strides[i], job.from[i] = src_strides[i];
  }
  if (count <= 0) return WEFT_MOVE_OK;
  merge(&job);
  order(&job);
  merge(&job);
  if (job.rank == 0) {
    memcpy(dst, src, element_size);
    return WEFT_MOVE_OK;
  }
  bool plain = job.to[job.rank - 1] == 1 && llabs(job.from[job.rank - 1]) <= 1;
  double nanoseconds = (double)count * (plain ? 0.05 * (double)element_size : 0.5);
  if (nanoseconds < 30e3) pool = NULL;
  if (job.rank == 1) {
    weft_pool_for(pool, (size_t)count, pool ? 1 << 15 : (size_t)count, copy_line, &job);
    return WEFT_MOVE_OK;
  }
  // A transpose goes by tiles of the destination's and the source's fastest dimension.
  if (job.to[job.rank - 1] == 1 && llabs(job.from[job.rank - 1]) > 1)
    for (int i = 0; i < job.rank - 1; i++)
      if (llabs(job.from[i]) == 1 && job.dims[i] >= 4) {
        move_dimension(&job, i, job.rank - 2);
        break;
      }
  int64_t rows = job.dims[job.rank - 2], columns = job.dims[job.rank - 1];
  job.rows_at_once = (1 << 15) / columns / TILE * TILE;
  if (job.rows_at_once < TILE) job.rows_at_once = TILE;
  if (job.rows_at_once > rows || !pool) job.rows_at_once = rows;
  job.row_groups = (rows - 1) / job.rows_at_once + 1;
  size_t groups = (size_t)(count / rows / columns * job.row_groups);
  size_t grain = (size_t)((1 << 15) / (job.rows_at_once * columns)) + 1;
  weft_pool_for(pool, groups, pool ? grain : groups, copy_groups, &job);
  return WEFT_MOVE_OK;
}

void weft_fill(void *dst, size_t element_size, const void *value, size_t count) {
  if (!count) return;
  if (element_size != 1 && element_size != 2 && element_size != 4 && element_size != 8) return;
  copy_run(element_size, dst, 1, value, 0, (int64_t)count);
}
