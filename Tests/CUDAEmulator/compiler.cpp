// NVRTC: the host's clang makes a shared library of the kernels.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "emulator.h"

struct Program {
  std::string source, log, image;
  bool is_machine_code = true;
};

static std::string contents(const std::string &path) {
  std::string text;
  if (FILE *file = fopen(path.c_str(), "rb")) {
    char buffer[65536];
    size_t count;
    while ((count = fread(buffer, 1, sizeof buffer, file)) > 0) text.append(buffer, count);
    fclose(file);
  }
  return text;
}
static void write_file(const std::string &path, const std::string &text) {
  if (FILE *file = fopen(path.c_str(), "wb")) {
    fwrite(text.data(), 1, text.size(), file);
    fclose(file);
  }
}

// The kernels of a program, which are declared `KERNEL(threads) ENTRY(name)(` in units of the form
// `namespace unit_tag {`, after `#define ENTRY(name) name##_tag`. Some may be left out by `#if`.
struct FoundKernel {
  std::string tag, entry, threads;
};
static std::vector<FoundKernel> find_kernels(const std::string &source) {
  std::vector<FoundKernel> found;
  std::string tag;
  const std::string definition = "#define ENTRY(name) name##", mark = "\nKERNEL(";
  for (size_t at = 0; at < source.size();) {
    const size_t next_definition = source.find(definition, at), next = source.find(mark, at);
    if (next == std::string::npos && next_definition == std::string::npos) break;
    if (next_definition < next) {
      const size_t start = next_definition + definition.size();
      at = source.find('\n', start);
      tag = source.substr(start, at - start);
      continue;
    }
    const size_t start = next + mark.size(), end = source.find(')', start);
    const std::string threads = source.substr(start, end - start);
    const size_t name = source.find("ENTRY(", end) + 6;
    at = source.find(')', name);
    const std::string entry = source.substr(name, at - name) + tag;
    // Of several by one name the preprocessor leaves one.
    const bool is_known = std::any_of(found.begin(), found.end(),
                                      [&](const FoundKernel &k) { return k.entry == entry; });
    if (!is_known && !threads.empty() && isdigit(threads[0]))
      found.push_back({tag, entry, threads});
  }
  return found;
}

// The program with the table of its kernels. The name of a kernel that was left out is that of an
// `EmulatedAbsent` in the namespace around the units.
static std::string with_table(const std::string &source, const std::string &header) {
  const auto kernels = find_kernels(source);
  std::string text = "#include \"" + header + "\"\nnamespace emulated {\n";
  for (auto &kernel : kernels) text += "constexpr EmulatedAbsent " + kernel.entry + "{};\n";
  text += source + "\n";
  std::string table;
  for (auto &kernel : kernels) {
    const std::string type = "EmulatedEntry<" + kernel.entry + ">";
    text += "namespace unit" + kernel.tag + " { static constexpr EmulatedKernel k_" + kernel.entry +
            " = {\"" + kernel.entry + "\", " + type + "::invoke, " + type + "::count, " + type +
            "::sizes, " + type + "::pointers, " + kernel.threads + "}; }\n";
    table += "emulated::unit" + kernel.tag + "::k_" + kernel.entry + ",\n";
  }
  return text + "}\nextern \"C\" {\nstatic const EmulatedKernel emulated_table[] = {\n" + table + "{}";
}

static const char *epilogue = R"(
};
EmulatedThread emulated_thread;
EmulatedServices *emulated_services;
__attribute__((section("emulated_shared"), used, aligned(16))) static char emulated_pad[16];
extern char __start_emulated_shared[] __attribute__((visibility("hidden")));
extern char __stop_emulated_shared[] __attribute__((visibility("hidden")));
__attribute__((visibility("default"))) EmulatedModule emulated_module() {
  return {&emulated_thread, &emulated_services, emulated_table, __start_emulated_shared,
          __stop_emulated_shared};
}
}
)";

API int nvrtcVersion(int *major, int *minor) {
  *major = atoi(setting("compiler", "13").c_str());
  *minor = 0;
  return OK;
}
API const char *nvrtcGetErrorString(int status) {
  return status ? "NVRTC_ERROR_COMPILATION" : "NVRTC_SUCCESS";
}
API int nvrtcCreateProgram(Program **p, const char *source, const char *, int, const char *const *,
                           const char *const *) {
  ENTER *p = new Program{source, "", ""};
  born("program");
  return OK;
}
API int nvrtcDestroyProgram(Program **p) {
  Lock lock(global);
  delete *p;
  *p = nullptr;
  died("program");
  return OK;
}

// The architectures that are known, as "80,90".
static std::vector<int> architectures() {
  std::vector<int> result;
  const std::string text = setting("architectures", "75,80,86,89,90,100,103,120");
  for (const char *at = text.c_str(); at; at = strchr(at, ',')) {
    at += *at == ',';
    result.push_back(atoi(at));
  }
  return result;
}
API int nvrtcGetNumSupportedArchs(int *count) {
  *count = int(architectures().size());
  return OK;
}
API int nvrtcGetSupportedArchs(int *result) {
  for (int architecture : architectures()) *result++ = architecture;
  return OK;
}

API int nvrtcCompileProgram(Program *p, int count, const char *const *given) {
  {
    ENTER
  }
  const std::string target = "--gpu-architecture=";
  for (int i = 0; i < count; i++) {
    const std::string option = given[i];
    if (option.compare(0, target.size(), target)) continue;
    p->is_machine_code = option[target.size()] == 's';
    const int architecture = atoi(option.c_str() + option.find('_') + 1);
    const auto known = architectures();
    if (std::find(known.begin(), known.end(), architecture) != known.end()) continue;
    p->log = "invalid value for --gpu-architecture (-arch)";
    return 5;
  }
  const std::string folder = setting("cache", "/tmp"), include = setting("include", ".");
  const std::string compiler = setting("clang", "clang++");
  const bool finds_races = setting("races", "0") == "1";
  const std::string options =
      std::string(finds_races ? " -fsanitize=thread -mllvm -tsan-instrument-func-entry-exit=0" : "") +
      " -x c++ -std=c++20 -O1 -w -ffp-contract=off -fno-math-errno -fno-exceptions -fno-rtti"
      " -fno-stack-protector -fno-sanitize-recover -fsanitize=alignment -fsanitize-trap=all"
      " -fPIC -fvisibility=hidden -shared -nostdinc -nostdlib -fuse-ld=lld";
  const std::string text = with_table(p->source, finds_races ? "races.h" : "device.h") + epilogue;
  uint64_t hash = 1469598103934665603ull;
  for (char c : text + options + contents(include + "/device.h") +
                (finds_races ? contents(include + "/races.h") : ""))
    hash = (hash ^ (unsigned char)c) * 1099511628211ull;
  char key[32];
  snprintf(key, sizeof key, "/%016lx", hash);
  const std::string base = folder + key;
  p->image = contents(base + ".so");
  if (!p->image.empty()) return OK;
  mkdir(folder.c_str(), 0755);
  static std::atomic<int> counter;
  // The address tells instances in one process apart.
  const std::string own = base + "." + std::to_string(getpid()) + "." +
                          std::to_string((uintptr_t)&counter) + "." + std::to_string(counter++);
  write_file(own + ".cpp", text);
  const std::string command = compiler + options + " -I'" + include + "' -o '" + own + ".so' '" +
                              own + ".cpp' >'" + own + ".log' 2>&1";
  const int result = system(command.c_str());
  p->log = contents(own + ".log");
  unlink((own + ".log").c_str());
  unlink((own + ".cpp").c_str());
  if (result != 0) return 6;
  p->image = contents(own + ".so");
  rename((own + ".so").c_str(), (base + ".so").c_str());
  return OK;
}
API int nvrtcGetProgramLogSize(Program *p, size_t *size) {
  *size = p->log.size() + 1;
  return OK;
}
API int nvrtcGetProgramLog(Program *p, char *text) {
  memcpy(text, p->log.c_str(), p->log.size() + 1);
  return OK;
}
// Machine code there is for a real architecture only; what stands for PTX is the same here.
API int nvrtcGetCUBINSize(Program *p, size_t *size) {
  *size = p->is_machine_code ? p->image.size() : 0;
  return p->is_machine_code ? 0 : 3;
}
API int nvrtcGetCUBIN(Program *p, char *image) {
  if (!p->is_machine_code) return 3;
  memcpy(image, p->image.data(), p->image.size());
  return OK;
}
API int nvrtcGetPTXSize(Program *p, size_t *size) {
  *size = p->image.size();
  return OK;
}
API int nvrtcGetPTX(Program *p, char *image) {
  memcpy(image, p->image.data(), p->image.size());
  return OK;
}
