#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pointwise_function.h"
#include "pointwise_program.h"

enum { NEVER = -1, AT_END = INT32_MAX, REGISTER_LIMIT = 4096 };
static const size_t no_slot = SIZE_MAX;

// What is known of a register while a program is built.
typedef struct {
  int dtype;
  bool written, loaded;
  int step;      // that writes it (NEVER for inputs and constants)
  int last_use;  // the last step that reads it
  int output;    // that its step writes straight to, or -1
  size_t slot;
} register_info;

typedef struct {
  const weft_pointwise_description *description;
  weft_pointwise *program;
  register_info *registers;
  int *free_slots;
  int free_count;
  int slot_count;
  size_t slot_element;  // the largest element in a slot
  char *message;
  size_t message_size;
} builder;

static bool fail(builder *b, const char *format, ...) {
  if (b->message && b->message_size) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(b->message, b->message_size, format, arguments);
    va_end(arguments);
  }
  return false;
}

static bool is_loaded_per_block(weft_input_class class) {
  return class == WEFT_INPUT_GENERAL || class == WEFT_INPUT_PERIODIC;
}

static size_t size_of(int dtype) { return weft_dtype_size(weft_dtype_position(dtype)); }

static bool check_shape(builder *b) {
  const weft_pointwise_description *d = b->description;
  if (d->rank < 0 || d->rank > WEFT_MAXIMUM_RANK)
    return fail(b, "rank %d is not in 0...%d", (int)d->rank, (int)WEFT_MAXIMUM_RANK);
  if (d->input_count < 0 || d->constant_count < 0 || d->instruction_count < 0 ||
      d->output_count < 0 || d->input_count > REGISTER_LIMIT ||
      d->constant_count > REGISTER_LIMIT || d->instruction_count > REGISTER_LIMIT ||
      d->output_count > REGISTER_LIMIT)
    return fail(b, "a count is negative or above %d", (int)REGISTER_LIMIT);
  size_t count = 1;
  bool empty = false;
  for (int i = 0; i < d->rank; i++) {
    if (d->dims[i] < 0) return fail(b, "dimension %d is negative", i);
    if (d->dims[i] == 0) empty = true;
    else if (__builtin_mul_overflow(count, (size_t)d->dims[i], &count) || count > SIZE_MAX / 16)
      return fail(b, "the shape has too many elements");
  }
  b->program->count = empty ? 0 : count;
  return true;
}

static bool add_sources(builder *b) {
  const weft_pointwise_description *d = b->description;
  for (int i = 0; i < d->input_count + d->constant_count; i++) {
    bool is_input = i < d->input_count;
    int dtype = is_input ? d->input_dtypes[i] : d->constants[i - d->input_count].dtype;
    if (weft_dtype_position(dtype) < 0)
      return fail(b, "%s %d has the unknown dtype %d", is_input ? "input" : "constant",
                  is_input ? i : i - d->input_count, dtype);
    b->registers[i].dtype = dtype;
    b->registers[i].written = true;
    if (!is_input) continue;
    weft_input *input = &b->program->inputs[i];
    input->element_size = (uint8_t)size_of(dtype);
    weft_classify_input(input, d->rank, d->dims,
                        d->rank ? d->input_strides + (size_t)i * (size_t)d->rank : NULL);
  }
  return true;
}

// Notes that a step reads a register; before the first, inputs that need it are loaded.
static void use(builder *b, uint16_t reg, bool at_end) {
  weft_pointwise *p = b->program;
  register_info *r = &b->registers[reg];
  if (reg < p->input_count && is_loaded_per_block(p->inputs[reg].class) && !r->loaded) {
    r->loaded = true;
    p->steps[p->step_count++] = (weft_step){NULL, reg, reg, reg, reg};
  }
  r->last_use = at_end ? AT_END : p->step_count;
}

static bool add_instruction(builder *b, int position) {
  weft_pointwise *p = b->program;
  const weft_instruction *in = &b->description->instructions[position];
  weft_pointwise_kernel kernel = weft_pointwise_find(in->function, in->dtype);
  if (!kernel)
    return fail(b, "instruction %d: there is no function %d for dtype %d", position, in->function,
                in->dtype);
  int arity = weft_function_arity(in->function);
  const uint16_t operands[3] = {in->a, in->b, in->c};
  for (int k = 0; k < arity; k++) {
    if (operands[k] >= p->register_count || !b->registers[operands[k]].written)
      return fail(b, "instruction %d reads register %d, which nothing wrote before it", position,
                  operands[k]);
    int wanted = in->function == WEFT_SELECT && k == 0 ? WEFT_BOOL : in->dtype;
    if (b->registers[operands[k]].dtype != wanted)
      return fail(b, "instruction %d: register %d has dtype %d, not %d", position, operands[k],
                  b->registers[operands[k]].dtype, wanted);
  }
  if (in->destination >= p->register_count || b->registers[in->destination].written)
    return fail(b, "instruction %d writes register %d, which is %s", position, in->destination,
                in->destination >= p->register_count ? "out of range" : "written already");
  // Loads first: they are steps of their own.
  for (int k = 0; k < arity; k++) use(b, operands[k], false);
  for (int k = 0; k < arity; k++) use(b, operands[k], false);
  register_info *r = &b->registers[in->destination];
  r->written = true;
  r->dtype = weft_function_result(in->function, in->dtype);
  r->step = r->last_use = p->step_count;
  p->results[in->destination].element_size = (uint8_t)size_of(r->dtype);
  p->steps[p->step_count++] =
      (weft_step){kernel, in->destination, in->a, arity > 1 ? in->b : in->a,
                  arity > 2 ? in->c : in->a};
  p->nanoseconds += weft_function_cost(in->function, in->dtype);
  return true;
}

static bool add_outputs(builder *b) {
  weft_pointwise *p = b->program;
  for (int k = 0; k < p->output_count; k++) {
    const weft_pointwise_output *output = &b->description->outputs[k];
    if (output->source >= p->register_count || !b->registers[output->source].written)
      return fail(b, "output %d is register %d, which nothing writes", k, output->source);
    register_info *r = &b->registers[output->source];
    if (r->dtype != output->dtype)
      return fail(b, "output %d: register %d has dtype %d, not %d", k, output->source, r->dtype,
                  output->dtype);
    bool direct = r->step != NEVER && r->output < 0;
    if (direct) r->output = k;
    else use(b, output->source, true);
    p->outputs[k] = (weft_output){output->source, (uint8_t)size_of(r->dtype), direct, 0};
  }
  return true;
}

static size_t take_slot(builder *b, size_t element_size) {
  if (element_size > b->slot_element) b->slot_element = element_size;
  return b->free_count ? (size_t)b->free_slots[--b->free_count] : (size_t)b->slot_count++;
}

// Gives every step's result a slot of scratch memory, from its step to its last use.
static void assign_slots(builder *b) {
  weft_pointwise *p = b->program;
  for (int s = 0; s < p->step_count; s++) {
    const weft_step *step = &p->steps[s];
    register_info *d = &b->registers[step->destination];
    bool needs_slot = d->output < 0;
    const uint16_t operands[3] = {step->a, step->b, step->c};
    // An operand's slot may become the result's if elements have one size; else only afterwards.
    for (int pass = 0; pass < 2; pass++) {
      if (pass == 1 && needs_slot) d->slot = take_slot(b, size_of(d->dtype));
      for (int k = 0; step->kernel && k < 3; k++) {
        register_info *r = &b->registers[operands[k]];
        bool same_size = size_of(r->dtype) == size_of(d->dtype);
        if (r == d || r->slot == no_slot || r->last_use != s || (pass == 0) != same_size) continue;
        b->free_slots[b->free_count++] = (int)r->slot;
        r->slot = no_slot;
      }
    }
    if (!needs_slot) continue;
    if (step->kernel) p->results[step->destination].scratch = d->slot;
    else p->inputs[step->a].scratch = d->slot;
    if (d->last_use == s && step->kernel) {  // nothing reads it
      b->free_slots[b->free_count++] = (int)d->slot;
      d->slot = no_slot;
    }
  }
}

// Finds the pairs of output and input that must not share a buffer unless a spare takes the block.
static bool find_hazards(builder *b) {
  weft_pointwise *p = b->program;
  size_t most = (size_t)p->output_count * (size_t)p->input_count;
  p->hazards = malloc((most ? most : 1) * sizeof *p->hazards);
  if (!p->hazards) return fail(b, "out of memory");
  for (int k = 0; k < p->output_count; k++) {
    weft_output *output = &p->outputs[k];
    bool any = false;
    for (int i = 0; i < p->input_count; i++) {
      if (p->inputs[i].class != WEFT_INPUT_CONTIGUOUS ||
          p->inputs[i].element_size != output->element_size)
        continue;
      int step = output->direct ? b->registers[output->source].step : AT_END;
      bool hazard = b->registers[i].last_use > step;
      for (int later = k + 1; !output->direct && later < p->output_count; later++)
        hazard = hazard || (!p->outputs[later].direct && p->outputs[later].source == i);
      if (!hazard) continue;
      any = true;
      p->hazards[p->hazard_count++] = (weft_hazard){(uint16_t)k, (uint16_t)i};
    }
    if (any) {
      if (output->element_size > b->slot_element) b->slot_element = output->element_size;
      output->spare = (size_t)b->slot_count++;
    }
  }
  return true;
}

// Chooses the block's size and turns slot numbers into offsets.
static bool lay_out(builder *b) {
  weft_pointwise *p = b->program;
  size_t slot_bytes = 0, total = 0;
  bool has_copies = b->slot_count > 0 || p->constant_count > 0 || p->step_count != 1;
  for (int i = 0; i < p->input_count; i++) {
    weft_input_class class = p->inputs[i].class;
    has_copies = has_copies || class == WEFT_INPUT_SCALAR || class == WEFT_INPUT_TILED;
  }
  for (p->block = has_copies ? WEFT_BLOCK : (size_t)1 << 20;; p->block /= 2) {
    // A cache line more than the elements: equal offsets modulo 4096 would collide in the cache.
    slot_bytes = (p->block * b->slot_element + 127) / 64 * 64;
    total = b->slot_element ? slot_bytes * (size_t)b->slot_count : 0;
    for (int i = 0; i < p->input_count; i++) {
      weft_input *input = &p->inputs[i];
      if (input->class != WEFT_INPUT_SCALAR && input->class != WEFT_INPUT_TILED) continue;
      input->scratch = total;
      total += ((p->block + input->period) * input->element_size + 127) / 64 * 64;
    }
    if (total <= 96 * 1024 || p->block <= 64) break;
  }
  if (total > WEFT_SCRATCH_LIMIT)
    return fail(b, "the expression needs %zu bytes of scratch memory, more than %d", total,
                (int)WEFT_SCRATCH_LIMIT);
  p->scratch_bytes = total + 64;
  for (int i = 0; i < p->input_count; i++)
    if (is_loaded_per_block(p->inputs[i].class)) p->inputs[i].scratch *= slot_bytes;
  for (int i = 0; i < p->register_count; i++) p->results[i].scratch *= slot_bytes;
  for (int k = 0; k < p->output_count; k++) p->outputs[k].spare *= slot_bytes;
  return true;
}

static bool make_constants(builder *b) {
  weft_pointwise *p = b->program;
  size_t length = p->count < p->block ? p->count : p->block;
  for (int i = 0; i < p->constant_count; i++) {
    const weft_constant *constant = &b->description->constants[i];
    size_t size = size_of(constant->dtype);
    p->constants[i] = aligned_alloc(64, (length * size + 64) / 64 * 64);
    if (!p->constants[i]) return fail(b, "out of memory");
    weft_repeat(p->constants[i], &constant->bits, size, length);
  }
  return true;
}

static void estimate(builder *b) {
  weft_pointwise *p = b->program;
  double bytes = 0;
  for (int k = 0; k < p->output_count; k++) bytes += p->outputs[k].element_size;
  for (int i = 0; i < p->input_count; i++) {
    if (p->inputs[i].class == WEFT_INPUT_CONTIGUOUS) bytes += p->inputs[i].element_size;
    if (p->inputs[i].class == WEFT_INPUT_GENERAL) p->nanoseconds += 0.3;
  }
  double each = p->nanoseconds + bytes * 0.02;
  p->nanoseconds = each * (double)p->count;
  p->grain = p->count ? p->count : 1;
  if (p->nanoseconds < 30e3) return;
  // Chunks of some 8 us, in whole blocks, and no more than some hundred of them.
  double wanted = 8e3 / each;
  if (wanted < (double)p->count / 128) wanted = (double)p->count / 128;
  size_t unit = p->block > 4096 ? 4096 : p->block;
  p->grain = ((size_t)wanted / unit + 1) * unit;
}

static bool build(builder *b) {
  const weft_pointwise_description *d = b->description;
  weft_pointwise *p = b->program;
  if (!check_shape(b)) return false;
  p->input_count = d->input_count;
  p->constant_count = d->constant_count;
  p->output_count = d->output_count;
  p->register_count = d->input_count + d->constant_count + d->instruction_count;
  size_t registers = (size_t)p->register_count + 1;
  p->inputs = calloc((size_t)d->input_count + 1, sizeof *p->inputs);
  p->constants = calloc((size_t)d->constant_count + 1, sizeof *p->constants);
  p->steps = calloc((size_t)(d->instruction_count + d->input_count) + 1, sizeof *p->steps);
  p->results = calloc(registers, sizeof *p->results);
  p->outputs = calloc((size_t)d->output_count + 1, sizeof *p->outputs);
  b->registers = calloc(registers, sizeof *b->registers);
  b->free_slots = calloc(registers, sizeof *b->free_slots);
  if (!p->inputs || !p->constants || !p->steps || !p->results || !p->outputs || !b->registers ||
      !b->free_slots)
    return fail(b, "out of memory");
  for (size_t i = 0; i < registers; i++)
    b->registers[i] = (register_info){.step = NEVER, .last_use = NEVER, .output = -1,
                                      .slot = no_slot};
  if (!add_sources(b)) return false;
  for (int i = 0; i < d->instruction_count; i++)
    if (!add_instruction(b, i)) return false;
  if (!add_outputs(b)) return false;
  assign_slots(b);
  if (!find_hazards(b) || !lay_out(b) || !make_constants(b)) return false;
  estimate(b);
  return true;
}

weft_pointwise *weft_pointwise_create(const weft_pointwise_description *description, char *message,
                                      size_t message_size) {
  builder b = {.description = description, .message = message, .message_size = message_size};
  b.program = calloc(1, sizeof *b.program);
  bool ok = b.program ? build(&b) : fail(&b, "out of memory");
  free(b.registers);
  free(b.free_slots);
  if (ok) return b.program;
  weft_pointwise_destroy(b.program);
  return NULL;
}

void weft_pointwise_destroy(weft_pointwise *program) {
  if (!program) return;
  for (int i = 0; program->constants && i < program->constant_count; i++)
    free(program->constants[i]);
  free(program->inputs);
  free(program->constants);
  free(program->steps);
  free(program->results);
  free(program->outputs);
  free(program->hazards);
  free(program);
}
