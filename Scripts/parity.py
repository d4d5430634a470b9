#!/usr/bin/env python3
"""Counts the cases of the op corpus that tests found to agree with TensorFlow.

Usage: parity.py NOTES MANIFEST
NOTES has lines `agrees|differs ours|graph OPERATION CASE`, one for each case, device and run; a case
counts if none of its lines differs. Exits 1 if a case that was tried differs.
"""
import collections
import json
import sys

# Cases in which Weft is meant to differ.
MEANT = {
    ("reduce_sum", "017"): "float32 sums lose a 1 beside 1e8; sums here are exact",
}


def main(notes, manifest):
    seen = {"ours": collections.defaultdict(set), "graph": collections.defaultdict(set)}
    with open(notes) as lines:
        for line in lines:
            verdict, kind, operation, case = line.split()
            seen[kind][operation, case].add(verdict)
    with open(manifest) as file:
        operations = json.load(file)["ops"]
    cases = [(op["op"], case["id"], case) for op in operations for case in op["cases"]]
    short = False
    for kind, title, members in [
            ("ours", "our functions and gradients", cases),
            ("graph", "TensorFlow's graphs and gradient nodes", [c for c in cases if c[2].get("graph")])]:
        found = seen[kind]
        if not found:
            print(f"op cases, {title}: not counted, the reference folder is not there")
            continue
        good = [c for c in members if found.get(c[:2]) == {"agrees"}]
        print(f"op cases, {title}: {len(good)} of {len(members)}")
        for op, case, _ in members:
            verdicts = found.get((op, case), set())
            if verdicts == {"agrees"}:
                continue
            reason = MEANT.get((op, case))
            if verdicts and not reason:
                short = True
            print(f"  {op} {case}: {'differs' if verdicts else reason or 'has no function of its own here'}")
    return short


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
