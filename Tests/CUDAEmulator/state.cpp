// Settings, faults that tests ask for, counts of calls and of what is alive.
#include <cstdarg>
#include <cstdlib>

#include "emulator.h"

Context contexts[MAX_DEVICES];
int device_count = 2;
Turns turns(getenv("WEFT_EMULATOR_order"));
thread_local Context *current;
std::recursive_mutex global;

static char message[1024];
static std::map<std::string, std::string> settings;
static std::map<std::string, long> live, calls;
struct Fault {
  long after;
  int status;
};
static std::map<std::string, Fault> faults;

Turns::Turns(const char *text) {
  const std::string order = text ? text : "forward", random = "random:";
  if (order == "reverse") kind = REVERSE;
  if (order.compare(0, random.size(), random)) return;
  kind = RANDOM;
  state = strtoull(order.c_str() + random.size(), nullptr, 10) * 0x9E3779B97F4A7C15ull + 1;
}

void say(const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(message, sizeof message, format, list);
  va_end(list);
  if (getenv("WEFT_EMULATOR_VERBOSE")) fprintf(stderr, "[emulator] %s\n", message);
}

int entered(const char *call) {
  calls[call]++;
  auto fault = faults.find(call);
  if (fault == faults.end() || --fault->second.after > 0) return OK;
  const int status = fault->second.status;
  faults.erase(fault);
  say("%s fails as asked", call);
  return status;
}

void born(const char *kind) { live[kind]++; }
void died(const char *kind) { live[kind]--; }

std::string setting(const char *name, const char *otherwise) {
  auto found = settings.find(name);
  if (found != settings.end()) return found->second;
  const char *value = getenv(("WEFT_EMULATOR_" + std::string(name)).c_str());
  return value ? value : otherwise;
}

// What tests call.
API const char *emulator_message() { return message; }
API void emulator_set(const char *name, const char *value) {
  Lock lock(global);
  settings[name] = value;
  if (!strcmp(name, "devices")) device_count = atoi(value);
  if (!strcmp(name, "order")) turns = Turns(value);
}
// The n-th next call of an entry point gives that status.
API void emulator_fail(const char *call, long n, int status) {
  Lock lock(global);
  faults[call] = {n, status};
}
API void emulator_clear_faults() {
  Lock lock(global);
  faults.clear();
}
API long emulator_calls(const char *call) {
  Lock lock(global);
  return calls[call];
}
API long emulator_live(const char *kind) {
  Lock lock(global);
  return live[kind];
}
// All kinds that are alive, as "stream 1, module 2".
API const char *emulator_alive() {
  Lock lock(global);
  static std::string text;
  text.clear();
  for (auto &[kind, count] : live)
    if (count) text += (text.empty() ? "" : ", ") + kind + " " + std::to_string(count);
  return text.c_str();
}
