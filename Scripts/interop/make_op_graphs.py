#!/usr/bin/env python3
"""Real TensorFlow writes small graphs of op types that the public corpus lacks, with what they give.

    make_op_graphs.py FILE.npz

Each case NAME has NAME/graph (a GraphDef's bytes), NAME/feed/x:0 and NAME/value/y:0, and, for graphs that
update variables, their values after the run under NAME/variable/v.
"""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import numpy as np
import tensorflow as tf
from tensorflow.python.ops import gen_training_ops, gen_array_ops, gen_nn_ops, gen_math_ops, gen_image_ops

v1 = tf.compat.v1
v1.disable_v2_behavior()
v1.disable_control_flow_v2()
out = {}
random = np.random.RandomState(7)


def normal(*shape):
    return np.asarray(random.randn(*shape), "f4")


def case(name, build, feeds, variables=None):
    """build(placeholders, variables) gives a list of tensors, or operations that update the variables."""
    with tf.Graph().as_default() as graph:
        placeholders = [v1.placeholder(v.dtype, v.shape, name="x%d" % i) for i, v in enumerate(feeds)]
        kept = [v1.Variable(v, name="v%d" % i, use_resource=name.startswith("Resource"))
                for i, v in enumerate(variables or [])]
        results = build(placeholders, kept)
        targets = [r for r in results if isinstance(r, tf.Operation)]
        tensors = [v1.identity(r, name="y%d" % i) for i, r in enumerate(results) if isinstance(r, tf.Tensor)]
        v1.global_variables_initializer()
        v1.group(*targets, name="targets")
        feed = {"x%d:0" % i: v for i, v in enumerate(feeds)}
        with v1.Session() as session:
            session.run("init")
            values = session.run([t.name for t in tensors] , feed) if tensors else []
            if targets:
                session.run("targets", feed)
                for i, v in enumerate(kept):
                    out["%s/variable/v%d" % (name, i)] = session.run(v)
    out[name + "/graph"] = np.frombuffer(graph.as_graph_def().SerializeToString(), np.uint8)
    for k, v in feed.items():
        out["%s/feed/%s" % (name, k)] = v
    for i, v in enumerate(values):
        out["%s/value/y%d:0" % (name, i)] = v


def with_gradient(f):
    def build(x, _):
        y = f(*x)
        weights = tf.constant(normal(*y.shape.as_list()))
        return [y] + [g for g in v1.gradients(tf.reduce_sum(y * weights), x) if g is not None]
    return build


for i, (equation, shapes) in enumerate([
    ("ij,jk->ik", [(2, 3), (3, 4)]), ("bqhd,bkhd->bhqk", [(2, 3, 2, 4), (2, 5, 2, 4)]),
    ("...ij,jk->...ik", [(2, 3, 4, 5), (5, 6)]), ("bi,bi->b", [(3, 4), (3, 4)]), ("ij->ji", [(2, 3)]),
    ("ij->j", [(2, 3)]), ("abc,cd,de->abe", [(2, 3, 4), (4, 5), (5, 6)]), ("i,j->ij", [(3,), (4,)]),
    ("...a,...a->...", [(2, 1, 3), (2, 4, 3)]), ("ab,cd->", [(2, 3), (4, 5)]),
]):
    case("Einsum_%d" % i, with_gradient(lambda *x, e=equation: tf.einsum(e, *x)), [normal(*s) for s in shapes])
for align, half in [(False, False), (True, False), (False, True)]:
    tag = "%d%d" % (align, half)
    for j, size in enumerate([(7, 4), (2, 9)]):
        case("ResizeBilinear_%s_%d" % (tag, j), with_gradient(lambda x, s=size: gen_image_ops.resize_bilinear(
            x, s, align_corners=align, half_pixel_centers=half)), [normal(2, 5, 6, 3)])
        case("ResizeNearestNeighbor_%s_%d" % (tag, j), with_gradient(lambda x, s=size: gen_image_ops.resize_nearest_neighbor(
            x, s, align_corners=align, half_pixel_centers=half)), [normal(2, 5, 6, 3)])


def argmax_pool(x, _):
    y, places = v1.nn.max_pool_with_argmax(x[0], [1, 3, 2, 1], [1, 2, 1, 1], "SAME")
    return [y, places, v1.gradients(y * 2, x)[0]]


case("MaxPoolWithArgmax", argmax_pool, [normal(2, 5, 6, 3)])
case("NonMaxSuppressionV3", lambda x, _: [tf.image.non_max_suppression(x[0], x[1], 5, 0.4, 0.1)],
     [random.rand(20, 4).astype("f4"), random.rand(20).astype("f4")])
case("FusedBatchNorm", lambda x, _: list(gen_nn_ops._fused_batch_norm(
    x[0], [1., 2, 3], [0., 1, 2], [0.1, 0.2, 0.3], [1., 2, 3], epsilon=0.01, is_training=False)[:3]), [normal(2, 4, 5, 3)])
case("FusedBatchNormGrad", lambda x, _: list(gen_nn_ops.fused_batch_norm_grad(
    x[0], x[1], [1., 2, 3], [0.1, 0.2, 0.3], [1., 2, 3], epsilon=0.01, is_training=True)[:3]),
     [normal(2, 4, 5, 3), normal(2, 4, 5, 3)])
case("Concat", lambda x, _: [gen_array_ops.concat(1, x)], [normal(2, 3), normal(2, 4)])
case("InTopK", lambda x, _: [gen_nn_ops.in_top_k(x[0], x[1], 2)], [normal(4, 6), np.array([0, 3, 5, 1], "i4")])
case("UniqueV2", lambda x, _: list(gen_array_ops.unique_v2(x[0], np.array([0], "i4"))), [np.array([3, 1, 3, 2], "i4")])
case("SpaceToBatch", lambda x, _: [gen_array_ops.space_to_batch(x[0], [[0, 0], [0, 1]], 2)], [normal(2, 4, 5, 3)])
case("BatchToSpace", lambda x, _: [gen_array_ops.batch_to_space(x[0], [[0, 1], [0, 0]], 2)], [normal(8, 2, 3, 3)])
case("ClipByValue", lambda x, _: [gen_math_ops._clip_by_value(x[0], x[1], x[2])],
     [normal(3, 4), np.float32(-0.3), np.float32(0.4)])
case("EuclideanNorm", lambda x, _: [tf.math.reduce_euclidean_norm(x[0], 1)], [normal(3, 4)])
zeros = np.array([0, 0, 1, 2, 0, -1], "f4")
others = np.array([0, 2, 3, 0.5, np.inf, 4], "f4")
case("Xdivy", lambda x, _: [tf.math.xdivy(*x)], [zeros, np.array([0, 2, 3, 5, 1, 4], "f4")])
case("Xlogy", lambda x, _: [tf.math.xlogy(*x)], [zeros, np.array([0, 2, 3, 5, 1, 4], "f4")])
case("Xlog1py", lambda x, _: [tf.math.xlog1py(*x)], [zeros, np.array([-1, 2, 3, 5, 1, 4], "f4")])
case("MulNoNan", lambda x, _: [tf.math.multiply_no_nan(*x)], [others, zeros])
case("Bincount", lambda x, _: [gen_math_ops.bincount(x[0], 4, x[1])], [np.array([0, 1, 1, 3, 9], "i4"), normal(5)])
case("Bincount_empty", lambda x, _: [gen_math_ops.bincount(x[0], 4, np.zeros([0], "i4"))], [np.array([0, 1, 1, 3, 9], "i4")])
case("FakeQuantWithMinMaxVars", lambda x, _: (lambda y: [y, v1.gradients(y, x)[0]])(
    tf.quantization.fake_quant_with_min_max_vars(*x))[:1], [normal(3, 4) * 3, np.float32(-2.1), np.float32(3.7)])
case("SegmentMin", with_gradient(lambda x: tf.reshape(tf.math.segment_min(x, [0, 0, 2, 2]), [3, 3])), [normal(4, 3)])
case("UnsortedSegmentMin", with_gradient(lambda x: tf.math.unsorted_segment_min(x, [2, 0, 2, 0], 3)[:3:2]), [normal(4, 3)])
case("TensorScatterAdd", lambda x, _: [v1.tensor_scatter_add(x[0], [[2], [0], [2]], x[1])], [normal(4, 3), normal(3, 3)])
case("TensorScatterSub", lambda x, _: [v1.tensor_scatter_sub(x[0], [[2], [0], [2]], x[1])], [normal(4, 3), normal(3, 3)])
case("UniqueWithCounts", lambda x, _: list(tf.unique_with_counts(x[0])), [np.array([3, 1, 3, 2, 3], "i4")])
case("SparseToDense", lambda x, _: [v1.sparse_to_dense([[0, 1], [2, 0]], [3, 4], x[0], 7.0)], [normal(2)])
def half(dtype):
    def build(x, _):
        a, b = tf.cast(x[0], dtype), tf.cast(x[1], dtype)
        y = tf.cast(tf.nn.relu(tf.matmul(a, b)) * a[:, :1] - 0.5, tf.float32)
        return [y] + v1.gradients(y * y, x)
    return build


case("float16", half(tf.float16), [normal(3, 4), normal(4, 5)])
case("bfloat16", half(tf.bfloat16), [normal(3, 4), normal(4, 5)])
case("EnsureShape", lambda x, _: [tf.ensure_shape(x[0], [None, 4])], [normal(3, 4)])
case("BatchMatMulV3", lambda x, _: [gen_math_ops.batch_mat_mul_v3(x[0], x[1], tf.float32, adj_y=True)], [normal(2, 3, 4), normal(2, 5, 4)])

rows = np.array([2, 0, 2], "i4")
v = [normal(4, 3), np.abs(normal(4, 3)) + 0.1, np.abs(normal(4, 3)) + 0.1, np.abs(normal(4, 3)) * 0.1 + 3]
g, dense = normal(3, 3), normal(4, 3)
T = gen_training_ops
for flag in [False, True]:
    case("SparseApplyMomentum_%d" % flag, lambda x, w: [T.sparse_apply_momentum(
        w[0]._ref(), w[1]._ref(), 0.1, x[0], x[1], 0.9, use_nesterov=flag).op], [g, rows], v[:2])
    case("SparseApplyAdagrad_%d" % flag, lambda x, w: [T.sparse_apply_adagrad(
        w[0]._ref(), w[1]._ref(), 0.1, x[0], x[1], update_slots=flag).op], [g, rows], v[:2])
    case("ResourceApplyKerasMomentum_%d" % flag, lambda x, w: [T.resource_apply_keras_momentum(
        w[0].handle, w[1].handle, 0.1, x[0], 0.9, use_nesterov=flag)], [dense], v[:2])
case("SparseApplyAdagradV2", lambda x, w: [T.sparse_apply_adagrad_v2(
    w[0]._ref(), w[1]._ref(), 0.1, 0.01, x[0], x[1]).op], [g, rows], v[:2])
case("SparseApplyRMSProp", lambda x, w: [T.sparse_apply_rms_prop(
    w[0]._ref(), w[1]._ref(), w[2]._ref(), 0.1, 0.9, 0.5, 1e-3, x[0], x[1]).op], [g, rows], v[:3])
case("SparseApplyCenteredRMSProp", lambda x, w: [T.sparse_apply_centered_rms_prop(
    w[0]._ref(), w[1]._ref(), w[3]._ref(), w[2]._ref(), 0.1, 0.9, 0.5, 1e-3, x[0], x[1]).op],
     [g, rows], [v[0], v[2] * 0.1, v[2], v[3]])
case("SparseApplyAdadelta", lambda x, w: [T.sparse_apply_adadelta(
    w[0]._ref(), w[1]._ref(), w[2]._ref(), 0.1, 0.9, 1e-3, x[0], x[1]).op], [g, rows], v[:3])
case("SparseApplyFtrl", lambda x, w: [T.sparse_apply_ftrl(
    w[0]._ref(), w[1]._ref(), w[2]._ref(), x[0], x[1], 0.1, 0.05, 0.2, -0.5).op], [g, rows], v[:3])
case("SparseApplyProximalGradientDescent", lambda x, w: [T.sparse_apply_proximal_gradient_descent(
    w[0]._ref(), 0.1, 0.05, 0.2, x[0], x[1]).op], [g, rows], v[:1])
case("SparseApplyProximalAdagrad", lambda x, w: [T.sparse_apply_proximal_adagrad(
    w[0]._ref(), w[1]._ref(), 0.1, 0.05, 0.2, x[0], x[1]).op], [g, rows], v[:2])
case("ApplyProximalAdagrad", lambda x, w: [T.apply_proximal_adagrad(
    w[0]._ref(), w[1]._ref(), 0.1, 0.05, 0.2, x[0]).op], [dense], v[:2])
case("ApplyAdaMax", lambda x, w: [T.apply_ada_max(
    w[0]._ref(), w[1]._ref(), w[2]._ref(), 0.81, 0.1, 0.9, 0.999, 1e-8, x[0]).op], [dense], v[:3])
case("ApplyAdagradV2", lambda x, w: [T.apply_adagrad_v2(w[0]._ref(), w[1]._ref(), 0.1, 0.01, x[0]).op], [dense], v[:2])
case("ApplyAddSign", lambda x, w: [T.apply_add_sign(
    w[0]._ref(), w[1]._ref(), 0.1, 1.0, 0.5, 0.9, x[0]).op], [dense], v[:2])
case("ResourceScatterAdd", lambda x, w: [tf.raw_ops.ResourceScatterAdd(
    resource=w[0].handle, indices=x[1], updates=x[0])], [g, rows], v[:1])
case("ResourceSparseApplyMomentum", lambda x, w: [T.resource_sparse_apply_momentum(
    w[0].handle, w[1].handle, 0.1, x[0], x[1], 0.9)], [g, rows], v[:2])
case("ResourceGather", lambda x, w: [tf.gather(w[0], x[0])], [rows], v[:1])
case("IsVariableInitialized", lambda x, w: [v1.is_variable_initialized(w[0])], [], v[:1])
case("ResourceVarIsInitialized", lambda x, w: [w[0].is_initialized()], [], v[:1])
np.savez_compressed(sys.argv[1], **out)
print(len([k for k in out if k.endswith("/graph")]), "cases")
