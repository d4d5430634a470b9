#include "CWeftChecksum.h"

#include <pthread.h>
#include <string.h>

// tables[k][b] is the remainder of byte b followed by k zero bytes: eight bytes in one go.
static uint32_t tables[8][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void make_tables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0x82F63B78u : 0);
    tables[0][byte] = value;
  }
  for (int k = 1; k < 8; k++)
    for (int byte = 0; byte < 256; byte++) {
      uint32_t before = tables[k - 1][byte];
      tables[k][byte] = before >> 8 ^ tables[0][before & 0xFF];
    }
}

uint32_t weft_crc32c_portable(uint32_t crc, const void *bytes, size_t count) {
  pthread_once(&tables_once, make_tables);
  const unsigned char *next = bytes;
  crc = ~crc;
  for (; count >= 8; count -= 8, next += 8) {
    crc ^= (uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 |
           (uint32_t)next[3] << 24;
    crc = tables[7][crc & 0xFF] ^ tables[6][crc >> 8 & 0xFF] ^ tables[5][crc >> 16 & 0xFF] ^
          tables[4][crc >> 24] ^ tables[3][next[4]] ^ tables[2][next[5]] ^ tables[1][next[6]] ^
          tables[0][next[7]];
  }
  for (; count > 0; count--) crc = crc >> 8 ^ tables[0][(crc ^ *next++) & 0xFF];
  return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc32c_instruction(
    uint32_t crc, const void *bytes, size_t count) {
  const unsigned char *next = bytes;
  uint64_t state = ~crc;
  for (; count >= 8; count -= 8, next += 8) {
    uint64_t word;
    memcpy(&word, next, 8);
    state = __builtin_ia32_crc32di(state, word);
  }
  for (; count > 0; count--) state = __builtin_ia32_crc32qi((uint32_t)state, *next++);
  return ~(uint32_t)state;
}
#endif

uint32_t weft_crc32c(uint32_t crc, const void *bytes, size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return crc32c_instruction(crc, bytes, count);
#endif
  return weft_crc32c_portable(crc, bytes, count);
}
