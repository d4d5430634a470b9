// Modules, functions and launches.
#include <dlfcn.h>
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emulator.h"

struct Function {
  struct Module *module;
  const EmulatedKernel *kernel;
  unsigned max_dynamic_shared = 48 << 10;
};
struct Module {
  Context *context;
  void *handle;
  int file;
  EmulatedModule contents;
  std::vector<std::unique_ptr<Function>> functions;
};

API int cuModuleLoadData(Module **out, const void *image) {
  ENTER_CONTEXT
  auto header = (const Elf64_Ehdr *)image;
  if (memcmp(header->e_ident, ELFMAG, 4)) return INVALID_IMAGE;
  if (header->e_machine != EM_X86_64) {
    say("an image for machine %d was given to the emulator", header->e_machine);
    return NO_BINARY;
  }
  const size_t size = header->e_shoff + (size_t)header->e_shnum * header->e_shentsize;
  const int file = memfd_create("emulated-module", MFD_CLOEXEC);
  if (file < 0 || write(file, image, size) != (ssize_t)size) return OUT_OF_MEMORY;
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    say("dlopen: %s", dlerror());
    close(file);
    return INVALID_IMAGE;
  }
  auto contents = (EmulatedModule(*)())dlsym(handle, "emulated_module");
  *out = new Module{current, handle, file, contents(), {}};
  born("module");
  return OK;
}
API int cuModuleUnload(Module *m) {
  ENTER dlclose(m->handle);
  close(m->file);
  delete m;
  died("module");
  return OK;
}
API int cuModuleGetFunction(Function **out, Module *m, const char *name) {
  ENTER_CONTEXT
  for (auto kernel = m->contents.kernels; kernel->name; kernel++) {
    if (!kernel->invoke || strcmp(kernel->name, name)) continue;
    m->functions.emplace_back(new Function{m, kernel});
    *out = m->functions.back().get();
    return OK;
  }
  say("no kernel %s", name);
  return NOT_FOUND;
}
API int cuFuncSetAttribute(Function *f, int attribute, int value) {
  ENTER_CONTEXT
  if (attribute == 8) f->max_dynamic_shared = value;
  return OK;
}

// Whether a word that is a pointer, or may be one in a structure, is fit for this device.
static bool fits(Context *c, uintptr_t p, const char *kernel, unsigned parameter, bool is_pointer) {
  const int device = device_of(p);
  if (p == 0 || (device < 0 && !is_pointer)) return true;
  char what[200];
  snprintf(what, sizeof what, "launch of '%s' on gpu:%d, parameter %u", kernel, c->device,
           parameter);
  if (device < 0 && is_pinned((void *)p)) return true;
  // One past the end is an operand without elements.
  return in_range(*c, p, 0, what);
}

API int cuLaunchKernel(Function *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx,
                       unsigned by, unsigned bz, unsigned shared, Stream *s, void **parameters,
                       void **extra) {
  ENTER_CONTEXT
  Context *c = s->context;
  const char *name = f->kernel->name;
  if (f->module->context != c) {
    say("launch of '%s': module and stream are of different devices", name);
    return INVALID_HANDLE;
  }
  const bool is_valid = gx && gy && gz && bx && by && bz && bx * by * bz <= 1024 && bz <= 64 &&
                        gx <= 0x7fffffff && gy <= 65535 && gz <= 65535 &&
                        shared <= f->max_dynamic_shared && !extra;
  if (!is_valid) {
    say("launch of '%s': grid %u,%u,%u block %u,%u,%u shared %u", name, gx, gy, gz, bx, by, bz,
        shared);
    return INVALID_VALUE;
  }
  if (bx * by * bz > f->kernel->max_threads) {
    say("launch of '%s': %u threads, __launch_bounds__ %u", name, bx * by * bz,
        f->kernel->max_threads);
    return OUT_OF_RESOURCES;
  }
  auto launch = std::make_shared<Launch>();
  *launch = {f->kernel, &f->module->contents, {gx, gy, gz}, {bx, by, bz}, shared, {}, {}};
  std::vector<size_t> starts;
  size_t parameter_bytes = 0;
  for (unsigned i = 0; i < f->kernel->parameter_count; i++) {
    const unsigned size = f->kernel->sizes[i], words = (size + 15) / 16 * 2;
    const size_t start = launch->values.size();
    parameter_bytes = (parameter_bytes + size + 7) / 8 * 8;
    starts.push_back(start);
    launch->values.resize(start + words);
    memcpy(&launch->values[start], parameters[i], size);
    for (unsigned word = 0; word * 8 + 8 <= size; word++) {
      if (fits(c, launch->values[start + word], name, i, f->kernel->is_pointer[i])) continue;
      fail(c, ILLEGAL_ADDRESS);
      return ILLEGAL_ADDRESS;
    }
  }
  // More need CUDA 12.1 and a driver of its time.
  if (parameter_bytes > 4096) {
    say("launch of '%s': %zu bytes of parameters", name, parameter_bytes);
    return INVALID_VALUE;
  }
  for (size_t start : starts) launch->arguments.push_back(&launch->values[start]);
  return push(s, [=] { run_kernel(c, *launch); });
}
