#if __has_include(<zlib.h>)
#include <zlib.h>
#else
#error "Weft needs zlib: apt-get install zlib1g-dev"
#endif
