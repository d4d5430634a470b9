#!/usr/bin/env python3
"""Time a training step of each workload in Weft and, where installed, in its peers.

Every framework and workload is a process of its own; they take turns, so that what else the machine
does falls on all alike. Prints a table of medians and of ratios (peer's time over Weft's: above 1
Weft is faster) and writes it as JSON to Benchmarks/results.
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
WORKLOADS = ["logistic", "logistic-l2", "mlp1024-l2", "mlp1024-drop", "adam256", "book256",
             "momentum512", "wide4096", "lenet"]
PEERS = ["tf1", "torch", "torch-compile", "jax"]


def measure(command):
    done = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        return None
    return json.loads(lines[-1])


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--weft", default=os.path.join(HERE, "..", ".build-bench", "release", "weft-bench"))
    cli.add_argument("--python", help="a Python with the peers; without it only Weft is timed")
    cli.add_argument("--data", default="", help="folder with MNIST's IDX files")
    cli.add_argument("--workloads", default=",".join(WORKLOADS))
    cli.add_argument("--peers", default=",".join(PEERS))
    cli.add_argument("--rounds", type=int, default=3)
    cli.add_argument("--out", default=os.path.join(HERE, "results", "cpu.json"))
    args = cli.parse_args()
    frameworks = ["weft"] + (args.peers.split(",") if args.python else [])
    times = {}
    for _ in range(args.rounds):
        for workload in args.workloads.split(","):
            for framework in frameworks:
                tail = ["--workload", workload, "--repeats", "3"] + (["--data", args.data] if args.data else [])
                head = ([args.weft] if framework == "weft" else
                        [args.python, os.path.join(HERE, "peers", "peers.py"), "--framework", framework])
                result = measure(head + tail)
                if result:
                    times.setdefault(workload, {}).setdefault(framework, []).append(result)
                print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    table = {}
    for workload, row in times.items():
        table[workload] = {f: {"us_per_step": round(statistics.median(r["us_per_step"] for r in runs), 1),
                               "us_min": min(r["us_min"] for r in runs),
                               "peak_mb": max(r["peak_mb"] for r in runs)} for f, runs in row.items()}
    present = [f for f in frameworks if any(f in row for row in table.values())]
    print("| workload | " + " | ".join("%s us" % f for f in present) + " | "
          + " | ".join("%s / weft" % f for f in present[1:]) + " |")
    print("|---" * (len(present) * 2) + "|")
    for workload, row in table.items():
        ours = row.get("weft", {}).get("us_per_step")
        cells = ["{:,.0f}".format(row[f]["us_per_step"]) if f in row else "–" for f in present]
        ratios = ["%.2f" % (row[f]["us_per_step"] / ours) if f in row and ours else "–" for f in present[1:]]
        print("| " + " | ".join([workload] + cells + ratios) + " |")
    os.makedirs(os.path.dirname(args.out), exist_ok=True)
    with open(args.out, "w") as file:
        json.dump({"machine": platform.processor() or platform.machine(), "cores": os.cpu_count(),
                   "date": time.strftime("%Y-%m-%d"), "rounds": args.rounds, "workloads": table}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
