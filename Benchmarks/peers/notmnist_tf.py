"""Train the networks of the notmnist example in TensorFlow 1's graph mode, on the same images.

    swift run -c release notmnist --data DIR --export-split split
    python3 Benchmarks/peers/notmnist_tf.py split --seeds 1 2 3

Prints a line for each run and a table of mean test accuracies. Needs TensorFlow 2.x (its compat.v1)
or 1.15, and NumPy.
"""
import argparse
import gzip
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

# The settings of the example's presets: hidden units, weight start, rate decay, beta, keep.
RUNS = {
    "logistic": dict(hidden=[], he=False, decay=False, beta=0.0, keep=1.0),
    "mlp": dict(hidden=[1024], he=False, decay=False, beta=0.0, keep=1.0),
    "mlp + L2": dict(hidden=[1024], he=False, decay=False, beta=0.005, keep=1.0),
    "mlp + dropout": dict(hidden=[1024], he=False, decay=False, beta=0.0, keep=0.5),
    "deep": dict(hidden=[1024, 300, 50], he=True, decay=True, beta=0.0, keep=0.5),
}


def idx(path):
    with gzip.open(path) as file:
        data = file.read()
    dimensions = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(dimensions)


def part(folder, name):
    images = idx(f"{folder}/{name}-images-idx3-ubyte.gz")
    labels = idx(f"{folder}/{name}-labels-idx1-ubyte.gz")
    pixels = (images.reshape(len(images), -1).astype(np.float32) - 127.5) / 255
    return pixels, np.eye(10, dtype=np.float32)[labels]


def run(split, seed, steps, batch, hidden, he, decay, beta, keep):
    (x_train, y_train), (x_test, y_test) = split["train"], split["test"]
    graph = tf.Graph()
    with graph.as_default():
        tf.set_random_seed(seed)
        x = tf.placeholder(tf.float32, [None, x_train.shape[1]])
        y = tf.placeholder(tf.float32, [None, 10])
        sizes = [x_train.shape[1], *hidden, 10]
        weights, biases = [], []
        for inputs, outputs in zip(sizes, sizes[1:]):
            if he:
                first = tf.random_normal([inputs, outputs], stddev=(2 / inputs) ** 0.5)
            else:
                first = tf.truncated_normal([inputs, outputs])
            weights.append(tf.Variable(first))
            biases.append(tf.Variable(tf.zeros([outputs])))

        def scores(values, keep):
            for index, (w, b) in enumerate(zip(weights, biases)):
                values = tf.matmul(values, w) + b
                if index < len(weights) - 1:
                    values = tf.nn.relu(values)
                    if keep < 1:
                        values = tf.nn.dropout(values, rate=1 - keep)
            return values

        loss = tf.reduce_mean(
            tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=scores(x, keep)))
        if beta > 0:
            loss = loss + beta * tf.add_n([tf.nn.l2_loss(w) for w in weights])
        step = tf.Variable(0, trainable=False)
        rate = tf.train.exponential_decay(0.5, step, 1000, 0.9) if decay else 0.5
        train = tf.train.GradientDescentOptimizer(rate).minimize(loss, global_step=step)
        hits = tf.equal(tf.argmax(scores(x, 1), 1), tf.argmax(y, 1))
        accuracy = tf.reduce_mean(tf.cast(hits, tf.float32))

        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            start = time.monotonic()
            for index in range(steps):
                offset = (index * batch) % (len(x_train) - batch)
                rows = slice(offset, offset + batch)
                session.run([train, loss], {x: x_train[rows], y: y_train[rows]})
            seconds = time.monotonic() - start
            return float(session.run(accuracy, {x: x_test, y: y_test})), seconds


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("split", help="the folder that the example's --export-split wrote")
    options.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    options.add_argument("--steps", type=int, default=3001)
    options.add_argument("--batch-size", type=int, default=128)
    options.add_argument("--runs", nargs="+", default=list(RUNS), choices=list(RUNS))
    arguments = options.parse_args()
    split = {name: part(arguments.split, name) for name in ["train", "test"]}
    rows = []
    for name in arguments.runs:
        results = []
        for seed in arguments.seeds:
            accuracy, seconds = run(
                split, seed, arguments.steps, arguments.batch_size, **RUNS[name])
            print(f"{name}, seed {seed}: test accuracy {accuracy:.2%} in {seconds:.1f} s", flush=True)
            results.append((accuracy, seconds))
        figures = " ".join(f"{100 * accuracy:.1f}" for accuracy, _ in results)
        mean = np.mean([accuracy for accuracy, _ in results])
        rows.append(f"| {name} | {figures} | {100 * mean:.1f} |")
    print("\n| model | test accuracy by seed | mean |\n|---|---|---|\n" + "\n".join(rows))


if __name__ == "__main__":
    main()
