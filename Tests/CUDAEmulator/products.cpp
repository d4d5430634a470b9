// cuBLASLt: products of column-major matrices of float or double, with a bias and a rectifier.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "emulator.h"

struct Description {
  int compute, scale_type, transpose_a = 0, transpose_b = 0, epilogue = 1, pointer_mode = 0;
  void *bias = nullptr, *mask = nullptr;
  int64_t mask_stride = 0;
};
struct Layout {
  int type;
  uint64_t rows, columns;
  int64_t stride, batch_stride = 0;
  int batch = 1;
};
struct Preference {
  size_t workspace = 0;
  uint32_t alignments[4] = {256, 256, 256, 256};
};
// What an algorithm supposes: the alignment of A, B, C and D, and how much working memory it is given.
struct Algorithm {
  uint32_t alignments[4];
  uint64_t workspace, rest[5];
};
struct Heuristic {
  Algorithm algorithm;
  size_t workspace;
  int status;
  float waves;
  int reserved[4];
};
enum { NO_CONTEXT = 1, NOT_SUPPORTED = 15, INVALID = 7, EXECUTION_FAILED = 13 };

// The library looks at the device that is current, whatever the handle was made for.
static bool is_current(void *handle) {
  if (handle == current) return true;
  say("cuBLASLt: the handle's device is not current");
  return false;
}

API size_t cublasLtGetVersion() { return strtoull(setting("products", "130000").c_str(), nullptr, 10); }
API int cublasLtCreate(void **handle) {
  ENTER
  if (!current) return NO_CONTEXT;
  *handle = current;
  born("product library");
  return OK;
}
API int cublasLtDestroy(void *handle) {
  ENTER
  if (!is_current(handle)) return NO_CONTEXT;
  died("product library");
  return OK;
}
API int cublasLtMatmulDescCreate(Description **d, int compute, int scale_type) {
  ENTER *d = new Description{compute, scale_type};
  born("product");
  return OK;
}
API int cublasLtMatmulDescDestroy(Description *d) {
  ENTER delete d;
  died("product");
  return OK;
}
API int cublasLtMatmulDescSetAttribute(Description *d, int attribute, const void *value,
                                       size_t size) {
  ENTER switch (attribute) {
    case 2: d->pointer_mode = *(const int *)value; return size == 4 ? int(OK) : int(INVALID);
    case 3: d->transpose_a = *(const int *)value; return size == 4 ? int(OK) : int(INVALID);
    case 4: d->transpose_b = *(const int *)value; return size == 4 ? int(OK) : int(INVALID);
    case 7: d->epilogue = *(const int *)value; return size == 4 ? int(OK) : int(INVALID);
    case 8: d->bias = *(void *const *)value; return size == 8 ? int(OK) : int(INVALID);
    case 11: d->mask = *(void *const *)value; return size == 8 ? int(OK) : int(INVALID);
    case 12: d->mask_stride = *(const int64_t *)value; return size == 8 ? int(OK) : int(INVALID);
  }
  return INVALID;
}
API int cublasLtMatrixLayoutCreate(Layout **l, int type, uint64_t rows, uint64_t columns,
                                   int64_t stride) {
  ENTER
  if (rows == 0 || columns == 0 || stride < (int64_t)rows) return INVALID;
  *l = new Layout{type, rows, columns, stride};
  born("layout");
  return OK;
}
API int cublasLtMatrixLayoutDestroy(Layout *l) {
  ENTER delete l;
  died("layout");
  return OK;
}
API int cublasLtMatrixLayoutSetAttribute(Layout *l, int attribute, const void *value, size_t) {
  ENTER switch (attribute) {
    case 5: l->batch = *(const int *)value; return OK;
    case 6: l->batch_stride = *(const int64_t *)value; return OK;
  }
  return INVALID;
}
API int cublasLtMatmulPreferenceCreate(Preference **p) {
  ENTER *p = new Preference;
  born("preference");
  return OK;
}
API int cublasLtMatmulPreferenceDestroy(Preference *p) {
  ENTER delete p;
  died("preference");
  return OK;
}
API int cublasLtMatmulPreferenceSetAttribute(Preference *p, int attribute, const void *value,
                                             size_t size) {
  ENTER
  if (attribute == 1 && size == 8) {
    p->workspace = *(const size_t *)value;
  } else if (attribute >= 5 && attribute <= 8 && size == 4) {
    p->alignments[attribute - 5] = *(const uint32_t *)value;
  } else {
    return INVALID;
  }
  return OK;
}

// Whether the sizes fit each other, as the library would find.
static bool fits(const Description &d, const Layout &a, const Layout &b, const Layout &c) {
  const uint64_t m = d.transpose_a ? a.columns : a.rows, ka = d.transpose_a ? a.rows : a.columns;
  const uint64_t kb = d.transpose_b ? b.columns : b.rows, n = d.transpose_b ? b.rows : b.columns;
  return m == c.rows && n == c.columns && ka == kb && a.batch == b.batch && b.batch == c.batch;
}
API int cublasLtMatmulAlgoGetHeuristic(void *handle, Description *d, Layout *a, Layout *b, Layout *c,
                                       Layout *, Preference *p, int, Heuristic *result, int *count) {
  ENTER
  *count = 0;
  if (!is_current(handle)) return NO_CONTEXT;
  const bool is_double = d->scale_type == 1;
  const bool is_known = is_double ? d->compute == 70 && d->epilogue == 1
                                  : d->compute == 68 || d->compute == 77 || d->compute == 75;
  if (a->type != d->scale_type || !is_known) return NOT_SUPPORTED;
  if (d->epilogue & 128) {
    const bool has_mask = d->mask && d->mask_stride % 128 == 0 && d->mask_stride >= (int64_t)c->rows;
    if (!has_mask || setting("masks", "1") == "0") return NOT_SUPPORTED;
  }
  if (!fits(*d, *a, *b, *c)) return INVALID;
  if (c->batch > 65535) return NOT_SUPPORTED;
  *result = {};
  result->workspace = std::min<size_t>(p->workspace, strtoull(setting("workspace", "0").c_str(), nullptr, 10));
  std::copy(p->alignments, p->alignments + 4, result->algorithm.alignments);
  result->algorithm.workspace = result->workspace;
  *count = 1;
  return OK;
}

static float rounded(float x, int compute) {
  if (compute == 68) return x;
  uint32_t bits;
  memcpy(&bits, &x, 4);
  const int dropped = compute == 77 ? 13 : 16;
  bits += (1u << (dropped - 1)) - 1 + (bits >> dropped & 1);
  bits &= ~((1u << dropped) - 1);
  memcpy(&x, &bits, 4);
  return x;
}
static double rounded(double x, int) { return x; }

template <class T>
static void multiply(const Description &d, T alpha, const T *a, const Layout &la, const T *b,
                     const Layout &lb, T beta, const Layout &lc, T *out) {
  const size_t m = lc.rows, n = lc.columns, k = d.transpose_a ? la.rows : la.columns;
  const bool keeps_nan = setting("rectifier", "keeps NaN") == "keeps NaN";
  std::vector<T> rows(m * k), column(k);
  for (size_t i = 0; i < m; i++)
    for (size_t l = 0; l < k; l++)
      rows[i * k + l] =
          rounded(d.transpose_a ? a[l + i * la.stride] : a[i + l * la.stride], d.compute);
  for (size_t j = 0; j < n; j++) {
    for (size_t l = 0; l < k; l++)
      column[l] = rounded(d.transpose_b ? b[j + l * lb.stride] : b[l + j * lb.stride], d.compute);
    for (size_t i = 0; i < m; i++) {
      T part[8] = {};
      size_t l = 0;
      for (; l + 8 <= k; l += 8)
        for (int p = 0; p < 8; p++) part[p] += rows[i * k + l + p] * column[l + p];
      T value = ((part[0] + part[1]) + (part[2] + part[3])) +
                ((part[4] + part[5]) + (part[6] + part[7]));
      for (; l < k; l++) value += rows[i * k + l] * column[l];
      value = alpha * value + (beta != 0 ? beta * out[i + j * lc.stride] : 0);
      if (d.epilogue & 4) value += ((const T *)d.bias)[i];
      uint8_t *const byte = (uint8_t *)d.mask + (i + j * d.mask_stride) / 8;
      const int bit = 1 << i % 8;
      if (d.epilogue & 2) {
        if (d.epilogue & 128) *byte = value > 0 ? *byte | bit : *byte & ~bit;
        value = value > 0 || (value != value && keeps_nan) ? value : 0;
      }
      if (d.epilogue & 8 && !(*byte & bit)) value = 0;
      out[i + j * lc.stride] = value;
      if (d.epilogue & 16) ((T *)d.bias)[i] = (j == 0 ? 0 : ((T *)d.bias)[i]) + value;
    }
  }
}

// Whether operands lie as the algorithm supposes, and working memory is there.
static bool is_fit(Context *c, const Algorithm &algorithm, std::initializer_list<const void *> operands,
                   const void *workspace, size_t size) {
  const uint32_t *alignment = algorithm.alignments;
  for (const void *operand : operands) {
    if ((uintptr_t)operand % *alignment++ == 0) continue;
    say("cublasLtMatmul: %s is not a multiple of %u", describe((uintptr_t)operand).c_str(),
        alignment[-1]);
    return false;
  }
  if (algorithm.workspace == 0) return true;
  if (size < algorithm.workspace || (uintptr_t)workspace % 256) {
    say("cublasLtMatmul: working memory of %zu bytes at %p", size, workspace);
    return false;
  }
  return in_range(*c, (Address)workspace, size, "working memory of cublasLtMatmul");
}

template <class T>
static int issue(Description d, const void *alpha, const void *a, Layout la, const void *b, Layout lb,
                 const void *beta, void *out, Layout lc, void *workspace, size_t size, Stream *s) {
  Context *c = s->context;
  auto bytes = [](const Layout &l) {
    return size_t(l.batch_stride * (l.batch - 1) + l.stride * (l.columns - 1) + l.rows) * sizeof(T);
  };
  bool ok = in_range(*c, (Address)a, bytes(la), "cublasLtMatmul A") &&
            in_range(*c, (Address)b, bytes(lb), "cublasLtMatmul B") &&
            in_range(*c, (Address)out, bytes(lc), "cublasLtMatmul D");
  if (d.epilogue & (4 | 16)) ok = ok && in_range(*c, (Address)d.bias, lc.rows * sizeof(T), "bias");
  if (d.epilogue & 128)
    ok = ok && in_range(*c, (Address)d.mask, d.mask_stride / 8 * lc.columns, "mask");
  if (d.pointer_mode == 1)
    ok = ok && in_range(*c, (Address)alpha, sizeof(T), "alpha") &&
         in_range(*c, (Address)beta, sizeof(T), "beta");
  else
    ok = ok && is_host(alpha, "alpha") && is_host(beta, "beta");
  if (!ok) {
    fail(c, ILLEGAL_ADDRESS);
    return EXECUTION_FAILED;
  }
  const bool on_device = d.pointer_mode == 1;
  const T host_alpha = on_device ? 0 : *(const T *)alpha, host_beta = on_device ? 0 : *(const T *)beta;
  return push(s, [=] {
    Access open(c);
    // What lies there is lost.
    if (size) memset(workspace, 0xFF, size);
    const T x = on_device ? *(const T *)alpha : host_alpha;
    const T y = on_device ? *(const T *)beta : host_beta;
    for (int i = 0; i < lc.batch; i++)
      multiply<T>(d, x, (const T *)a + i * la.batch_stride, la, (const T *)b + i * lb.batch_stride,
                  lb, y, lc, (T *)out + i * lc.batch_stride);
  });
}

API int cublasLtMatmul(void *handle, Description *d, const void *alpha, const void *a, Layout *la,
                       const void *b, Layout *lb, const void *beta, const void *c, Layout *lc,
                       void *out, Layout *, const Algorithm *algorithm, void *workspace, size_t size,
                       Stream *s) {
  ENTER_CONTEXT
  if (!is_current(handle)) return NO_CONTEXT;
  if (c != out || !fits(*d, *la, *lb, *lc)) return INVALID;
  if (!is_fit(s->context, *algorithm, {a, b, c, out}, workspace, size)) return INVALID;
  return d->scale_type == 1
             ? issue<double>(*d, alpha, a, *la, b, *lb, beta, out, *lc, workspace, size, s)
             : issue<float>(*d, alpha, a, *la, b, *lb, beta, out, *lc, workspace, size, s);
}
