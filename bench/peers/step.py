"""Times training steps of the dense supernet in PyTorch and prints one line of JSON, as `zodarts-step` does."""

import argparse
import json
import time

import torch
from torch.nn import functional as F

from networks import EDGES, MEMORY_FORMATS, OPERATIONS, supernet

UNTIMED = 2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--side", type=int, default=28)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=9, help="steps to time, after two that are not")
    parser.add_argument("--memory-format", choices=MEMORY_FORMATS, default="contiguous")
    parser.add_argument("--compile", action="store_true", help="compile the network; it takes minutes, untimed")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    memory_format = MEMORY_FORMATS[args.memory_format]
    net = supernet().to(memory_format=memory_format)
    run = torch.compile(net) if args.compile else net
    images = torch.rand(args.batch, 1, args.side, args.side).contiguous(memory_format=memory_format)
    labels = torch.arange(args.batch) % 2
    mixture = torch.full((len(EDGES), len(OPERATIONS)), 1 / len(OPERATIONS), requires_grad=True)
    sgd = torch.optim.SGD(net.parameters(), lr=0.025, momentum=0.9, nesterov=True, weight_decay=3e-4, foreach=True)

    def step():
        mixture.grad = None
        sgd.zero_grad()
        loss = F.cross_entropy(run(images, mixture), labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5, foreach=True)
        sgd.step()
        return loss.item()

    milliseconds = []
    for index in range(args.steps + UNTIMED):
        start = time.perf_counter()
        loss = step()
        if index >= UNTIMED:
            milliseconds.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"milliseconds": milliseconds, "loss": loss}))


if __name__ == "__main__":
    main()
