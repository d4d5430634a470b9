// NCCL: sums over several devices. What a real one would wait for without end is an error here: a rank
// that is missing in a group, communicators whose operations come in different orders.
#include <cstdlib>

#include "emulator.h"

enum { CUDA_ERROR = 1, INTERNAL = 3, INVALID_ARGUMENT = 4, INVALID_USAGE = 5 };

struct Clique;
struct Communicator {
  Clique *clique;
  int rank, device;
};
struct Clique {
  size_t size;
  int alive = 0;
  // What is under way may outlast the communicators.
  std::shared_ptr<bool> is_aborted = std::make_shared<bool>(false);
};
// One rank's share of an operation, as it was called.
struct Share {
  Communicator *communicator;
  const char *call;
  Address part, result;
  size_t count;
  int type, root;
  Stream *stream;
  int rank;
};
// An operation of all ranks under way.
struct Operation {
  std::vector<Share> shares;
  std::vector<bool> arrived;
  std::shared_ptr<bool> is_aborted;
  bool is_done = false;
};

static thread_local int depth, group_status;
static thread_local std::vector<Share> group;

API int ncclGetVersion(int *version) {
  ENTER *version = 22703;
  return OK;
}
API const char *ncclGetErrorString(int status) {
  switch (status) {
    case OK: return "no error";
    case CUDA_ERROR: return "unhandled cuda error (run with NCCL_DEBUG=INFO for details)";
    case INTERNAL: return "internal error - please report this issue to the NCCL developers";
    case INVALID_ARGUMENT: return "invalid argument (run with NCCL_DEBUG=WARN for details)";
    case INVALID_USAGE: return "invalid usage (run with NCCL_DEBUG=WARN for details)";
  }
  return "unknown result code";
}
API const char *emulator_message();
API const char *ncclGetLastError(Communicator *) { return emulator_message(); }

API int ncclCommInitAll(Communicator **communicators, int count, const int *devices) {
  ENTER
  if (count < 1 || count > device_count) return INVALID_ARGUMENT;
  std::set<int> seen;
  for (int i = 0; i < count; i++) {
    if (devices[i] < 0 || devices[i] >= device_count || !seen.insert(devices[i]).second) {
      say("ncclCommInitAll: device %d is not there, or named twice", devices[i]);
      return INVALID_USAGE;
    }
    if (!contexts[devices[i]].retained || contexts[devices[i]].sticky) return CUDA_ERROR;
  }
  auto clique = new Clique{size_t(count)};
  for (int i = 0; i < count; i++) {
    communicators[i] = new Communicator{clique, i, devices[i]};
    clique->alive++;
    born("communicator");
  }
  return OK;
}
static void end(Communicator *c) {
  if (--c->clique->alive == 0) delete c->clique;
  delete c;
  died("communicator");
}
API int ncclCommDestroy(Communicator *c) {
  Lock lock(global);
  // It is given back even where a test has the call fail.
  const int status = entered(__func__);
  end(c);
  return status;
}
API int ncclCommAbort(Communicator *c) {
  Lock lock(global);
  const int status = entered(__func__);
  *c->clique->is_aborted = true;
  end(c);
  return status;
}
API int ncclCommGetAsyncError(Communicator *c, int *status) {
  ENTER
  *status = contexts[c->device].sticky ? int(CUDA_ERROR) : int(OK);
  return OK;
}

template <class T> static void add(const Operation &operation) {
  const size_t count = operation.shares[0].count;
  std::vector<T> sum(count);
  for (auto &share : operation.shares)
    for (size_t i = 0; i < count; i++)
      sum[i] = (share.rank ? sum[i] : T(0)) + ((const T *)share.part)[i];
  for (auto &share : operation.shares)
    if (share.root < 0 || share.root == share.rank)
      memcpy((void *)share.result, sum.data(), count * sizeof(T));
}

// A rank has come to an operation in its stream. A GPU would wait for the others: here their streams are
// driven until they have come to it too.
static void arrive(std::shared_ptr<Operation> operation, size_t rank) {
  if (*operation->is_aborted) return;
  operation->arrived[rank] = true;
  for (size_t other = 0; other < operation->shares.size(); other++) {
    Stream *stream = operation->shares[other].stream;
    while (!operation->arrived[other]) {
      if (stream->done == stream->enqueued || contexts[stream->context->device].sticky) {
        say("%s: rank %zu never comes; the others would wait for ever", operation->shares[0].call,
            other);
        fail(operation->shares[rank].stream->context, LAUNCH_FAILED);
        return;
      }
      finish(stream, stream->done + 1);
    }
  }
  if (operation->is_done) return;
  operation->is_done = true;
  std::vector<std::unique_ptr<Access>> open;
  for (auto &share : operation->shares)
    open.push_back(std::make_unique<Access>(share.stream->context));
  if (operation->shares[0].type == 8)
    add<double>(*operation);
  else
    add<float>(*operation);
}

// Puts the operations of a group into the streams: the n-th of each rank belong together.
static int launch(std::vector<Share> shares) {
  std::map<Clique *, std::map<int, std::vector<Share>>> ranks;
  for (auto &share : shares)
    ranks[share.communicator->clique][share.rank].push_back(share);
  std::vector<std::shared_ptr<Operation>> operations;
  for (auto &[clique, lists] : ranks) {
    for (size_t rank = 0; rank < clique->size; rank++) {
      if (lists[rank].size() == lists.begin()->second.size()) continue;
      say("a group of calls with %zu of rank %zu and %zu of rank 0: who waits for the others waits "
          "for ever", lists[rank].size(), rank, lists[0].size());
      return INVALID_USAGE;
    }
    for (size_t i = 0; i < lists[0].size(); i++) {
      auto operation = std::make_shared<Operation>();
      for (auto &[rank, list] : lists) operation->shares.push_back(list[i]);
      operation->arrived.resize(lists.size());
      operation->is_aborted = clique->is_aborted;
      const Share &first = operation->shares[0];
      for (auto &share : operation->shares) {
        if (!strcmp(share.call, first.call) && share.count == first.count &&
            share.type == first.type && share.root == first.root)
          continue;
        say("%s of %zu elements meets %s of %zu", first.call, first.count, share.call, share.count);
        return INVALID_USAGE;
      }
      operations.push_back(operation);
    }
  }
  // The library makes each device current itself. No share begins before all are in their streams.
  Context *const before = current;
  int status = OK;
  for (auto &operation : operations)
    for (size_t rank = 0; rank < operation->shares.size(); rank++) {
      Stream *stream = operation->shares[rank].stream;
      current = stream->context;
      if (enqueue(stream, [=] { arrive(operation, rank); })) status = CUDA_ERROR;
    }
  current = before;
  return status;
}

static int check(const Share &share) {
  const size_t size = share.count * (share.type == 8 ? 8 : 4);
  Context &c = contexts[share.communicator->device];
  if (share.type != 7 && share.type != 8) return INVALID_ARGUMENT;
  if (share.stream->context != &c) {
    say("%s: the stream of rank %d is of gpu:%d", share.call, share.rank,
        share.stream->context->device);
    return INVALID_USAGE;
  }
  const bool is_written = share.root < 0 || share.root == share.rank;
  if (!in_range(c, share.part, size, share.call)) return INVALID_ARGUMENT;
  if (is_written && !in_range(c, share.result, size, share.call)) return INVALID_ARGUMENT;
  return OK;
}
static int called(Share share, bool is_valid) {
  Lock lock(global);
  int status = entered(share.call);
  if (!status) status = is_valid ? check(share) : int(INVALID_ARGUMENT);
  if (depth == 0) return status ? status : launch({share});
  // Of a group with an error nothing is begun.
  if (status) group_status = status;
  group.push_back(share);
  return status;
}
API int ncclReduce(const void *part, void *result, size_t count, int type, int operation, int root,
                   Communicator *c, Stream *stream) {
  const bool is_valid = operation == 0 && root >= 0 && root < (int)c->clique->size;
  return called({c, "ncclReduce", (Address)part, (Address)result, count, type, root, stream, c->rank},
                is_valid);
}
API int ncclAllReduce(const void *part, void *result, size_t count, int type, int operation,
                      Communicator *c, Stream *stream) {
  return called({c, "ncclAllReduce", (Address)part, (Address)result, count, type, -1, stream, c->rank},
                operation == 0);
}
API int ncclGroupStart() {
  ENTER
  depth++;
  return OK;
}
API int ncclGroupEnd() {
  Lock lock(global);
  if (depth == 0) return INVALID_USAGE;
  int status = entered(__func__);
  if (--depth > 0) return status;
  if (!status) status = group_status;
  group_status = OK;
  std::vector<Share> shares;
  shares.swap(group);
  return status ? status : launch(shares);
}
