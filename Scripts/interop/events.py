#!/usr/bin/env python3
"""TensorBoard reads Weft's logs (pip install tensorboard).

Usage: events.py FOLDER
FOLDER is what an example wrote under --log-dir. Its event files are read by TensorBoard's own reader,
and its HTTP interface is asked for the same.
"""
import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def read(folder):
    accumulator = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    tags = accumulator.Tags()
    print({key: value for key, value in tags.items() if value})
    assert "loss" in tags["scalars"], tags
    losses = accumulator.Scalars("loss")
    assert [e.step for e in losses] == sorted({e.step for e in losses}), "steps are not in order"
    assert tags["histograms"] and tags["images"], tags
    for tag in tags["histograms"]:
        value = accumulator.Histograms(tag)[-1].histogram_value
        assert sum(value.bucket) == value.num > 0, tag
    image = accumulator.Images(tags["images"][0])[0]
    assert image.encoded_image_string.startswith(b"\x89PNG") and image.width == 28
    return tags, [(e.step, e.value) for e in losses]


class TensorBoard:
    """A server over a folder of runs, until the end of a with statement."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--port", str(port),
             "--load_fast", "false"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Started by a test runner it inherits a mask that holds milder signals back.
        self.server.kill()
        self.server.wait()

    def get(self, path, **query):
        data = None
        if "body" in query:
            data = json.dumps(query.pop("body")).encode()
        headers = {"Content-Type": "application/json"}
        url = f"{self.address}/data/{path}?" + urllib.parse.urlencode(query)
        request = urllib.request.Request(url, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def ask(self, path, **query):
        return json.loads(self.get("plugin/" + path, **query))

    def wait(self):
        """Until it answers and has found a run."""
        for _ in range(240):
            try:
                if json.loads(self.get("runs")):
                    return
            except OSError:
                pass
            time.sleep(0.25)
        raise TimeoutError("TensorBoard does not answer")


def serve(folder, tags, losses):
    parent, run = os.path.split(folder.rstrip("/"))
    with TensorBoard(parent) as board:
        board.wait()
        answered = None
        wanted = [[s, float(v)] for s, v in losses]
        for _ in range(120):
            # TensorBoard answers while it is still loading.
            try:
                answered = [row[1:] for row in board.ask("scalars/scalars", run=run, tag="loss")]
                if answered == wanted:
                    break
            except OSError:
                pass
            time.sleep(0.5)
        assert answered == wanted, (answered, wanted)
        for tag in tags["histograms"]:
            assert board.ask("histograms/histograms", run=run, tag=tag), tag
        for tag in board.ask("images/tags")[run]:
            assert board.ask("images/images", run=run, tag=tag, sample=0), tag
        assert run in board.ask("text/tags") and board.ask("text/tags")[run], "no texts"
        experiment = board.ask("hparams/experiment", body={"experimentName": ""})
        names = {info["name"] for info in experiment["hparamInfos"]}
        assert "learning rate" in names, names
        print("TensorBoard serves scalars, histograms, images, texts and hyper-parameters", names)
        info = board.ask("graphs/info")[run]
        if info["run_graph"]:
            graph = board.get("plugin/graphs/graph", run=run).decode()
            assert 'op: "MatMul"' in graph, graph[:500]
            tagged = list(info["tags"])
            assert tagged, "no run metadata"
            metadata = board.get("plugin/graphs/run_metadata", run=run, tag=tagged[0]).decode()
            assert "op_end_rel_micros" in metadata, metadata[:500]
            print("TensorBoard serves the graph and the times of", tagged)


if __name__ == "__main__":
    found, values = read(sys.argv[1])
    serve(sys.argv[1], found, values)
