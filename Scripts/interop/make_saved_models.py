#!/usr/bin/env python3
"""Real TensorFlow writes SavedModel directories, with what they answer, for Weft to run.

    make_saved_models.py FOLDER

FOLDER gets tf1/ (ref variables, TensorFlow 1's builder), tf1_resource/ (resource variables), tf2/ (nested
functions, object-graph checkpoint) and keras/ (convolutions, batch normalisation), each with feeds.npz and
expected.npz by the names of the signature `serving_default` beside the directory.
"""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
folder = sys.argv[1]
random = np.random.RandomState(1)


def keep(name, feeds, expected):
    np.savez(os.path.join(folder, name + ".feeds.npz"), **feeds)
    np.savez(os.path.join(folder, name + ".expected.npz"), **expected)


def graph_model(name, resource):
    with tf.Graph().as_default():
        v1.enable_resource_variables() if resource else v1.disable_resource_variables()
        x = v1.placeholder(tf.float32, [None, 6], name="x")
        w = v1.get_variable("dense/w", initializer=random.randn(6, 4).astype("f4"))
        b = v1.get_variable("dense/b", initializer=random.randn(4).astype("f4"))
        scores = tf.nn.softmax(tf.matmul(x, w) + b, name="scores")
        best = tf.argmax(scores, 1, name="best")
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            v1.saved_model.simple_save(
                session, os.path.join(folder, name), {"features": x}, {"scores": scores, "best": best})
            value = random.randn(5, 6).astype("f4")
            s, k = session.run([scores, best], {x: value})
    keep(name, {"features": value}, {"scores": s, "best": k})


def function_model():
    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(random.randn(6, 4).astype("f4"))
            self.b = tf.Variable(random.randn(4).astype("f4"))
            self.calls = tf.Variable(0, dtype=tf.int64)

        @tf.function(input_signature=[tf.TensorSpec([None, 6], tf.float32, name="features")])
        def serve(self, features):
            values, indices = tf.nn.top_k(self.layer(features), 2)
            return {"values": values, "indices": indices}

        @tf.function
        def layer(self, x):
            return tf.nn.relu(self.product(x) + self.b)

        @tf.function
        def product(self, x):
            return tf.matmul(x, self.w)

    model = Model()
    tf.saved_model.save(model, os.path.join(folder, "tf2"), signatures=model.serve)
    value = random.randn(5, 6).astype("f4")
    keep("tf2", {"features": value}, {k: v.numpy() for k, v in model.serve(value).items()})


def keras_model():
    keras = tf.keras
    keras.utils.set_random_seed(3)
    model = keras.Sequential([
        keras.layers.Input((8, 8, 3), name="images"),
        keras.layers.Conv2D(4, 3, padding="same", activation="relu"),
        keras.layers.BatchNormalization(),
        keras.layers.DepthwiseConv2D(3),
        keras.layers.MaxPooling2D(2),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(5, activation="softmax"),
    ])
    model(random.randn(16, 8, 8, 3).astype("f4"), training=True)
    path = os.path.join(folder, "keras")
    model.export(path, verbose=False)
    served = tf.saved_model.load(path).signatures["serving_default"]
    name = list(served.structured_input_signature[1])[0]
    value = random.randn(3, 8, 8, 3).astype("f4")
    keep("keras", {name: value}, {k: v.numpy() for k, v in served(**{name: tf.constant(value)}).items()})


function_model()
keras_model()
graph_model("tf1", False)
graph_model("tf1_resource", True)
