#ifndef WEFT_CHECKSUM_H
#define WEFT_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

// The CRC-32C (Castagnoli) of some bytes, continued from that of the bytes before them; 0 begins.
uint32_t weft_crc32c(uint32_t crc, const void *_Nullable bytes, size_t count);

// The same without the processor's instruction: what the other one is tested against.
uint32_t weft_crc32c_portable(uint32_t crc, const void *_Nullable bytes, size_t count);

#endif
