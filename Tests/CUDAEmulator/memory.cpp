// Devices, contexts and memory.
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

#include "emulator.h"

static uintptr_t base;
static std::map<uintptr_t, size_t> pinned;
struct Pool {
  Context *context;
};

int device_of(uintptr_t p) {
  return base && p >= base && p < base + SPAN * MAX_DEVICES ? int((p - base) / SPAN) : -1;
}

static std::map<uintptr_t, Allocation>::iterator find(Context &c, uintptr_t p) {
  auto found = c.allocations.upper_bound(p);
  if (found == c.allocations.begin()) return c.allocations.end();
  --found;
  return p < found->first + std::max<size_t>(found->second.size, 1) ? found
                                                                    : c.allocations.end();
}

std::string describe(uintptr_t p) {
  char text[256];
  const int device = device_of(p);
  if (device < 0) {
    const char *kind = p < 65536 ? "null and a little" : is_pinned((void *)p) ? "pinned" : "HOST";
    snprintf(text, sizeof text, "%#lx (%s memory)", p, kind);
    return text;
  }
  auto &allocations = contexts[device].allocations;
  auto found = allocations.upper_bound(p);
  if (found == allocations.begin()) {
    snprintf(text, sizeof text, "%#lx (gpu:%d, no allocation)", p, device);
  } else {
    --found;
    snprintf(text, sizeof text, "%#lx (gpu:%d, allocation %u of %zu bytes%s, offset %ld)", p,
             device, found->second.number, found->second.size,
             found->second.is_live ? "" : ", FREED", long(p - found->first));
  }
  return text;
}

bool in_range(Context &c, Address p, size_t size, const char *what) {
  const int device = device_of(p);
  if (device < 0) {
    say("%s: %s is not device memory", what, describe(p).c_str());
    return false;
  }
  if (device != c.device) {
    say("%s: %s used with gpu:%d current", what, describe(p).c_str(), c.device);
    return false;
  }
  auto found = find(c, p);
  if (found == c.allocations.end() || !found->second.is_live ||
      p + size > found->first + found->second.size) {
    say("%s: %zu bytes at %s are outside a live allocation", what, size, describe(p).c_str());
    return false;
  }
  return true;
}

bool is_pinned(const void *p) {
  auto found = pinned.upper_bound((uintptr_t)p);
  return found != pinned.begin() && (uintptr_t)p < (--found)->first + found->second;
}

bool is_host(const void *p, const char *what) {
  if (device_of((uintptr_t)p) < 0) return p != nullptr;
  say("%s: the host's pointer is %s", what, describe((uintptr_t)p).c_str());
  return false;
}

static void protect(Context &c, int protection) {
  for (auto &[p, a] : c.allocations)
    if (a.is_live) mprotect(a.page, a.mapped, protection);
}
Access::Access(Context *c) : context(c) { protect(*c, PROT_READ | PROT_WRITE); }
Access::~Access() { protect(*context, PROT_NONE); }

API int cuInit(unsigned) {
  ENTER
  if (device_count == 0) return NO_DEVICE;
  if (base) return OK;
  const size_t size = SPAN * MAX_DEVICES;
  void *range =
      mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) return OUT_OF_MEMORY;
  base = (uintptr_t)range;
  for (int d = 0; d < MAX_DEVICES; d++) contexts[d].device = d;
  install_fault_handler();
  return OK;
}
API int cuDriverGetVersion(int *version) {
  ENTER *version = atoi(setting("driver", "13000").c_str());
  return OK;
}
API int cuDeviceGetCount(int *count) {
  ENTER *count = device_count;
  return OK;
}
API int cuDeviceGet(int *device, int ordinal) {
  ENTER
  if (ordinal < 0 || ordinal >= device_count) return INVALID_DEVICE;
  *device = ordinal;
  return OK;
}
API int cuDeviceGetName(char *text, int size, int device) {
  ENTER snprintf(text, size, "emulated GPU %d", device);
  return OK;
}
static size_t capacity() { return strtoull(setting("memory", "17179869184").c_str(), nullptr, 10); }
API int cuDeviceTotalMem_v2(size_t *size, int) {
  ENTER *size = capacity();
  return OK;
}
API int cuDeviceGetAttribute(int *value, int attribute, int) {
  ENTER switch (attribute) {
    case 16: *value = atoi(setting("multiprocessors", "4").c_str()); break;
    case 75: *value = atoi(setting("capability", "90").c_str()) / 10; break;
    case 76: *value = atoi(setting("capability", "90").c_str()) % 10; break;
    case 97: *value = 232448; break;
    case 115: *value = 1; break;
    default: *value = 0;
  }
  return OK;
}
API int cuDeviceCanAccessPeer(int *can, int device, int peer) {
  ENTER
  if (device < 0 || device >= device_count || peer < 0 || peer >= device_count)
    return INVALID_DEVICE;
  *can = device != peer && atoi(setting("peers", "1").c_str()) != 0;
  return OK;
}
API int cuDevicePrimaryCtxRetain(Context **c, int device) {
  ENTER
  *c = &contexts[device];
  contexts[device].retained++;
  born("context");
  return OK;
}
API int cuDevicePrimaryCtxRelease_v2(int device) {
  ENTER Context &c = contexts[device];
  if (c.retained == 0) return INVALID_CONTEXT;
  died("context");
  if (--c.retained == 0) c.sticky = 0;
  return OK;
}
API int cuCtxSetCurrent(Context *c) {
  ENTER current = c;
  return c ? c->sticky : OK;
}
API int cuMemGetInfo_v2(size_t *free, size_t *total) {
  ENTER_CONTEXT
  *total = capacity();
  *free = *total - current->used;
  return OK;
}

static int take(Context &c, Address *address, size_t size) {
  // Pushed against the end of its pages: what lies behind is another's, and guarded.
  const size_t body = (size + 255) & ~255ull, mapped = (body + 4095) & ~4095ull;
  if (size == 0) return INVALID_VALUE;
  if (c.used + mapped > capacity() || c.next + mapped + 8192 > SPAN) return OUT_OF_MEMORY;
  char *page = (char *)base + SPAN * c.device + c.next;
  c.next += mapped + 4096;
  mprotect(page, mapped, PROT_READ | PROT_WRITE);
  memset(page, 0xFF, mapped);  // floats read before they are written are NaN
  mprotect(page, mapped, PROT_NONE);
  char *p = page + mapped - body;
  c.allocations[(uintptr_t)p] = {size, mapped, true, c.next_number++, page};
  c.used += mapped;
  born("allocation");
  *address = (Address)p;
  return OK;
}

static void give_back(Context &c, Address p) {
  auto found = c.allocations.find(p);
  if (found == c.allocations.end() || !found->second.is_live) {
    say("free of what is no live allocation: %s", describe(p).c_str());
    fail(&c, ILLEGAL_ADDRESS);
    return;
  }
  Allocation &a = found->second;
  madvise(a.page, a.mapped, MADV_DONTNEED);
  mprotect(a.page, a.mapped, PROT_NONE);
  a.is_live = false;
  c.used -= a.mapped;
  died("allocation");
}

API int cuMemPoolCreate(Pool **pool, const void *) {
  ENTER_CONTEXT *pool = new Pool{current};
  born("pool");
  return OK;
}
API int cuMemPoolDestroy(Pool *pool) {
  ENTER delete pool;
  died("pool");
  return OK;
}
API int cuMemPoolSetAttribute(Pool *, int, void *) {
  ENTER_CONTEXT return OK;
}
API int cuMemPoolSetAccess(Pool *, const void *, size_t) {
  ENTER_CONTEXT return OK;
}
API int cuMemPoolTrimTo(Pool *, size_t) {
  ENTER_CONTEXT return OK;
}
API int cuMemAllocFromPoolAsync(Address *p, size_t size, Pool *pool, Stream *stream) {
  ENTER_CONTEXT
  if (int status = refuse_in_capture(stream, __func__)) return status;
  return take(*pool->context, p, size);
}
API int cuMemFreeAsync(Address p, Stream *stream) {
  ENTER
  const int device = device_of(p);
  if (device < 0) {
    say("cuMemFreeAsync of %s", describe(p).c_str());
    return INVALID_VALUE;
  }
  Context *c = &contexts[device];
  if (c->sticky) {  // nothing runs any more: the memory goes at once
    give_back(*c, p);
    return c->sticky;
  }
  return push(stream, [c, p] { give_back(*c, p); });
}
API int cuMemHostAlloc(void **p, size_t size, unsigned) {
  ENTER_CONTEXT
  *p = mmap(nullptr, (size + 4095) & ~4095ull, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (*p == MAP_FAILED) return OUT_OF_MEMORY;
  memset(*p, 0xFF, size);
  pinned[(uintptr_t)*p] = size;
  born("pinned");
  return OK;
}
API int cuMemFreeHost(void *p) {
  ENTER
  auto found = pinned.find((uintptr_t)p);
  if (found == pinned.end()) return INVALID_VALUE;
  munmap(p, (found->second + 4095) & ~4095ull);
  pinned.erase(found);
  died("pinned");
  return OK;
}
API int cuGetErrorName(int status, const char **text) {
  static const std::map<int, const char *> names = {
      {0, "CUDA_SUCCESS"},
      {1, "CUDA_ERROR_INVALID_VALUE"},
      {2, "CUDA_ERROR_OUT_OF_MEMORY"},
      {100, "CUDA_ERROR_NO_DEVICE"},
      {700, "CUDA_ERROR_ILLEGAL_ADDRESS"},
      {719, "CUDA_ERROR_LAUNCH_FAILED"},
  };
  auto found = names.find(status);
  *text = found == names.end() ? "CUDA_ERROR_UNKNOWN" : found->second;
  return OK;
}
API int cuGetErrorString(int status, const char **text) {
  *text = status == 2     ? "out of memory"
          : status == 100 ? "no CUDA-capable device is detected"
          : status == 700 ? "an illegal memory access was encountered"
          : status == 719 ? "unspecified launch failure"
                          : "emulated";
  return OK;
}
