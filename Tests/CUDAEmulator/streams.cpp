// Streams, events, copies and graphs.
#include <algorithm>
#include <chrono>

#include "emulator.h"

void fail(Context *c, int status) {
  if (!c->sticky) c->sticky = status;
}

void finish(Stream *s, uint64_t at) {
  while (s->done < at && !s->work.empty()) {
    auto work = std::move(s->work.front());
    s->work.pop_front();
    s->done++;
    if (!s->context->sticky) work();
  }
}

int refuse_in_capture(Stream *s, const char *what) {
  if (!s || !s->capture) return OK;
  s->capture->is_invalid = true;
  say("%s while the stream is being captured", what);
  return CAPTURE_UNSUPPORTED;
}

static std::vector<Stream *> streams;

// Work that begins before anything waits for it.
static void run_ahead(Stream *s) {
  if (turns.kind == Turns::REVERSE) finish(s, s->enqueued);
  if (turns.kind != Turns::RANDOM || turns.below(4)) return;
  Stream *other = streams[turns.below(streams.size())];
  finish(other, other->done + 1 + turns.below(4));
}

int push(Stream *s, std::function<void()> work) {
  const int status = enqueue(s, std::move(work));
  if (status || s->capture) return status;
  run_ahead(s);
  return s->context->sticky;
}

int enqueue(Stream *s, std::function<void()> work) {
  if (s->context != current) {
    say("work for a stream of gpu:%d while gpu:%d is current", s->context->device,
        current ? current->device : -1);
    return INVALID_CONTEXT;
  }
  if (s->capture) {
    if (s->capture->is_invalid) return CAPTURE_INVALIDATED;
    s->capture->nodes.push_back(std::move(work));
    return OK;
  }
  s->work.push_back(std::move(work));
  s->enqueued++;
  return s->context->sticky;
}

API int cuStreamCreate(Stream **s, unsigned flags) {
  ENTER_CONTEXT
  if (!(flags & 1)) {
    say("a stream that waits for the NULL stream");
    return INVALID_VALUE;
  }
  *s = new Stream;
  (*s)->context = current;
  streams.push_back(*s);
  born("stream");
  return OK;
}
API int cuStreamDestroy_v2(Stream *s) {
  ENTER finish(s, s->enqueued);
  if (s->capture) {
    delete s->capture;
    died("graph");
  }
  streams.erase(std::find(streams.begin(), streams.end(), s));
  delete s;
  died("stream");
  return OK;
}
API int cuStreamSynchronize(Stream *s) {
  ENTER_CONTEXT
  if (int status = refuse_in_capture(s, __func__)) return status;
  finish(s, s->enqueued);
  return s->context->sticky;
}
// A GPU works on while nobody waits: at the second look all is done.
API int cuStreamQuery(Stream *s) {
  ENTER_CONTEXT
  if (int status = refuse_in_capture(s, __func__)) return status;
  s->was_looked_at = !s->was_looked_at;
  if (s->done < s->enqueued && s->was_looked_at) return NOT_READY;
  finish(s, s->enqueued);
  return s->context->sticky;
}

API int cuEventCreate(Event **e, unsigned) {
  ENTER_CONTEXT *e = new Event;
  born("event");
  return OK;
}
API int cuEventDestroy_v2(Event *e) {
  ENTER delete e;
  died("event");
  return OK;
}
API int cuEventRecord(Event *e, Stream *s) {
  ENTER_CONTEXT
  if (int status = refuse_in_capture(s, __func__)) return status;
  const int status = push(s, [e] {
    e->time = std::chrono::duration<double, std::milli>(
                  std::chrono::steady_clock::now().time_since_epoch())
                  .count();
  });
  e->stream = s;
  e->at = s->enqueued;
  return status;
}
API int cuEventSynchronize(Event *e) {
  ENTER_CONTEXT
  if (e->stream) finish(e->stream, e->at);
  return current->sticky;
}
API int cuEventElapsedTime(float *time, Event *a, Event *b) {
  ENTER_CONTEXT *time = float(b->time - a->time);
  return OK;
}

API int cuMemcpyHtoDAsync_v2(Address d, const void *h, size_t size, Stream *s) {
  ENTER_CONTEXT
  if (size == 0) return OK;
  Context *c = s->context;
  if (!in_range(*c, d, size, __func__) || !is_host(h, __func__)) return INVALID_VALUE;
  if (is_pinned(h) || s->capture)
    return push(s, [=] {
      Access open(c);
      memcpy((void *)d, h, size);
    });
  // Memory that is not pinned is read before the call returns, as by the real driver.
  entered("copy from memory that is not pinned");
  auto copy = std::make_shared<std::vector<char>>((const char *)h, (const char *)h + size);
  return push(s, [=] {
    Access open(c);
    memcpy((void *)d, copy->data(), size);
  });
}
API int cuMemcpyDtoHAsync_v2(void *h, Address d, size_t size, Stream *s) {
  ENTER_CONTEXT
  if (size == 0) return OK;
  Context *c = s->context;
  if (!in_range(*c, d, size, __func__) || !is_host(h, __func__)) return INVALID_VALUE;
  if (!is_pinned(h)) entered("copy to memory that is not pinned");
  return push(s, [=] {
    Access open(c);
    memcpy(h, (void *)d, size);
  });
}
API int cuMemcpyDtoDAsync_v2(Address to, Address from, size_t size, Stream *s) {
  ENTER_CONTEXT
  Context *c = s->context;
  if (!in_range(*c, to, size, __func__) || !in_range(*c, from, size, __func__))
    return INVALID_VALUE;
  return push(s, [=] {
    Access open(c);
    memcpy((void *)to, (void *)from, size);
  });
}
API int cuMemcpyPeerAsync(Address to, Context *target, Address from, Context *source, size_t size,
                          Stream *s) {
  ENTER_CONTEXT
  if (s->context != target && s->context != source) {
    say("%s: the stream belongs to neither device", __func__);
    return INVALID_HANDLE;
  }
  if (!in_range(*target, to, size, __func__) || !in_range(*source, from, size, __func__))
    return INVALID_VALUE;
  return push(s, [=] {
    Access open_target(target), open_source(source);
    memcpy((void *)to, (void *)from, size);
  });
}
API int cuMemsetD8Async(Address d, unsigned char byte, size_t size, Stream *s) {
  ENTER_CONTEXT
  Context *c = s->context;
  if (!in_range(*c, d, size, __func__)) return INVALID_VALUE;
  return push(s, [=] {
    Access open(c);
    memset((void *)d, byte, size);
  });
}

API int cuStreamBeginCapture_v2(Stream *s, int) {
  ENTER_CONTEXT
  if (s->capture) return INVALID_VALUE;
  s->capture = new Graph{{}, s->context};
  born("graph");
  return OK;
}
API int cuStreamEndCapture(Stream *s, Graph **g) {
  ENTER
  Graph *graph = s->capture;
  s->capture = nullptr;
  *g = nullptr;
  if (!graph) return INVALID_VALUE;
  if (!graph->is_invalid) {
    *g = graph;
    return OK;
  }
  delete graph;
  died("graph");
  return CAPTURE_INVALIDATED;
}
API int cuGraphInstantiateWithFlags(Graph **executable, Graph *g, unsigned long long) {
  ENTER_CONTEXT *executable = new Graph(*g);
  born("executable graph");
  return OK;
}
API int cuGraphLaunch(Graph *g, Stream *s) {
  ENTER_CONTEXT
  auto nodes = std::make_shared<std::vector<std::function<void()>>>(g->nodes);
  return push(s, [=] {
    for (auto &node : *nodes)
      if (!s->context->sticky) node();
  });
}
API int cuGraphDestroy(Graph *g) {
  ENTER delete g;
  died("graph");
  return OK;
}
API int cuGraphExecDestroy(Graph *g) {
  ENTER delete g;
  died("executable graph");
  return OK;
}
