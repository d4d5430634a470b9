"""Train the networks of the mnist example in TensorFlow 1's graph mode, on the same images.

    swift run -c release mnist --data DIR --export-split split
    python3 Benchmarks/peers/mnist_tf.py split --run mlp --seeds 1 2 3

Prints a line for each run. Needs TensorFlow 2.x (its compat.v1) or 1.15, and NumPy.
"""
import argparse
import gzip
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

# The settings of the example's presets: hidden units, first weights, optimizer, beta, decay of the
# weights' averages, images in a batch, length.
RUNS = {
    "logistic": dict(
        hidden=[], start="zeros", adam=False, beta=0.0, average=0.0, batch=100, epochs=100, steps=None),
    "mlp": dict(
        hidden=[256, 100], start="he", adam=True, beta=5e-5, average=0.999, batch=100, epochs=None,
        steps=10_000),
    "deep": dict(
        hidden=[256, 256], start="glorot", adam=False, beta=0.0, average=0.0, batch=2, epochs=60,
        steps=None),
}


def idx(path):
    with gzip.open(path) as file:
        data = file.read()
    dimensions = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(dimensions)


def part(folder, name):
    images = idx(f"{folder}/{name}-images-idx3-ubyte.gz")
    labels = idx(f"{folder}/{name}-labels-idx1-ubyte.gz")
    pixels = images.reshape(len(images), -1).astype(np.float32) / 255
    return pixels, np.eye(10, dtype=np.float32)[labels]


def first(start, inputs, outputs):
    if start == "zeros":
        return tf.zeros([inputs, outputs])
    if start == "he":
        return tf.random_normal([inputs, outputs], stddev=(2 / inputs) ** 0.5)
    return tf.glorot_uniform_initializer()([inputs, outputs])


def run(train_part, test_part, seed, hidden, start, adam, beta, average, batch, epochs, steps):
    """The test accuracies of the weights and, where there are any, of their averages; the seconds."""
    (x_train, y_train), (x_test, y_test) = train_part, test_part
    steps = steps or epochs * (len(x_train) // batch)
    with tf.Graph().as_default():
        tf.set_random_seed(seed)
        x = tf.placeholder(tf.float32, [None, x_train.shape[1]])
        y = tf.placeholder(tf.float32, [None, 10])
        sizes = [x_train.shape[1], *hidden, 10]
        values, penalty = x, 0.0
        for index, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
            weights = tf.Variable(first(start, inputs, outputs))
            values = tf.matmul(values, weights) + tf.Variable(tf.zeros([outputs]))
            penalty = penalty + tf.nn.l2_loss(weights)
            if index < len(hidden):
                values = tf.nn.relu(values)
        loss = tf.reduce_mean(
            tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=values))
        if beta > 0:
            loss = loss + beta * penalty
        optimizer = (
            tf.train.AdamOptimizer(0.001) if adam else tf.train.GradientDescentOptimizer(0.01))
        step = tf.train.get_or_create_global_step()
        train = optimizer.minimize(loss, global_step=step)
        averages = tf.train.ExponentialMovingAverage(average, num_updates=step)
        if average > 0:
            weights = tf.trainable_variables()
            with tf.control_dependencies([train]):
                train = averages.apply(weights)
            use_averages = [w.assign(averages.average(w)) for w in weights]
        hits = tf.equal(tf.argmax(values, 1), tf.argmax(y, 1))
        accuracy = tf.reduce_mean(tf.cast(hits, tf.float32))
        generator, order = np.random.default_rng(seed), np.empty(0, int)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            begin = time.monotonic()
            for _ in range(steps):
                if len(order) < batch:
                    order = np.concatenate([order, generator.permutation(len(x_train))])
                rows, order = order[:batch], order[batch:]
                session.run([train, loss], {x: x_train[rows], y: y_train[rows]})
            seconds = time.monotonic() - begin
            found = [float(session.run(accuracy, {x: x_test, y: y_test}))]
            if average > 0:
                session.run(use_averages)
                found.append(float(session.run(accuracy, {x: x_test, y: y_test})))
            return found, seconds


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("split", help="the folder that the example's --export-split wrote")
    options.add_argument("--run", default="mlp", choices=list(RUNS))
    options.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    arguments = options.parse_args()
    parts = part(arguments.split, "train"), part(arguments.split, "test")
    for seed in arguments.seeds:
        accuracies, seconds = run(*parts, seed, **RUNS[arguments.run])
        text = ", with averaged weights ".join(f"{accuracy:.2%}" for accuracy in accuracies)
        print(
            f"{arguments.run}, seed {seed}: test accuracy {text}, in {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    main()
