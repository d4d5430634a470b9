#!/usr/bin/env python3
"""Writes Tests/Fixtures/tensorflow/control_flow: graphs with loops and branches, made by TensorFlow.

    python Scripts/interop/make_control_flow_fixtures.py [FOLDER]

Each case is NAME.pb with NAME.npz: the feeds (`feed/x:0`, with a leading axis of one entry a step where
the case has steps), and what TensorFlow gives (`fetch/loss:0`, stacked likewise). An empty `target/op`
names an operation to run in each step, `init/op` the initialisation, `each/x:0` a feed of each step.
The control flow is TensorFlow 1's: Switch, Merge, Enter, Exit, NextIteration.
"""
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
import numpy as np
import tensorflow as tensorflow

tf = tensorflow.compat.v1
tf.disable_v2_behavior()
tf.disable_control_flow_v2()

CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


class Case:
    """What a case hands over: feeds, and what to compare."""

    def __init__(self, fetches, feeds=None, each=None, target=None, steps=1):
        self.fetches, self.feeds, self.each = fetches, feeds or {}, each or {}
        self.target, self.steps = target, steps


def rows(seed, *shape):
    return np.random.RandomState(seed).uniform(-1, 1, shape).astype(np.float32)


def sequences(steps, batch=4, time=6, width=3):
    generator = np.random.RandomState(5)
    x = generator.uniform(-1, 1, (steps, batch, time, width)).astype(np.float32)
    labels = (x.sum((2, 3)) > 0).astype(np.int32)
    return x, labels


class LSTM:
    """A cell of long short-term memory as dynamic_rnn takes it."""

    def __init__(self, width, units):
        self.units = units
        self.kernel = tf.get_variable(
            "kernel", [width + units, 4 * units],
            initializer=tf.random_uniform_initializer(-0.3, 0.3, seed=4))
        self.bias = tf.get_variable("bias", [4 * units], initializer=tf.zeros_initializer())

    def __call__(self, x, state):
        c, h = state
        gates = tf.nn.bias_add(tf.matmul(tf.concat([x, h], 1), self.kernel), self.bias)
        i, j, f, o = tf.split(gates, 4, 1)
        c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
        h = tf.tanh(c) * tf.sigmoid(o)
        return h, (c, h)


def unrolled(cell, x):
    """What dynamic_rnn writes: arrays of slices, and a loop over the time."""
    inputs = tf.transpose(x, [1, 0, 2])
    shape = tf.shape(inputs)
    time, batch = shape[0], shape[1]
    source = tf.TensorArray(tf.float32, time, name="input").unstack(inputs)
    target = tf.TensorArray(tf.float32, time, name="output")
    zero = tf.zeros(tf.stack([batch, cell.units]))

    def body(index, out, c, h):
        value = source.read(index)
        value.set_shape([None, x.shape[2]])
        output, (c, h) = cell(value, (c, h))
        return index + 1, out.write(index, output), c, h

    _, target, c, h = tf.while_loop(
        lambda index, *_: index < time, body, (0, target, zero, zero))
    outputs = target.stack()
    outputs.set_shape([None, None, cell.units])
    return tf.transpose(outputs, [1, 0, 2]), c, h


@case
def lstm():
    x = tf.placeholder(tf.float32, [None, 6, 3], name="x")
    labels = tf.placeholder(tf.int32, [None], name="labels")
    outputs, _, h = unrolled(LSTM(3, 5), x)
    w = tf.get_variable("w", [5, 2], initializer=tf.random_uniform_initializer(-1, 1, seed=8))
    logits = tf.matmul(h, w) + 0.1 * tf.matmul(tf.reduce_mean(outputs, 1), w)
    loss = tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits), name="loss")
    variables = tf.trainable_variables()
    slopes, norm = tf.clip_by_global_norm(tf.gradients(loss, variables), 0.5)
    optimizer = tf.train.AdamOptimizer(0.02)
    train = optimizer.apply_gradients(zip(slopes, variables), name="train")
    data, wanted = sequences(20)
    return Case([loss, norm], each={x: data, labels: wanted}, target=train, steps=20)


@case
def lengths():
    """A loop with a branch in it, in training: steps beyond a sequence's length change nothing."""
    x = tf.placeholder(tf.float32, [4, 6, 3], name="x")
    limit = tf.placeholder(tf.int32, [], name="limit")
    w = tf.get_variable("w", [3, 3], initializer=tf.random_uniform_initializer(-1, 1, seed=8))

    def body(index, h):
        value = tf.gather(x, index, axis=1)
        fresh = lambda: tf.tanh(tf.matmul(h, w) + value)
        h = tf.cond(index < limit, fresh, lambda: tf.identity(h) * 0.9)
        return index + 1, h

    _, h = tf.while_loop(lambda index, _: index < 6, body, (0, x[:, 0, :]))
    loss = tf.reduce_mean(tf.square(h - 0.3), name="loss")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, name="train")
    data, _ = sequences(12)
    limits = (np.arange(12) % 7).astype(np.int32)
    return Case([loss], each={x: data, limit: limits}, target=train, steps=12)


@case
def branches():
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    flag = tf.placeholder(tf.bool, [], name="flag")
    w = tf.get_variable("w", [3, 4], initializer=tf.random_uniform_initializer(-1, 1, seed=8))
    b = tf.get_variable("b", [4], initializer=tf.ones_initializer())
    y, z = tf.cond(
        flag, lambda: (tf.nn.relu(tf.matmul(x, w)) + b, tf.reduce_sum(x)),
        lambda: (tf.tanh(tf.matmul(x, w)) * 2.0, tf.reduce_sum(w)))
    loss = tf.reduce_mean(y * y) + 0.1 * z
    loss = tf.identity(loss, name="loss")
    train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss, name="train")
    flags = np.array([True, False, False, True, True, False])
    return Case([loss, y], each={x: rows(3, 6, 2, 3), flag: flags}, target=train, steps=6)


@case
def nested_branches():
    x = tf.placeholder(tf.float32, [3], name="x")
    total = tf.reduce_sum(x)
    y = tf.cond(
        total > 0,
        lambda: tf.cond(total > 1, lambda: x * x, lambda: tf.exp(x) * total),
        lambda: tf.cond(total > -1, lambda: -x, lambda: x - total))
    y = tf.identity(y, name="y")
    z = tf.case([(total > 1, lambda: total * 2), (total > 0, lambda: total * 3)],
                default=lambda: total, exclusive=False)
    slope = tf.gradients([y, z], x)[0]
    data = np.array([[1, 2, 3], [0.1, 0.2, 0.1], [-0.1, -0.2, 0.1], [-1, -2, 1]], np.float32)
    return Case([y, z, slope], each={x: data}, steps=4)


@case
def assignments():
    """Updates in a branch and in a loop, and an assertion in a branch."""
    flag = tf.placeholder(tf.bool, [], name="flag")
    v = tf.get_variable("v", [2], initializer=tf.constant_initializer(1.0), use_resource=False)
    r = tf.get_variable("r", [2], initializer=tf.constant_initializer(2.0), use_resource=True)

    def add():
        with tf.control_dependencies([tf.assign_add(v, [1.0, 2.0]), r.assign_add([3.0, 1.0])]):
            return tf.constant(1.0)

    branch = tf.cond(flag, add, lambda: tf.constant(2.0))

    def body(index, total):
        with tf.control_dependencies([r.assign_sub([0.25, 0.5])]):
            return index + 1, total + tf.reduce_sum(r.read_value())

    with tf.control_dependencies([branch]):
        _, total = tf.while_loop(
            lambda index, _: index < 3, body, (tf.identity(0), tf.identity(0.0)), parallel_iterations=1)
    checks = [tf.assert_less(tf.constant(1.0), total + 1000.0), tf.assert_equal(tf.shape(v)[0], 2)]
    with tf.control_dependencies(checks):
        result = tf.add(total, branch, name="result")
    with tf.control_dependencies([result]):
        after = tf.identity(tf.concat([v.read_value(), r.read_value()], 0), name="after")
    return Case([result, after], each={flag: np.array([True, False, True])}, steps=3)


@case
def nested_loops():
    x = tf.placeholder(tf.float32, [3], name="x")
    w = tf.get_variable("w", [3], initializer=tf.random_uniform_initializer(-1, 1, seed=8))

    def outer(i, y):
        def inner(j, z):
            return j + 1, tf.sin(z) * w + x

        _, z = tf.while_loop(lambda j, _: j < i, inner, (0, y))
        return i + 1, y + z

    _, y = tf.while_loop(lambda i, _: i < 4, outer, (0, x * w))
    loss = tf.reduce_sum(y * y, name="loss")
    train = tf.train.GradientDescentOptimizer(0.001).minimize(loss, name="train")
    return Case([loss], each={x: rows(9, 5, 3)}, target=train, steps=5)


@case
def nested_slopes():
    x = tf.placeholder(tf.float32, [3], name="x")
    w = tf.placeholder(tf.float32, [3], name="w")

    def outer(i, y):
        _, z = tf.while_loop(lambda j, _: j < i, lambda j, z: (j + 1, tf.sin(z) * w + x), (0, y))
        return i + 1, y + z

    _, y = tf.while_loop(lambda i, _: i < 4, outer, (0, x * w))
    slopes = tf.gradients(y * y, [x, w])
    return Case([y, *slopes], feeds={x: rows(9, 3), w: rows(10, 3)})


@case
def mapped():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.get_variable("w", [3], initializer=tf.random_uniform_initializer(-1, 1, seed=8))
    y = tf.map_fn(lambda row: tf.reduce_sum(tf.tanh(row * w)), x, name="map")
    z = tf.scan(lambda state, row: tf.tanh(state * w + row), x, name="scan")
    f = tf.foldl(lambda state, row: state * row + w, x, name="fold")
    nested = tf.map_fn(lambda row: tf.map_fn(lambda v: v * v * w[0], row), x, name="nested")
    loss = tf.reduce_sum(y) + tf.reduce_sum(z * z) + tf.reduce_sum(f) + tf.reduce_sum(nested)
    slopes = tf.gradients(loss, [x, w])
    return Case([y, z, f, nested, *slopes], feeds={x: rows(2, 4, 3)})


@case
def counts():
    """What TensorFlow's own functions write with branches."""
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    fraction = tf.nn.zero_fraction(tf.nn.relu(x))
    with tf.control_dependencies([tf.assert_equal(tf.shape(x)[1], 3), tf.assert_rank(x, 2)]):
        y = tf.identity(x * 2)
    dropped = tf.cond(fraction > 0.5, lambda: y, lambda: y + 1)
    return Case([fraction, dropped], feeds={x: rows(6, 4, 3)})


def write(name, folder):
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(3)
        made = CASES[name]()
        init = tf.global_variables_initializer()
        arrays = {}
        with tf.Session(graph=graph, config=tf.ConfigProto(
                intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)) as session:
            session.run(init)
            stacks = {fetch.name: [] for fetch in made.fetches}
            for step in range(made.steps):
                feeds = {**made.feeds, **{node: values[step] for node, values in made.each.items()}}
                wanted = made.fetches + ([made.target] if made.target is not None else [])
                results = session.run(wanted, feeds)
                for fetch, value in zip(made.fetches, results):
                    stacks[fetch.name].append(value)
        for node, value in made.feeds.items():
            arrays["feed/" + node.name] = value
        for node, values in made.each.items():
            arrays["each/" + node.name] = values[: made.steps]
        for key, values in stacks.items():
            arrays["fetch/" + key] = np.stack(values) if made.each else values[0]
        if made.target is not None:
            arrays["target/" + made.target.name] = np.zeros(0, np.float32)
        if tf.global_variables():
            arrays["init/" + init.name] = np.zeros(0, np.float32)
        definition = graph.as_graph_def()
        for node in definition.node:
            for key in [key for key in node.attr if key.startswith("_")]:
                del node.attr[key]
        (folder / (name + ".pb")).write_bytes(definition.SerializeToString(deterministic=True))
        np.savez_compressed(folder / (name + ".npz"), **arrays)
        print(name, len(definition.node), "nodes")


def main():
    default = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/tensorflow/control_flow"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(CASES):
        write(name, folder)


main()
