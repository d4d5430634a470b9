// Private: facts about the functions of instructions.
#ifndef WEFT_POINTWISE_FUNCTION_H
#define WEFT_POINTWISE_FUNCTION_H

// How many operands a function takes.
int weft_function_arity(int function);

// The dtype of its result, for operands of `dtype`.
int weft_function_result(int function, int dtype);

// A guess at the nanoseconds that an element takes when its operands are in the first-level cache.
double weft_function_cost(int function, int dtype);

#endif
