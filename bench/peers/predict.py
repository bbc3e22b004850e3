"""What `zodarts predict` does, with onnxruntime: prints a table of scores. Or, with --latency, times single images.

Imports no more than it needs, so that its start is as quick as it can be.
"""

import argparse
import json
import pathlib
import sys
import time

import numpy as np
import onnxruntime
from PIL import Image

AT_A_TIME = 64
UNTIMED = 20


def session(model, threads):
    """A session with onnxruntime's own choice of everything but threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def image(path):
    """A grey image as 1×H×W values in [0, 1]."""
    with Image.open(path) as file:
        return np.asarray(file.convert("L"), dtype=np.float32)[None] / 255


def predict(net, files):
    """Rows of file, class and scores."""
    print("file,predicted,scores")
    for start in range(0, len(files), AT_A_TIME):
        chunk = files[start : start + AT_A_TIME]
        scores = softmax(net.run(None, {"images": np.stack([image(path) for path in chunk])})[0])
        for path, row in zip(chunk, scores):
            print(path, row.argmax(), *row, sep=",")


def latency(net, calls):
    """Milliseconds of each call on one image."""
    _, channels, height, width = net.get_inputs()[0].shape
    pixels = np.random.default_rng(1).random((1, channels, height, width), dtype=np.float32)
    milliseconds = []
    for call in range(calls + UNTIMED):
        start = time.perf_counter()
        softmax(net.run(None, {"images": pixels})[0])
        if call >= UNTIMED:
            milliseconds.append((time.perf_counter() - start) * 1e3)
    return milliseconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="ONNX file")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--latency", type=int, metavar="CALLS", help="time this many calls instead")
    args = parser.parse_intermixed_args()

    net = session(args.model, args.threads)
    if args.latency:
        print(json.dumps({"milliseconds": latency(net, args.latency)}))
        return
    start = time.perf_counter()
    predict(net, args.files)
    print(json.dumps({"seconds": time.perf_counter() - start}), file=sys.stderr)


if __name__ == "__main__":
    main()
