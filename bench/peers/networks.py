"""The networks of NAS-Bench-201 in plain eager PyTorch, as the field's public code writes them.

Three choices favour PyTorch: the operation `none` is left out of the sum instead of being multiplied by its weight, sums do
not start with a pass over `0 + x` as Python's `sum` does, and the normalisations of a search cell keep no running statistics,
which a search never reads.
"""

import functools
import operator

import torch
from torch import nn
from torch.nn import functional as F

OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
NONE = OPERATIONS.index("none")
# (source, target), in the order of an architecture string.
EDGES = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]
MEMORY_FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def total(terms):
    """The sum of at least one tensor."""
    return functools.reduce(operator.add, terms)


class ReLUConvBN(nn.Module):
    """ReLU, convolution without bias, normalisation."""

    def __init__(self, c_in, c_out, kernel, stride=1, searched=False):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(c_out, affine=not searched, track_running_stats=not searched)

    def forward(self, x):
        return self.bn(self.conv(F.relu(x)))


def operation(name, channels, searched):
    """One candidate operation."""
    match name:
        case "skip_connect":
            return nn.Identity()
        case "nor_conv_1x1":
            return ReLUConvBN(channels, channels, 1, searched=searched)
        case "nor_conv_3x3":
            return ReLUConvBN(channels, channels, 3, searched=searched)
        case "avg_pool_3x3":
            return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    raise ValueError(f"no operation is called {name}")


class MixedEdge(nn.Module):
    """The sum of all operations, each weighed by its entry of the mixture."""

    def __init__(self, channels):
        super().__init__()
        self.operations = nn.ModuleList(operation(name, channels, True) for name in OPERATIONS[NONE + 1 :])

    def forward(self, x, weights):
        return total(p * op(x) for p, op in zip(weights[NONE + 1 :], self.operations))


class SupportEdge(MixedEdge):
    """The same, but operations of weight zero are not computed."""

    def forward(self, x, weights):
        terms = [p * op(x) for p, op in zip(weights[NONE + 1 :], self.operations) if p > 0]
        return total(terms) if terms else torch.zeros_like(x)


class SearchCell(nn.Module):
    """Four nodes, every earlier node feeding every later one."""

    def __init__(self, channels, edge):
        super().__init__()
        self.edges = nn.ModuleList(edge(channels) for _ in EDGES)

    def forward(self, x, mixture):
        nodes = [x]
        for target in range(1, 4):
            into = [e for e, (_, end) in enumerate(EDGES) if end == target]
            nodes.append(total(self.edges[e](nodes[EDGES[e][0]], mixture[e]) for e in into))
        return nodes[-1]


class Cell(nn.Module):
    """A cell with one operation an edge; edges on no path from input to output are left out."""

    def __init__(self, channels, choice):
        super().__init__()
        useful = on_a_path(choice)
        self.edges = nn.ModuleDict({str(e): operation(choice[e], channels, False) for e in useful})

    def forward(self, x):
        nodes = {0: x}
        for name, op in self.edges.items():
            source, target = EDGES[int(name)]
            value = op(nodes[source])
            nodes[target] = nodes[target] + value if target in nodes else value
        return nodes[3]


def on_a_path(choice):
    """Edges other than `none` that lie on a path from node 0 to node 3."""
    fed, heard = {0}, {3}
    alive = [e for e, name in enumerate(choice) if name != "none"]
    for e in alive:
        if EDGES[e][0] in fed:
            fed.add(EDGES[e][1])
    for e in reversed(alive):
        if EDGES[e][1] in heard:
            heard.add(EDGES[e][0])
    return [e for e in alive if EDGES[e][0] in fed and EDGES[e][1] in heard]


def parse_genotype(text):
    """The operations of an architecture string such as `|nor_conv_3x3~0|+|none~0|skip_connect~1|+|…|`."""
    return [part.split("~")[0] for part in text.replace("+", "").split("|") if part]


class Reduction(nn.Module):
    """Residual block at stride 2 that doubles the channels."""

    def __init__(self, channels):
        super().__init__()
        self.a = ReLUConvBN(channels, 2 * channels, 3, stride=2)
        self.b = ReLUConvBN(2 * channels, 2 * channels, 3)
        self.pool = nn.AvgPool2d(2, ceil_mode=True)
        self.shortcut = nn.Conv2d(channels, 2 * channels, 1, bias=False)

    def forward(self, x):
        return self.b(self.a(x)) + self.shortcut(self.pool(x))


class Skeleton(nn.Module):
    """Stem, three stages of cells with reductions between them, classifier."""

    def __init__(self, cell, classes, channels, cells, input_channels=1):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(input_channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        )
        widths = [channels, 2 * channels, 4 * channels]
        self.stages = nn.ModuleList(nn.ModuleList(cell(width) for _ in range(cells)) for width in widths)
        self.reductions = nn.ModuleList(Reduction(width) for width in widths[:2])
        self.bn = nn.BatchNorm2d(widths[-1])
        self.linear = nn.Linear(widths[-1], classes)

    def forward(self, x, *mixture):
        x = self.stem(x)
        for index, stage in enumerate(self.stages):
            if index > 0:
                x = self.reductions[index - 1](x)
            for cell in stage:
                x = cell(x, *mixture)
        return self.linear(F.relu(self.bn(x)).mean((2, 3)))


def supernet(classes=2, channels=16, cells=3, support_only=False):
    """The network that holds all operations of all edges; called with images and a 6×5 mixture."""
    edge = SupportEdge if support_only else MixedEdge
    return Skeleton(lambda width: SearchCell(width, edge), classes, channels, cells)


def discrete(genotype, classes=2, channels=16, cells=3, input_channels=1):
    """The network of an architecture string; called with images."""
    choice = parse_genotype(genotype)
    return Skeleton(lambda width: Cell(width, choice), classes, channels, cells, input_channels)
