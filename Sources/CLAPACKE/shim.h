#if __has_include(<lapacke.h>)
#include <lapacke.h>
#else
#error "Weft needs LAPACKE: apt-get install libopenblas-dev liblapacke-dev"
#endif
