"""Time what the benchmark times beside training steps, in the peer frameworks.

    python operations.py --framework tf1|torch|torch-compile|jax --workload chain,softmax

The same list as in Sources/weft-bench/Operations.swift; data made here. Every call ends with the
result on the host. `start` builds mlp1024 and runs one step, to time the whole process from outside.
"""
import argparse, json, os, resource, statistics, time

# name -> calls between two looks at the clock
STEPS = {"inference10k": 5, "empty": 2000, "chain": 10, "reduction": 40, "squares": 40, "softmax": 10, "batchmatmul": 40,
         "start": 1}


def matrix(*shape):
    import numpy as np
    return np.random.default_rng(1).standard_normal(shape, dtype=np.float32)


def layers():
    return [(matrix(a, b) * (2 / a) ** 0.5, matrix(b) * 0) for a, b in [(784, 1024), (1024, 10)]]


def tf1(name):
    import tensorflow.compat.v1 as tf
    with tf.Graph().as_default() as graph:
        feed, after = {}, ()
        if name == "empty":
            result = tf.no_op()
        elif name in ("inference10k", "start"):
            h = x = tf.placeholder(tf.float32, [None, 784])
            feed = {x: matrix(10000 if name == "inference10k" else 128, 784)}
            variables = [(tf.Variable(w), tf.Variable(b)) for w, b in layers()]
            for i, (w, b) in enumerate(variables):
                h = tf.matmul(h, w) + b
                h = h if i else tf.nn.relu(h)
            result = tf.nn.softmax(h)
            if name == "start":
                loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=h, labels=tf.fill([128, 10], 0.1)))
                after = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
                result = [loss, after]
        elif name == "batchmatmul":
            result = tf.matmul(tf.Variable(matrix(64, 128, 128)), tf.Variable(matrix(64, 128, 128)))
        else:
            x = tf.Variable(matrix(10000, 1000))
            if name == "chain":
                c = tf.nn.relu((x * 1.1 + 0.3) * x - 0.2) * 0.9
                result = tf.sqrt(tf.maximum(c + x, 0.1)) * x
            elif name == "squares":
                result = tf.reduce_mean(tf.square(x - 0.5))
            else:
                result = tf.reduce_mean(x, 1) if name == "reduction" else tf.nn.softmax(x)
        session = tf.Session(graph=graph)
        session.run(tf.global_variables_initializer())
    return lambda: session.run(result, feed)


def torch_operation(name, compiled):
    import torch
    torch.set_num_threads(os.cpu_count())
    if name in ("inference10k", "start"):
        x = torch.from_numpy(matrix(10000 if name == "inference10k" else 128, 784))
        parameters = [torch.from_numpy(p) for pair in layers() for p in pair]
        w1, b1, w2, b2 = parameters

        def f():
            return torch.softmax(torch.addmm(b2, torch.relu(torch.addmm(b1, x, w1)), w2), 1)
        if name == "start":
            for p in parameters:
                p.requires_grad_()
            optimizer = torch.optim.SGD(parameters, 0.1)

            def step():
                h = torch.addmm(b2, torch.relu(torch.addmm(b1, x, w1)), w2)
                loss = torch.nn.functional.cross_entropy(h, torch.full((128, 10), 0.1))
                loss.backward()
                optimizer.step()
                return loss.item()
            return step
    elif name == "batchmatmul":
        a, b = torch.from_numpy(matrix(64, 128, 128)), torch.from_numpy(matrix(64, 128, 128))

        def f():
            return torch.bmm(a, b)
    elif name == "empty":
        return None
    else:
        x = torch.from_numpy(matrix(10000, 1000))

        def f():
            if name == "chain":
                c = torch.relu((x * 1.1 + 0.3) * x - 0.2) * 0.9
                return torch.sqrt(torch.clamp_min(c + x, 0.1)) * x
            if name == "squares":
                return torch.square(x - 0.5).mean()
            return x.mean(1) if name == "reduction" else torch.softmax(x, 1)
    call = torch.compile(f) if compiled else f

    def run():
        with torch.no_grad():
            return call().numpy()
    return run


def jax_operation(name):
    import jax
    import jax.numpy as jnp
    import numpy as np
    if name in ("inference10k", "start"):
        images = matrix(10000 if name == "inference10k" else 128, 784)
        parameters = [(jnp.asarray(w), jnp.asarray(b)) for w, b in layers()]

        def logits(p, x):
            (w1, b1), (w2, b2) = p
            return jax.nn.relu(x @ w1 + b1) @ w2 + b2
        if name == "inference10k":
            f = jax.jit(lambda p, x: jax.nn.softmax(logits(p, x)))
            return lambda: np.asarray(f(parameters, images))

        def update(p, x):
            loss, g = jax.value_and_grad(lambda p: -(0.1 * jax.nn.log_softmax(logits(p, x))).sum(1).mean())(p)
            return jax.tree_util.tree_map(lambda a, b: a - 0.1 * b, p, g), loss
        f = jax.jit(update)
        return lambda: float(f(parameters, images)[1])
    if name == "empty":
        f, one = jax.jit(lambda x: x), jnp.float32(1)
        return lambda: f(one).block_until_ready()
    if name == "batchmatmul":
        a, b = jnp.asarray(matrix(64, 128, 128)), jnp.asarray(matrix(64, 128, 128))
        f = jax.jit(lambda a, b: a @ b)
        return lambda: np.asarray(f(a, b))
    x = jnp.asarray(matrix(10000, 1000))

    def body(x):
        if name == "chain":
            c = jax.nn.relu((x * 1.1 + 0.3) * x - 0.2) * 0.9
            return jnp.sqrt(jnp.maximum(c + x, 0.1)) * x
        if name == "squares":
            return jnp.square(x - 0.5).mean()
        return x.mean(1) if name == "reduction" else jax.nn.softmax(x)
    f = jax.jit(body)
    return lambda: np.asarray(f(x))


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--framework", required=True, choices=["tf1", "torch", "torch-compile", "jax"])
    cli.add_argument("--workload", required=True)
    cli.add_argument("--repeats", type=int, default=5)
    cli.add_argument("--data", default="", help="not used: the data are made here")
    args = cli.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    if args.framework == "tf1":
        import tensorflow.compat.v1 as tf
        tf.disable_eager_execution()
    make = {"tf1": tf1, "jax": jax_operation, "torch": lambda n: torch_operation(n, False),
            "torch-compile": lambda n: torch_operation(n, True)}[args.framework]
    for name in args.workload.split(","):
        call, steps, times = make(name), STEPS[name], []
        if call is None:
            continue
        if name == "start":
            call()
            times = [0.0]
        else:
            for _ in range(max(min(steps, 20), steps // 5)):
                call()
            for _ in range(args.repeats):
                began = time.perf_counter()
                for _ in range(steps):
                    call()
                times.append((time.perf_counter() - began) / steps * 1e6)
        print(json.dumps({"framework": args.framework, "device": "cpu", "workload": name,
                          "us_per_step": round(statistics.median(times), 3), "us_min": round(min(times), 3),
                          "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}), flush=True)


if __name__ == "__main__":
    main()
