#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "weft_pool.h"

#if defined(__linux__)
#include <sched.h>
#endif

// The leading number of an environment variable, or 0.
static int from_environment(const char *name) {
  const char *text = getenv(name);
  if (!text) return 0;
  long value = strtol(text, NULL, 10);
  return value < 1 ? 0 : value > 1024 ? 1024 : (int)value;
}

static int allowed_processors(void) {
#if defined(__linux__)
  for (int size = 1024; size <= 1 << 18; size *= 2) {
    cpu_set_t *set = CPU_ALLOC(size);
    if (!set) break;
    size_t bytes = CPU_ALLOC_SIZE(size);
    int failed = sched_getaffinity(0, bytes, set), error = errno;
    int count = failed ? 0 : CPU_COUNT_S(bytes, set);
    CPU_FREE(set);
    if (!failed) return count < 1 ? 1 : count;
    if (error != EINVAL) break;  // EINVAL: the kernel has more processors than fit
  }
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count > 1024 ? 1024 : (int)count;
}

#if defined(__linux__)
static int quota_to_threads(double quota, double period) {
  if (quota <= 0 || period <= 0) return 0;
  double threads = quota / period;
  if (threads > 1024) return 0;
  int whole = (int)threads;
  return whole < threads ? whole + 1 : whole < 1 ? 1 : whole;
}

static int read_line(const char *directory, const char *file, char *line, int size) {
  char path[1280];
  if (snprintf(path, sizeof path, "%s/%s", directory, file) >= (int)sizeof path) return 0;
  FILE *stream = fopen(path, "re");
  if (!stream) return 0;
  int ok = fgets(line, size, stream) != NULL;
  fclose(stream);
  return ok;
}

// The quota set in one cgroup directory, as a number of threads; 0 for none.
static int quota_of_directory(const char *directory) {
  char line[128];
  double quota = 0, period = 0;
  if (read_line(directory, "cpu.max", line, sizeof line))
    return sscanf(line, "%lf %lf", &quota, &period) == 2 ? quota_to_threads(quota, period) : 0;
  if (read_line(directory, "cpu.cfs_quota_us", line, sizeof line)) quota = strtod(line, NULL);
  if (read_line(directory, "cpu.cfs_period_us", line, sizeof line)) period = strtod(line, NULL);
  return quota_to_threads(quota, period);
}

// The tightest quota of root/path and of the directories above it.
static int quota_of_path(const char *root, const char *path) {
  char directory[1152];
  if (snprintf(directory, sizeof directory, "%s%s", root, path) >= (int)sizeof directory) return 0;
  int tightest = 0;
  for (size_t length = strlen(directory), stop = strlen(root);;) {
    int threads = quota_of_directory(directory);
    if (threads && (!tightest || threads < tightest)) tightest = threads;
    if (length <= stop) return tightest;
    while (length > stop && directory[--length] != '/') {
    }
    directory[length] = 0;
  }
}

// /proc/self/cgroup has a line "id:controllers:path" for each hierarchy; version 2 names none.
static int cgroup_quota(void) {
  FILE *stream = fopen("/proc/self/cgroup", "re");
  if (!stream) return 0;
  int tightest = 0;
  char line[1024];
  while (fgets(line, sizeof line, stream)) {
    line[strcspn(line, "\n")] = 0;
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path) continue;
    *path++ = 0;
    controllers++;
    const char *root = NULL;
    if (!*controllers) root = "/sys/fs/cgroup";
    else if (!strcmp(controllers, "cpu") || !strcmp(controllers, "cpu,cpuacct") ||
             !strcmp(controllers, "cpuacct,cpu"))
      root = "/sys/fs/cgroup/cpu";
    int threads = root ? quota_of_path(root, path) : 0;
    if (threads && (!tightest || threads < tightest)) tightest = threads;
  }
  fclose(stream);
  return tightest;
}
#else
static int cgroup_quota(void) { return 0; }
#endif

int weft_cpu_budget(void) {
  int wished = from_environment("WEFT_THREADS");
  if (!wished) wished = from_environment("OMP_NUM_THREADS");
  if (wished) return wished;
  int processors = allowed_processors(), quota = cgroup_quota();
  return quota && quota < processors ? quota : processors;
}
