#include "weft_optimizers.h"

#include <math.h>

#include "isa.h"
#include "pointwise_run.h"
#include "weft_pool.h"

// The same bits on every instruction set: no product is fused with a sum.
#pragma clang fp contract(off)

typedef struct {
  void *variable, *slots[3];
  weft_gradient gradient;
  double parameters[5];  // of the element type, which a double holds exactly
} weft_update;

enum {
  GRADIENT_DESCENT, MOMENTUM, MOMENTUM_NESTEROV, ADAGRAD, ADAGRAD_FIXED, ADADELTA, RMS_PROP,
  CENTERED_RMS_PROP, ADAM, ADAM_NESTEROV, FTRL_ROOT, FTRL_POWER, PROXIMAL_GRADIENT_DESCENT,
  UPDATE_COUNT
};

#define WEFT_FAMILY "optimizers.inc"
#include "isa_variants.inc"

// Elements of a gradient that are computed at once: they stay in the first-level cache.
enum { FORMULA_BLOCK = 2048 };

typedef struct {
  const weft_update *update;
  weft_range_fn kernel;
  size_t element_bytes;
} formula_context;

static void run_formula(void *context, size_t begin, size_t end) {
  const formula_context *c = context;
  _Alignas(64) char block[FORMULA_BLOCK * sizeof(double)];
  weft_update part = *c->update;
  for (size_t at = begin, count; at < end; at += count) {
    count = end - at < FORMULA_BLOCK ? end - at : FORMULA_BLOCK;
    weft_pointwise_run_block(part.gradient.formula, part.gradient.inputs, block, at, count);
    // The kernel counts from the element 0.
    part.gradient.elements = (const void *)((uintptr_t)block - at * c->element_bytes);
    c->kernel(&part, at, at + count);
  }
}

static void run(int update, int is_double, weft_update *u, size_t count, struct weft_pool *pool) {
  weft_range_fn f = WEFT_VARIANT(update_table)[is_double][update];
  size_t cost = update == FTRL_POWER ? 32 : is_double ? 2 : 1;
  if (count < 65536 / cost) pool = NULL;
  if (u->gradient.formula) {
    formula_context c = {u, f, is_double ? sizeof(double) : sizeof(float)};
    weft_pool_for(pool, count, 16384 / cost, run_formula, &c);
  } else {
    weft_pool_for(pool, count, 16384 / cost, f, u);
  }
}

#define T float
#define APPLY(name) weft_apply_##name##_f32
#define IS_DOUBLE 0
#define SQUARE_ROOT sqrtf
#include "optimizers_entries.inc"

#define T double
#define APPLY(name) weft_apply_##name##_f64
#define IS_DOUBLE 1
#define SQUARE_ROOT sqrt
#include "optimizers_entries.inc"
