#if __has_include(<cblas.h>)
#include <cblas.h>
#else
#error "Weft needs OpenBLAS: apt-get install libopenblas-dev liblapacke-dev"
#endif
