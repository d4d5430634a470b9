#include "reduce_run.h"

#include "weft_pool.h"

enum {
  PARALLEL_BYTES = 1 << 20,  // less data than this is reduced sooner than threads are woken
  PARALLEL_EXPONENTIALS = 1 << 15,
  GRAIN_ELEMENTS = 1 << 15,
};

static size_t round_up(size_t bytes) { return (bytes + 63) / 64 * 64; }

size_t weft_reduce_stages_scratch_bytes(weft_reduce_shape shape, size_t element_bytes) {
  size_t halves[2] = {0, 0};
  weft_reduce_stage stage;
  int index = 0;
  while (weft_reduce_next_stage(&shape, &stage)) {
    if (!shape.reduced) break;  // the last stage writes to the destination
    size_t bytes = round_up(weft_reduce_stage_outputs(&stage) * element_bytes);
    if (bytes > halves[index]) halves[index] = bytes;
    index ^= 1;
  }
  return halves[0] + halves[1];
}

typedef struct {
  const weft_reduce_loops *loops;
  weft_reduce_stage stage;
  size_t strips, bytes;
  const char *src, *shift;
  char *dst;
} stage_context;

// Items are (outer, chunk); each is the reduction of one contiguous run.
static void run_rows(void *context, size_t begin, size_t end) {
  const stage_context *c = context;
  const weft_reduce_stage *s = &c->stage;
  if (s->chunks == 1) {
    c->loops->rows(c->src + begin * s->n * c->bytes, s->n, end - begin, s->n,
                   c->dst + begin * c->bytes);
    return;
  }
  for (size_t item = begin; item < end; item++) {
    size_t outer = item / s->chunks, first = item % s->chunks * s->chunk;
    size_t n = s->n - first < s->chunk ? s->n - first : s->chunk;
    c->loops->rows(c->src + (outer * s->n + first) * c->bytes, n, 1, n, c->dst + item * c->bytes);
  }
}

// Items are (outer, chunk, strip of columns).
static void run_columns(void *context, size_t begin, size_t end) {
  const stage_context *c = context;
  const weft_reduce_stage *s = &c->stage;
  for (size_t item = begin; item < end; item++) {
    size_t strip = item % c->strips * WEFT_REDUCE_STRIP, run = item / c->strips;
    size_t outer = run / s->chunks, first = run % s->chunks * s->chunk;
    size_t rows = s->n - first < s->chunk ? s->n - first : s->chunk;
    size_t width = s->inner - strip < WEFT_REDUCE_STRIP ? s->inner - strip : WEFT_REDUCE_STRIP;
    c->loops->columns(c->src + ((outer * s->n + first) * s->inner + strip) * c->bytes, rows,
                      s->inner, width, c->shift ? c->shift + strip * c->bytes : NULL,
                      c->dst + (run * s->inner + strip) * c->bytes);
  }
}

static void run_stage(const weft_reduce_stage *stage, weft_kernel_type type, size_t bytes,
                      weft_reduce_loop loop, const void *shift, const void *src, void *dst,
                      struct weft_pool *pool) {
  stage_context context = {.loops = weft_reduce_kernels(type, loop), .stage = *stage,
                           .strips = (stage->inner + WEFT_REDUCE_STRIP - 1) / WEFT_REDUCE_STRIP,
                           .bytes = bytes, .src = src, .shift = shift, .dst = dst};
  size_t elements = stage->outer * stage->n * stage->inner;
  int small = loop == WEFT_LOOP_LOG_SUM_EXP ? elements < PARALLEL_EXPONENTIALS
                                            : elements * bytes < PARALLEL_BYTES;
  if (small) pool = NULL;
  int by_rows = stage->inner == 1 && !shift;
  size_t items = stage->outer * stage->chunks * (by_rows ? 1 : context.strips);
  size_t wanted = loop == WEFT_LOOP_LOG_SUM_EXP ? GRAIN_ELEMENTS / 8 : GRAIN_ELEMENTS;
  size_t grain = wanted / (elements / items);
  weft_pool_for(pool, items, grain ? grain : 1, by_rows ? run_rows : run_columns, &context);
}

void weft_reduce_run(weft_reduce_shape shape, weft_kernel_type type, size_t element_bytes,
                     weft_reduce_loop first, weft_reduce_loop rest, const void *shift,
                     const void *src, void *dst, void *scratch, struct weft_pool *pool) {
  // The second half of the scratch begins where the greatest output of the even stages ends.
  size_t half = 0;
  weft_reduce_shape walk = shape;
  weft_reduce_stage stage;
  for (int index = 0; weft_reduce_next_stage(&walk, &stage) && walk.reduced; index ^= 1) {
    size_t bytes = round_up(weft_reduce_stage_outputs(&stage) * element_bytes);
    if (index == 0 && bytes > half) half = bytes;
  }
  weft_reduce_loop loop = first;
  for (int index = 0; weft_reduce_next_stage(&shape, &stage); index ^= 1) {
    void *out = shape.reduced ? (char *)scratch + (index ? half : 0) : dst;
    run_stage(&stage, type, element_bytes, loop, shift, src, out, pool);
    src = out;
    loop = rest;
    shift = NULL;
  }
}
