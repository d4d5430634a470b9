#if __has_include(<png.h>)
#include <png.h>
#else
#error "Weft needs libpng: apt-get install libpng-dev"
#endif
