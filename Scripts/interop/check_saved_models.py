#!/usr/bin/env python3
"""Real TensorFlow loads a SavedModel directory that Weft wrote, by its loaders of version 1 and 2.

    check_saved_models.py FOLDER     holds weft/, weft.feeds.npz and weft.expected.npz
"""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
folder = sys.argv[1]
path = os.path.join(folder, "weft")
feeds, expected = np.load(path + ".feeds.npz"), np.load(path + ".expected.npz")


def judge(loader, answers):
    worst = max(float(np.max(np.abs(answers[k].astype("f8") - expected[k]))) for k in expected)
    good = sorted(answers) == sorted(expected) and worst < 1e-6
    print("%-30s %s worst difference %.1e" % (loader, "ok" if good else "SHORT", worst))
    return good


with v1.Session(graph=tf.Graph()) as session:
    model = v1.saved_model.load(session, ["serve"], path)
    signature = model.signature_def["serving_default"]
    outputs = {k: v.name for k, v in signature.outputs.items()}
    first = judge("tf.compat.v1.saved_model.load", session.run(
        outputs, {signature.inputs[k].name: feeds[k] for k in feeds}))
served = tf.saved_model.load(path).signatures["serving_default"]
second = judge("tf.saved_model.load", {
    k: v.numpy() for k, v in served(**{k: tf.constant(feeds[k]) for k in feeds}).items()})
sys.exit(not (first and second))
