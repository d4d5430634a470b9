// Which accesses of one launch nothing orders: of two threads of a block between the same barriers, or of
// two blocks of which none has heard from the other, by a fence and an addition to the same counter. One of
// the two must write. The programs are compiled so that they say each access.
#include <algorithm>
#include <unordered_map>

#include "emulator.h"

struct Cell {
  Accessor write, reads[2];
};
static std::unordered_map<uint64_t, Cell> cells;
static std::unordered_map<uintptr_t, std::vector<unsigned>> counters;
static std::set<unsigned> heard;  // the blocks of which the present one has heard
static bool has_fenced;
static char text[300];

void forget_accesses(bool all) {
  if (all) {
    cells.clear();
    counters.clear();
  } else {
    // Shared memory is another's now.
    heard.clear();
    has_fenced = false;
  }
}

void note_fence() { has_fenced = true; }

void note_addition(uintptr_t counter, unsigned block) {
  auto &blocks = counters[counter];
  heard.insert(blocks.begin(), blocks.end());
  if (has_fenced) blocks.push_back(block);
}

static bool races(const Accessor &earlier, const Accessor &now) {
  if (!earlier.is_there) return false;
  if (earlier.block != now.block) return !heard.count(earlier.block);
  return earlier.thread != now.thread && earlier.epoch == now.epoch;
}

static const char *report(uintptr_t address, const Accessor &earlier, const char *did,
                          const Accessor &now, bool writes) {
  const std::string place = address >> 48 ? "shared memory" : describe(address);
  snprintf(text, sizeof text, "a race: block %u thread %u %s %s, then block %u thread %u %s it",
           earlier.block, earlier.thread, did, place.c_str(), now.block, now.thread,
           writes ? "writes" : "reads");
  return text;
}

const char *race_of(uintptr_t address, unsigned size, bool writes, const Accessor &now) {
  // Words of four bytes, or bytes.
  const unsigned step = size < 4 ? 1 : 4;
  for (uintptr_t at = address; at < address + size; at += step) {
    Cell &cell = cells[step == 4 ? (at & ~3ull) * 2 : at * 2 + 1];
    if (races(cell.write, now)) return report(at, cell.write, "writes", now, writes);
    Accessor *reads = cell.reads;
    if (writes) {
      for (int i = 0; i < 2; i++)
        if (races(reads[i], now)) return report(at, reads[i], "reads", now, writes);
      cell = {now, {}};
    } else if (!races(reads[0], now)) {
      reads[0] = now;
    } else if (!races(reads[1], now)) {
      reads[1] = now;
    }
  }
  return nullptr;
}
