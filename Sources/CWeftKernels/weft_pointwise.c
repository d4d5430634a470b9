#include "weft_pointwise.h"

#include <string.h>

#include "pointwise_program.h"
#include "pointwise_run.h"

// Elements from which operands are taken to lie in memory.
enum { PREFETCH_COUNT = 1 << 19 };

typedef struct {
  const weft_pointwise *program;
  const void *const *inputs;
  void *const *outputs;
  int status;  // written atomically
} run_context;

static inline char *advanced(const void *base, size_t bytes) { return (char *)base + bytes; }

// What stays the same for all blocks of a range: pointers to constants and scratch, and the inputs
// that are repeated once.
static void prepare_range(const run_context *run, void **registers, char *scratch, size_t begin,
                          size_t end) {
  const weft_pointwise *p = run->program;
  size_t longest = end - begin < p->block ? end - begin : p->block;
  for (int i = 0; i < p->input_count; i++) {
    const weft_input *input = &p->inputs[i];
    size_t size = input->element_size;
    registers[i] = scratch + input->scratch;
    if (input->class == WEFT_INPUT_SCALAR) {
      weft_repeat(registers[i], run->inputs[i], size, longest);
    } else if (input->class == WEFT_INPUT_TILED) {
      char *tile = registers[i];
      size_t filled = input->period, needed = input->period + longest;
      memcpy(tile, run->inputs[i], filled * size);
      for (size_t piece; filled < needed; filled += piece) {
        piece = filled < needed - filled ? filled : needed - filled;
        memcpy(tile + filled * size, tile, piece * size);
      }
    }
  }
  void **constants = registers + p->input_count;
  for (int i = 0; i < p->constant_count; i++) constants[i] = p->constants[i];
  for (int i = p->input_count + p->constant_count; i < p->register_count; i++)
    registers[i] = scratch + p->results[i].scratch;
}

// Loads input i's block: into its scratch, or by a pointer into its buffer.
static void load(const run_context *run, int i, void **registers, char *scratch, size_t begin,
                 size_t count) {
  const weft_input *input = &run->program->inputs[i];
  registers[i] = scratch + input->scratch;
  if (input->class == WEFT_INPUT_PERIODIC) {
    size_t phase = begin % input->period;
    if (phase + count <= input->period) {
      registers[i] = advanced(run->inputs[i], phase * input->element_size);
      return;
    }
  }
  weft_gather_block(input, run->inputs[i], registers[i], begin, count);
}

// Asks for the block after this one while this one is worked on: between two blocks the processor reads
// nothing for longer than its own prefetching lasts. Only where the operand is too large to lie in
// the cache already.
static void prefetch_next(const run_context *run, size_t next, size_t end) {
  const weft_pointwise *p = run->program;
  if (next >= end || p->count < PREFETCH_COUNT) return;
  size_t count = end - next < p->block ? end - next : p->block;
  for (int i = 0; i < p->input_count; i++) {
    const weft_input *input = &p->inputs[i];
    if (input->class != WEFT_INPUT_CONTIGUOUS) continue;
    const char *from = advanced(run->inputs[i], next * input->element_size);
    for (size_t byte = 0; byte < count * input->element_size; byte += 64)
      __builtin_prefetch(from + byte, 0, 3);
  }
}

static int run_range(const run_context *run, size_t begin, size_t end) {
  const weft_pointwise *p = run->program;
  void *registers[p->register_count];
  _Alignas(64) char scratch[p->scratch_bytes];
  bool spared[p->output_count];
  int status = 0;
  for (int k = 0; k < p->output_count; k++) spared[k] = false;
  for (int h = 0; h < p->hazard_count; h++)
    if (run->outputs[p->hazards[h].output] == run->inputs[p->hazards[h].input])
      spared[p->hazards[h].output] = true;
  prepare_range(run, registers, scratch, begin, end);
  for (size_t at = begin; at < end; at += p->block) {
    size_t count = end - at < p->block ? end - at : p->block;
    prefetch_next(run, at + count, end);
    for (int i = 0; i < p->input_count; i++) {
      const weft_input *input = &p->inputs[i];
      if (input->class == WEFT_INPUT_CONTIGUOUS)
        registers[i] = advanced(run->inputs[i], at * input->element_size);
      else if (input->class == WEFT_INPUT_TILED)
        registers[i] = scratch + input->scratch + at % input->period * input->element_size;
    }
    for (int k = 0; k < p->output_count; k++) {
      const weft_output *output = &p->outputs[k];
      if (!output->direct) continue;
      registers[output->source] = spared[k] ? scratch + output->spare
                                            : advanced(run->outputs[k], at * output->element_size);
    }
    for (int s = 0; s < p->step_count; s++) {
      const weft_step *step = &p->steps[s];
      if (!step->kernel) {
        load(run, step->a, registers, scratch, at, count);
        continue;
      }
      status |= step->kernel(registers[step->destination], registers[step->a], registers[step->b],
                             registers[step->c], count);
    }
    // Copies last, in order: the builder's hazards count on it.
    for (int k = 0; k < p->output_count; k++) {
      const weft_output *output = &p->outputs[k];
      if (output->direct) continue;
      size_t bytes = count * output->element_size;
      char *target = spared[k] ? scratch + output->spare
                               : advanced(run->outputs[k], at * output->element_size);
      if (target != registers[output->source]) memcpy(target, registers[output->source], bytes);
    }
    for (int k = 0; k < p->output_count; k++)
      if (spared[k])
        memcpy(advanced(run->outputs[k], at * p->outputs[k].element_size),
               scratch + p->outputs[k].spare, count * p->outputs[k].element_size);
  }
  return status;
}

static void run_chunk(void *context, size_t begin, size_t end) {
  run_context *run = context;
  int status = run_range(run, begin, end);
  if (status) __atomic_fetch_or(&run->status, status, __ATOMIC_RELAXED);
}

int weft_pointwise_run(const weft_pointwise *program, const void *const *inputs,
                       void *const *outputs, weft_pool *pool) {
  run_context run = {program, inputs, outputs, 0};
  if (!program->count || !program->output_count) return 0;
  if (!pool || program->grain >= program->count || weft_pool_threads(pool) == 1)
    return run_range(&run, 0, program->count);
  weft_pool_for(pool, program->count, program->grain, run_chunk, &run);
  return run.status;
}

int weft_pointwise_run_block(const weft_pointwise *program, const void *const *inputs, void *block,
                             size_t begin, size_t count) {
  // The element `begin` of the output is to lie at the start of the block.
  void *output = (char *)((uintptr_t)block - begin * program->outputs[0].element_size);
  run_context run = {program, inputs, &output, 0};
  return run_range(&run, begin, begin + count);
}

bool weft_pointwise_is_shared(const weft_pointwise *program) {
  return program->grain < program->count;
}

size_t weft_pointwise_count(const weft_pointwise *program) { return program->count; }

double weft_pointwise_cost(const weft_pointwise *program) { return program->nanoseconds; }
