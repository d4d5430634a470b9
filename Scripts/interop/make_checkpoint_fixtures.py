#!/usr/bin/env python3
"""Makes Tests/Fixtures/tensorflow/checkpoints with TensorFlow's Saver (pip install tensorflow)."""
import json
import os
import sys

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def types(folder):
    """Every element type that a variable may have, with empty, scalar and text ones."""
    rng = np.random.RandomState(7)
    values = {}
    for dtype in ["float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8",
                  "uint16", "uint32", "uint64"]:
        values["types/" + dtype] = (rng.rand(2, 3) * 90).astype(dtype)
    values["types/bool"] = rng.rand(3, 2) > 0.5
    values["types/complex64"] = rng.rand(2).astype("complex64")
    values["empty"] = np.zeros((0, 4), "float32")
    values["scalar"] = np.float32(-0.375)
    with tf.Graph().as_default(), tf.Session() as session:
        variables = {k: tf.Variable(v, dtype=v.dtype, name=k) for k, v in values.items()}
        variables["types/bfloat16"] = tf.Variable(
            tf.constant([1.5, -2, 3e38], tf.bfloat16), name="types/bfloat16")
        texts = ["abc", "", "naïve", "x" * 300]
        variables["text"] = tf.Variable(np.array([t.encode() for t in texts], object), name="text")
        session.run(tf.global_variables_initializer())
        tf.train.Saver(variables).save(session, folder + "/types", write_meta_graph=False)
        expected = {
            k: {"type": str(v.dtype), "shape": list(v.shape),
                "numbers": [float(np.real(x)) for x in v.reshape(-1)]}
            for k, v in values.items()}
    return expected


def parts(folder):
    """Variables in parts along either axis, with lengths below and above 63."""
    with tf.Graph().as_default(), tf.Session() as session:
        for name, shape, partitioner in [
                ("rows", [7, 3], tf.fixed_size_partitioner(3, 0)),
                ("columns", [2, 200], tf.fixed_size_partitioner(2, 1)),
                ("vector", [300], tf.fixed_size_partitioner(2, 0))]:
            with tf.variable_scope("", partitioner=partitioner):
                tf.get_variable(name, shape, initializer=tf.random_uniform_initializer())
        initial = []
        for name, shape in [("rows", [7, 3]), ("columns", [2, 200]), ("vector", [300])]:
            whole = np.arange(np.prod(shape), dtype="float32").reshape(shape) / 8
            for variable in tf.global_variables():
                if not variable.name.startswith(name + "/"):
                    continue
                info = variable._save_slice_info
                index = tuple(slice(o, o + n) for o, n in zip(info.var_offset, info.var_shape))
                initial.append(variable.assign(whole[index]))
        session.run(initial)
        tf.train.Saver().save(session, folder + "/parts", write_meta_graph=False)


if __name__ == "__main__":
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    expected = types(folder)
    parts(folder)
    with open(folder + "/types.json", "w") as file:
        json.dump(expected, file, indent=1, sort_keys=True)
        file.write("\n")
