#!/usr/bin/env python3
"""TensorFlow restores Weft's checkpoints (pip install tensorflow).

Usage: checkpoints.py PREFIX VALUES.npz
PREFIX is a checkpoint that Weft wrote, VALUES.npz the same variables as NumPy arrays.
"""
import sys

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def main(prefix, values):
    expected = dict(np.load(values))
    reader = tf.train.load_checkpoint(prefix)
    shapes = reader.get_variable_to_shape_map()
    names = {name for name in shapes if not name.startswith("_weft/")}
    assert names == set(expected), names ^ set(expected)
    for name in shapes:
        reader.get_tensor(name)
    for name, value in expected.items():
        found = reader.get_tensor(name)
        assert found.dtype == value.dtype and found.tobytes() == value.tobytes(), name
    with tf.Graph().as_default(), tf.Session() as session:
        variables = {
            name: tf.Variable(np.zeros_like(value), name=name) for name, value in expected.items()}
        tf.train.Saver(variables).restore(session, prefix)
        for name, variable in variables.items():
            assert session.run(variable).tobytes() == expected[name].tobytes(), name
    print(f"TensorFlow {tf.__version__} restores {len(expected)} variables of {prefix}")
    latest = tf.train.latest_checkpoint(prefix.rsplit("/", 1)[0])
    assert latest is not None, "the folder has no latest checkpoint"
    print("the latest checkpoint is", latest)


if __name__ == "__main__":
    main(*sys.argv[1:])
