#!/usr/bin/env python3
"""Time a training step of each workload, and single operations, in Weft and, where installed, in its
peers.

Every framework and workload is a process of its own; they take turns, so that what else the machine
does falls on all alike. Prints a table of medians and of ratios (peer's time over Weft's: above 1
Weft is faster), one of peak memory and of the time from start to first result, and writes all of it
as JSON to Benchmarks/results. `floor` is what no implementation can go below on the machine: the
necessary matrix products alone by Weft's own kernels, or the necessary bytes by the copying speed of
memory.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = ["logistic", "logistic-l2", "mlp1024-l2", "mlp1024-drop", "adam256", "book256",
         "momentum512", "wide4096", "lenet"]
OPERATIONS = ["inference10k", "empty", "start", "chain", "reduction", "squares", "softmax", "batchmatmul"]
failures = []
PEERS = ["tf1", "torch", "torch-compile", "jax"]


def measure(command):
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    wall = time.perf_counter() - began
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode:
        failures.append(command)
        print("\n%s ended with %d:\n%s" % (" ".join(command), done.returncode, done.stderr[-400:]),
              file=sys.stderr)
    if done.returncode or not lines:
        return None
    result = json.loads(lines[-1])
    if result["workload"] == "start":
        result["us_per_step"] = result["us_min"] = wall * 1e6
    return result


def command(args, framework, workload):
    tail = ["--workload", workload, "--repeats", str(args.repeats)]
    if args.device == "gpu" and framework not in ("weft", "floor"):
        tail += ["--device", "gpu"]
    if args.data and workload in STEPS:
        tail += ["--data", args.data]
    if framework in ("weft", "floor"):
        return [args.weft] + tail + (["--floor", "yes"] if framework == "floor" else [])
    script = "peers.py" if workload in STEPS else "operations.py"
    return [args.python, os.path.join(HERE, "peers", script), "--framework", framework] + tail


def gpu_name():
    try:
        return subprocess.run(["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"],
                              capture_output=True, text=True).stdout.strip() or "unknown GPU"
    except OSError:
        return "unknown GPU"


def number(value):
    return "{:,.0f}".format(value) if value >= 100 else "{:.3g}".format(value)


def table(title, rows, frameworks, field):
    """A Markdown table of medians and of ratios to Weft's."""
    peers = [f for f in frameworks if f != "weft"]
    print("\n| " + " | ".join([title] + frameworks + ["%s / weft" % f for f in peers]) + " |")
    print("|---" * (1 + len(frameworks) + len(peers)) + "|")
    for name, row in rows.items():
        ours = row.get("weft", {}).get(field)
        cells = [number(row[f][field]) if field in row.get(f, {}) else "–" for f in frameworks]
        ratios = ["%.2f" % (row[f][field] / ours) if field in row.get(f, {}) and ours else "–"
                  for f in peers]
        print("| " + " | ".join([name] + cells + ratios) + " |")


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--weft", default=os.path.join(HERE, "..", ".build-bench", "release", "weft-bench"))
    cli.add_argument("--python", help="a Python with the peers; without it only Weft is timed")
    cli.add_argument("--data", default="", help="folder with MNIST's IDX files")
    cli.add_argument("--workloads", default=",".join(STEPS + OPERATIONS))
    cli.add_argument("--peers", default=",".join(PEERS))
    cli.add_argument("--device", default="cpu", choices=["cpu", "gpu"])
    cli.add_argument("--rounds", type=int, default=3)
    cli.add_argument("--repeats", type=int, default=3)
    cli.add_argument("--out", default=os.path.join(HERE, "results", "cpu.json"))
    args = cli.parse_args()
    os.environ["WEFT_DEVICE"] = "/%s:0" % args.device
    if args.device == "gpu":
        args.workloads = ",".join(w for w in args.workloads.split(",") if w in STEPS)
    # The floor is the CPU's.
    frameworks = ["weft"] + (["floor"] if args.device == "cpu" else []) + (args.peers.split(",") if args.python else [])
    times = {}
    for turn in range(args.rounds):
        for workload in args.workloads.split(","):
            for framework in frameworks:
                # Compiling takes a minute: once is enough, and not for what is over before.
                if framework == "torch-compile" and (turn > 0 or workload in ("start", "empty")):
                    continue
                result = measure(command(args, framework, workload))
                if result:
                    times.setdefault(workload, {}).setdefault(framework, []).append(result)
                print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    rows = {}
    for workload, row in times.items():
        rows[workload] = {f: {"us_per_step": round(statistics.median(r["us_per_step"] for r in runs), 3),
                              "us_min": min(r["us_min"] for r in runs),
                              "peak_mb": max(r["peak_mb"] for r in runs),
                              **({"device_peak_mb": max(r["device_peak_mb"] for r in runs)}
                                 if all(r.get("device_peak_mb") is not None for r in runs) else {})}
                          for f, runs in row.items()}
    present = [f for f in frameworks if any(f in row for row in rows.values())]
    table("microseconds", rows, present, "us_per_step")
    table("peak MB", rows, [f for f in present if f != "floor"], "peak_mb")
    if args.device == "gpu":
        table("peak MB on the GPU", rows, present, "device_peak_mb")
    os.makedirs(os.path.dirname(os.path.abspath(args.out)), exist_ok=True)
    with open(args.out, "w") as file:
        json.dump({"machine": gpu_name() if args.device == "gpu" else platform.processor() or platform.machine(), "cores": os.cpu_count(),
                   "date": time.strftime("%Y-%m-%d"), "rounds": args.rounds, "workloads": rows}, file, indent=1)
        file.write("\n")
    if failures:
        sys.exit("%d processes failed" % len(failures))


if __name__ == "__main__":
    main()
