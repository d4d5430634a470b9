#!/usr/bin/env python3
"""A training goes on in the other system (pip install tensorflow).

Usage: training.py start FOLDER OPTIMIZER     TensorFlow trains, saves, and goes on
       training.py continue FOLDER OPTIMIZER  TensorFlow goes on from Weft's checkpoint FOLDER/weft/model-10

FOLDER then has graph.pb, feeds.npz (with a leading axis of 20 steps), TensorFlow's checkpoint after 10
steps (tensorflow/model-10), and results.npz: initial values and losses.
"""
import sys

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

OPTIMIZERS = {
    "descent": lambda: tf.train.GradientDescentOptimizer(0.5),
    "momentum": lambda: tf.train.MomentumOptimizer(0.1, 0.9),
    "adam": lambda: tf.train.AdamOptimizer(0.01),
}


class Model:
    def __init__(self, optimizer):
        self.graph = tf.Graph()
        with self.graph.as_default():
            tf.set_random_seed(7)
            self.x = tf.placeholder(tf.float32, [None, 20], name="x")
            self.labels = tf.placeholder(tf.float32, [None, 5], name="labels")
            self.keep = tf.placeholder(tf.float32, [], name="keep")
            w1 = tf.Variable(tf.truncated_normal([20, 16], stddev=0.1), name="w1")
            b1 = tf.Variable(tf.zeros([16]), name="b1")
            w2 = tf.Variable(tf.truncated_normal([16, 5], stddev=0.1), name="w2")
            hidden = tf.nn.relu(tf.matmul(self.x, w1) + b1)
            self.hidden = tf.nn.dropout(hidden, rate=1 - self.keep, name="dropout")
            scores = tf.matmul(self.hidden, w2)
            cross = tf.nn.softmax_cross_entropy_with_logits(logits=scores, labels=self.labels)
            self.loss = tf.reduce_mean(cross, name="loss")
            self.train = OPTIMIZERS[optimizer]().minimize(self.loss, name="train")
            self.init = tf.global_variables_initializer()
            self.saver = tf.train.Saver()
        self.session = tf.Session(graph=self.graph)

    def steps(self, feeds, numbers, keep):
        losses = []
        for number in numbers:
            fed = {self.x: feeds["x"][number], self.labels: feeds["labels"][number],
                   self.keep: keep}
            losses.append(self.session.run([self.loss, self.train], fed)[0])
        return np.array(losses)

    def restore(self, prefix):
        self.saver.restore(self.session, prefix)


def start(folder, optimizer):
    random = np.random.RandomState(3)
    classes = random.randint(0, 5, (20, 12))
    feeds = {"x": random.randn(20, 12, 20).astype("f4"), "labels": np.eye(5, dtype="f4")[classes]}
    np.savez(folder + "/feeds.npz", **feeds)
    model = Model(optimizer)
    with open(folder + "/graph.pb", "wb") as file:
        file.write(model.graph.as_graph_def().SerializeToString())
    model.session.run(model.init)
    with model.graph.as_default():
        names = [v.op.name for v in tf.global_variables()]
        initial = dict(zip(names, model.session.run(tf.global_variables())))
    results = {"initial/" + name: value for name, value in initial.items()}
    results["before"] = model.steps(feeds, range(10), 0.75)
    prefix = model.saver.save(model.session, folder + "/tensorflow/model", global_step=10)
    results["after"] = model.steps(feeds, range(10, 20), 0.75)
    model.restore(prefix)
    # Without masks, for a program that has streams of its own.
    results["after_without_masks"] = model.steps(feeds, range(10, 20), 1.0)
    np.savez(folder + "/results.npz", **results)


def go_on(folder, optimizer):
    feeds, results = np.load(folder + "/feeds.npz"), np.load(folder + "/results.npz")
    model = Model(optimizer)
    model.session.run(model.init)
    # The masks of the steps before are drawn, what they led to is replaced.
    model.steps(feeds, range(10), 0.75)
    model.restore(folder + "/weft/model-10")
    losses = model.steps(feeds, range(10, 20), 0.75)
    difference = np.abs(losses - results["after"]) / np.abs(results["after"])
    print(f"{optimizer}: TensorFlow goes on from Weft's checkpoint, losses differ by "
          f"{difference.max():.1e}")
    assert difference.max() < 1e-4, (losses, results["after"])


if __name__ == "__main__":
    {"start": start, "continue": go_on}[sys.argv[1]](*sys.argv[2:])
