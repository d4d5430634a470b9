#!/usr/bin/env python3
"""Real TensorFlow imports graphs that Weft wrote and gets the numbers that Weft got.

    check_export.py FOLDER ...

A folder holds graph.pb, run.json {"init": [op], "steps": n, "targets": [op], "fetch": [name]}, feeds.npz
(with a leading axis of n) and expected.npz (the fetches of each step, stacked; the first is fetched with the
targets, the others, variables, after them). Prints a line per folder and
exits 1 if one differs by more than a relative 1e-4.
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import numpy as np
import tensorflow as tf

v1 = tf.compat.v1


def load(path):
    definition = v1.GraphDef()
    with open(path, "rb") as file:
        definition.ParseFromString(file.read())
    graph = tf.Graph()
    with graph.as_default():
        v1.import_graph_def(definition, name="")
    return graph


def check(folder):
    run = json.load(open(os.path.join(folder, "run.json")))
    feeds = dict(np.load(os.path.join(folder, "feeds.npz")))
    expected = np.load(os.path.join(folder, "expected.npz"))
    graph = load(os.path.join(folder, "graph.pb"))
    worst = 0.0
    with v1.Session(graph=graph) as session:
        # One by one: a moving average begins with the value of its variable.
        for name in run["init"]:
            session.run(graph.get_operation_by_name(name))
        for step in range(run["steps"]):
            fed = {name: value[step] for name, value in feeds.items()}
            targets = [graph.get_operation_by_name(name) for name in run["targets"]]
            values = [session.run((run["fetch"][0], targets), fed)[0]]
            values += session.run(run["fetch"][1:])
            for name, value in zip(run["fetch"], values):
                wanted = expected[name][step]
                if value.shape != wanted.shape:
                    raise ValueError("%s has shape %s, not %s" % (name, value.shape, wanted.shape))
                difference = np.abs(value.astype("f8") - wanted) / np.maximum(1e-3, np.abs(wanted))
                if difference.size:
                    worst = max(worst, float(difference.max()))
    return worst


short = 0
for folder in sys.argv[1:]:
    try:
        worst = check(folder)
        good = worst <= 1e-4
        print("%-30s %s worst relative difference %.1e" % (os.path.basename(folder), "ok" if good else "SHORT", worst))
    except Exception as error:
        good = False
        print("%-30s SHORT %s" % (os.path.basename(folder), str(error).splitlines()[0][:300]))
    short += not good
sys.exit(short > 0)
