#include <string.h>

#include "pointwise_run.h"
#include "reduce_stages.h"
#include "weft_reduce_formula.h"

// Elements that are computed into a block on the stack before they are reduced: they stay in the
// second level of the cache, and are enough that the calls do not count.
enum { BLOCK_BYTES = 65536, MOST_GROUPS = 64 };

// The work on a shape of kept and reduced groups of axes in turn. The innermost groups that fit into
// a block, and rows of the group before them, make an item; items are contiguous in the operand.
typedef struct {
  weft_reduce_shape shape;
  int split;                 // the group that is cut into rows; -1 if all fits into a block
  size_t inner;              // elements of a row
  size_t rows, chunks;       // rows of an item; items of one turn through the split group
  size_t items;
  size_t inner_kept;         // results of a row
  size_t partial;            // elements of all items' results
  int is_split_reduced;
  int is_staged;             // the items' results are yet to be joined
} layout;

static int is_reduced(const weft_reduce_shape *shape, int group) {
  return (int)(shape->reduced >> group & 1);
}

static layout lay_out(const weft_formula_reduction *r) {
  layout l = {.shape = weft_reduce_collapse(r->rank, r->dims, r->reduced_mask)};
  size_t limit = BLOCK_BYTES / r->element_bytes;
  l.split = l.shape.count;
  l.inner = l.inner_kept = l.rows = l.chunks = l.items = 1;
  while (l.split > 0 && l.inner * l.shape.groups[l.split - 1] <= limit) {
    l.split--;
    l.inner *= l.shape.groups[l.split];
    if (!is_reduced(&l.shape, l.split)) l.inner_kept *= l.shape.groups[l.split];
  }
  l.split--;
  l.partial = l.inner_kept;
  if (l.split < 0) return l;
  size_t length = l.shape.groups[l.split];
  l.rows = limit / l.inner;
  l.chunks = (length + l.rows - 1) / l.rows;
  l.items = l.chunks;
  l.is_split_reduced = is_reduced(&l.shape, l.split);
  l.is_staged = l.is_split_reduced && l.chunks > 1;
  l.partial *= l.is_split_reduced ? l.chunks : length;
  for (int group = 0; group < l.split; group++) {
    l.items *= l.shape.groups[group];
    l.partial *= l.shape.groups[group];
    l.is_staged |= is_reduced(&l.shape, group);
  }
  return l;
}

// What joins the items' results: the same reduction of the groups before the rows.
static int32_t join(const weft_formula_reduction *r, const layout *l, const void *partial, void *dst,
                    void *scratch, weft_pool *pool, size_t *scratch_bytes) {
  int64_t dims[MOST_GROUPS + 2];
  uint64_t mask = l->shape.reduced & (((uint64_t)1 << (l->split + 1)) - 1);
  for (int group = 0; group <= l->split; group++) dims[group] = (int64_t)l->shape.groups[group];
  if (l->is_split_reduced) dims[l->split] = (int64_t)l->chunks;
  dims[l->split + 1] = (int64_t)l->inner_kept;
  weft_reduce_function function = r->function == WEFT_REDUCE_MEAN ? WEFT_REDUCE_SUM : r->function;
  if (scratch_bytes) {
    *scratch_bytes = weft_reduce_scratch_bytes(function, r->dtype, l->split + 2, dims, mask);
    return 0;
  }
  return weft_reduce(function, r->dtype, l->split + 2, dims, mask, partial, dst, scratch, pool);
}

static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

static size_t element_count(const weft_formula_reduction *r) {
  size_t count = 1;
  for (int32_t axis = 0; axis < r->rank; axis++) count *= (size_t)r->dims[axis];
  return count;
}

size_t weft_formula_reduction_scratch_bytes(const weft_formula_reduction *r) {
  if (element_count(r) == 0) return 0;
  layout l = lay_out(r);
  if (!l.is_staged) return 0;
  size_t joining = 0;
  join(r, &l, NULL, NULL, NULL, NULL, &joining);
  return rounded(l.partial * r->element_bytes) + joining;
}

typedef struct {
  const weft_formula_reduction *reduction;
  const layout *layout;
  const weft_pointwise *formula;
  const void *const *inputs;
  char *results;
  int status;  // written atomically
} run_context;

static void run_item(void *context, size_t item) {
  run_context *run = context;
  const weft_formula_reduction *r = run->reduction;
  const layout *l = run->layout;
  _Alignas(64) char block[BLOCK_BYTES], scratch[BLOCK_BYTES];
  size_t length = l->split < 0 ? 1 : l->shape.groups[l->split];
  size_t turn = item / l->chunks, row = item % l->chunks * l->rows;
  size_t rows = length - row < l->rows ? length - row : l->rows;
  size_t begin = (turn * length + row) * l->inner;
  int status = weft_pointwise_run_block(run->formula, run->inputs, block, begin, rows * l->inner);
  int64_t dims[MOST_GROUPS + 1] = {(int64_t)rows};
  uint64_t mask = (uint64_t)l->is_split_reduced;
  int rank = 1;
  for (int group = l->split + 1; group < l->shape.count; group++, rank++) {
    dims[rank] = (int64_t)l->shape.groups[group];
    mask |= (uint64_t)is_reduced(&l->shape, group) << rank;
  }
  size_t at = l->is_split_reduced ? item * l->inner_kept : (turn * length + row) * l->inner_kept;
  weft_reduce_function function =
      l->is_staged && r->function == WEFT_REDUCE_MEAN ? WEFT_REDUCE_SUM : r->function;
  if (weft_reduce(function, r->dtype, rank, dims, mask, block, run->results + at * r->element_bytes,
                  scratch, NULL) != 0)
    status |= WEFT_FORMULA_REDUCTION_UNSUPPORTED;
  if (status) __atomic_fetch_or(&run->status, status, __ATOMIC_RELAXED);
}

static void divide(const weft_formula_reduction *r, size_t count, size_t results, void *dst) {
  double divisor = (double)(count / results);
  for (size_t i = 0; i < results; i++) {
    if (r->element_bytes == 4) ((float *)dst)[i] /= (float)divisor;
    else ((double *)dst)[i] /= divisor;
  }
}

int weft_formula_reduction_run(const weft_formula_reduction *r, const weft_pointwise *formula,
                               const void *const *inputs, void *dst, void *scratch,
                               weft_pool *pool) {
  size_t count = element_count(r);
  if (count == 0)
    return weft_reduce(r->function, r->dtype, r->rank, r->dims, r->reduced_mask, NULL, dst, NULL,
                       NULL) == 0 ? 0 : WEFT_FORMULA_REDUCTION_UNSUPPORTED;
  layout l = lay_out(r);
  run_context run = {r, &l, formula, inputs, l.is_staged ? scratch : dst, 0};
  weft_pool_run(weft_pointwise_is_shared(formula) ? pool : NULL, l.items, run_item, &run);
  if (!l.is_staged || run.status) return run.status;
  char *rest = (char *)scratch + rounded(l.partial * r->element_bytes);
  if (join(r, &l, scratch, dst, rest, pool, NULL) != 0) return WEFT_FORMULA_REDUCTION_UNSUPPORTED;
  if (r->function == WEFT_REDUCE_MEAN) {
    size_t results = 1;
    for (int group = 0; group < l.shape.count; group++)
      if (!is_reduced(&l.shape, group)) results *= l.shape.groups[group];
    divide(r, count, results, dst);
  }
  return 0;
}
