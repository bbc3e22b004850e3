"""ZO-DARTS+ in PyTorch, with the protocol of `zodarts search`: one line of JSON an epoch.

Both chains of a round take the same batches; the perturbed chain is an exact copy of the main one, momentum included. They run
one after the other, each with all of PyTorch's threads. Optimisers work on all tensors at once (`foreach`), images are resized
and padded once, and a batch is cut out of them by one indexing operation.
"""

import argparse
import json
import math
import time

import numpy as np
import torch
from torch.nn import functional as F

from networks import EDGES, MEMORY_FORMATS, OPERATIONS, supernet

ROUND = 10  # T, weight steps a round
MU = 0.1
TEMPERATURE, ANNEAL_FACTOR, ANNEAL_EVERY = 1.5, 0.75, 5
RATE, RATE_END = 0.1, 0.001
CLIP = 5


def sparsemax(z):
    """Projection of each row onto the simplex (Martins & Astudillo, 2016)."""
    ordered = z.sort(dim=1, descending=True).values
    sums = ordered.cumsum(1)
    counts = torch.arange(1, z.shape[1] + 1)
    support = (1 + counts * ordered > sums).sum(1, keepdim=True)
    threshold = (sums.gather(1, support - 1) - 1) / support
    return (z - threshold).clamp(min=0)


class Images:
    """Images of a MedMNIST file, resized and padded; batches are random crops, mirrored at random."""

    def __init__(self, path, side, memory_format):
        with np.load(path) as data:
            images = np.concatenate([data["train_images"], data["val_images"]])
            labels = np.concatenate([data["train_labels"], data["val_labels"]])
        images = torch.from_numpy(images).float().div_(255)[:, None]
        if images.shape[-1] != side:
            images = F.interpolate(images, size=(side, side), mode="bilinear", align_corners=False)
        self.side, self.padding = side, side // 8
        self.padded = F.pad(images, [self.padding] * 4)[:, 0]
        self.labels = torch.from_numpy(labels[:, 0].astype(np.int64))
        self.memory_format = memory_format

    def halves(self, generator):
        """Two halves of all images, stratified by class."""
        first, second = [], []
        for label in self.labels.unique():
            members = (self.labels == label).nonzero()[:, 0]
            members = members[torch.randperm(len(members), generator=generator)]
            # Odd classes give their extra image to the half that is behind.
            cut = (len(members) + (len(first) <= len(second))) // 2
            first += members[:cut].tolist()
            second += members[cut:].tolist()
        return torch.tensor(first), torch.tensor(second)

    def batch(self, indices, generator):
        """Augmented images and their labels."""
        count = len(indices)
        offsets = torch.randint(2 * self.padding + 1, (2, count, 1), generator=generator)
        pixels = torch.arange(self.side)
        mirrored = torch.rand(count, 1, generator=generator) < 0.5
        rows, columns = offsets[0] + pixels, offsets[1] + torch.where(mirrored, pixels.flip(0), pixels)
        images = self.padded[indices[:, None, None], rows[:, :, None], columns[:, None, :]][:, None]
        return images.contiguous(memory_format=self.memory_format), self.labels[indices]


class Chain:
    """A supernet and its optimiser."""

    def __init__(self, build):
        self.net = build()
        self.parameters = list(self.net.parameters())
        self.sgd = torch.optim.SGD(
            self.parameters, lr=RATE, momentum=0.9, nesterov=True, weight_decay=3e-4, foreach=True
        )

    def momenta(self):
        return [self.sgd.state[p]["momentum_buffer"] for p in self.parameters if p in self.sgd.state]

    @torch.no_grad()
    def copy_from(self, other):
        """Becomes an exact copy, momentum included. Both chains have taken equally many steps."""
        torch._foreach_copy_(self.parameters, other.parameters)
        if momenta := other.momenta():
            torch._foreach_copy_(self.momenta(), momenta)

    def descend(self, batch, mixture, rate):
        """One step of SGD."""
        images, labels = batch
        self.sgd.param_groups[0]["lr"] = rate
        self.sgd.zero_grad()
        loss = F.cross_entropy(self.net(images, mixture), labels)
        loss.backward()
        for parameter in self.parameters:
            if parameter.grad is None:  # Not computed; momentum and weight decay move it all the same.
                parameter.grad = torch.zeros_like(parameter)
        torch.nn.utils.clip_grad_norm_(self.parameters, CLIP, foreach=True)
        self.sgd.step()
        return loss.item()


class Search:
    """The state of a search."""

    def __init__(self, args):
        self.args = args
        self.random = torch.Generator().manual_seed(args.seed)
        memory_format = MEMORY_FORMATS[args.memory_format]
        self.images = Images(args.data, args.side, memory_format)
        self.training, self.validation = self.images.halves(self.random)
        classes = int(self.images.labels.max()) + 1

        def build():
            net = supernet(classes, args.channels, args.cells, args.support_only)
            return net.to(memory_format=memory_format)

        self.main, self.perturbed = Chain(build), Chain(build)
        shape = (len(EDGES), len(OPERATIONS))
        self.alpha = (1e-3 * torch.randn(shape, generator=self.random)).requires_grad_()
        self.adam = torch.optim.Adam([self.alpha], lr=1.5e-2, betas=(0.5, 0.999), weight_decay=1e-3)

    def shuffled(self, half):
        return half[torch.randperm(len(half), generator=self.random)].split(self.args.batch)

    def epoch(self, epoch):
        """Rounds of even length over all training batches."""
        batches, validation = self.shuffled(self.training), self.shuffled(self.validation)
        rounds = math.ceil(len(batches) / ROUND)
        temperature = TEMPERATURE * ANNEAL_FACTOR ** (epoch // ANNEAL_EVERY)
        cosine = (1 + math.cos(math.pi * epoch / self.args.schedule)) / 2
        rate = RATE_END + (RATE - RATE_END) * cosine
        losses, live = [], 0
        for index in range(rounds):
            steps = batches[index * len(batches) // rounds : (index + 1) * len(batches) // rounds]
            training = [self.images.batch(indices, self.random) for indices in steps]
            closing = self.images.batch(validation[index % len(validation)], self.random)
            live = self.live(temperature)
            losses += self.round(training, closing, temperature, rate)
        return {"train_loss": sum(losses) / len(losses), "live_operations": live, "temperature": temperature}

    def round(self, training, closing, temperature, rate):
        """T steps of both chains, then one step of α (the ZO-DARTS+ paper, eq. 6)."""
        direction = torch.randn(self.alpha.shape, generator=self.random)
        direction /= direction.norm()
        self.perturbed.copy_from(self.main)
        with torch.no_grad():
            mixture = sparsemax(self.alpha / temperature)
            perturbed_mixture = sparsemax((self.alpha + MU * direction) / temperature)
        losses = [self.main.descend(batch, mixture, rate) for batch in training]
        for batch in training:
            self.perturbed.descend(batch, perturbed_mixture, rate)
        slope = self.slope(closing, direction, temperature)
        self.alpha.grad = slope * direction
        self.adam.step()
        return losses

    def slope(self, closing, direction, temperature):
        """∂L/∂α·u + ((w̃ − w)/μ)·∂L/∂w on the validation batch."""
        images, labels = closing
        main = self.main.parameters
        loss = F.cross_entropy(self.main.net(images, sparsemax(self.alpha / temperature)), labels)
        by_alpha, *by_weights = torch.autograd.grad(loss, [self.alpha, *main], materialize_grads=True)
        with torch.no_grad():
            moved = torch._foreach_sub(self.perturbed.parameters, main)
            through_weights = sum(product.sum() for product in torch._foreach_mul(moved, by_weights))
            return (by_alpha * direction).sum() + through_weights / MU

    @torch.no_grad()
    def live(self, temperature):
        """Operations other than `none` of positive weight."""
        return int((sparsemax(self.alpha / temperature)[:, 1:] > 0).sum())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="a MedMNIST .npz file of one-channel images with one label each")
    parser.add_argument("--epochs", type=int, default=50, help="epochs to run")
    parser.add_argument("--schedule", type=int, default=50, help="epochs that the learning rate is planned for")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--cells", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--memory-format", choices=MEMORY_FORMATS, default="contiguous")
    parser.add_argument("--support-only", action="store_true", help="leave out operations of weight zero, as zodarts does")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    search = Search(args)
    for epoch in range(args.epochs):
        start = time.perf_counter()
        record = search.epoch(epoch)
        seconds = time.perf_counter() - start
        alpha = [[round(value, 5) for value in row] for row in search.alpha.tolist()]
        print(json.dumps({"epoch": epoch, "seconds": seconds, **record, "alpha": alpha}), flush=True)


if __name__ == "__main__":
    main()
