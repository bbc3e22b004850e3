"""The three networks in plain PyTorch: supernet, discrete network and ResNet-18 for 28x28 images.

Module names are the parameter names of the Rust side, and `flat_order` is the order of its flat vector.
"""

import torch
from torch import nn
from torch.nn import functional as F

OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
EDGES = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]
CONVOLUTIONS = {"nor_conv_1x1": ("conv1x1", 1), "nor_conv_3x3": ("conv3x3", 3)}


def conv(c_in, c_out, size, stride=1):
    return nn.Conv2d(c_in, c_out, size, stride, size // 2, bias=False)


def avg_pool(x):
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


def batch_norm_without_affine(x):
    return F.batch_norm(x, None, None, training=True, eps=1e-5)


class MixedEdge(nn.Module):
    """All five operations, weighted by one row of the mixture; BatchNorm without affine parameters."""

    def __init__(self, c):
        super().__init__()
        self.conv1x1 = conv(c, c, 1)
        self.conv3x3 = conv(c, c, 3)

    def forward(self, x, weights):
        active = F.relu(x)
        outputs = [
            torch.zeros_like(x),
            x,
            batch_norm_without_affine(self.conv1x1(active)),
            batch_norm_without_affine(self.conv3x3(active)),
            avg_pool(x),
        ]
        return sum(weight * output for weight, output in zip(weights, outputs))


class SupernetCell(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.edges = nn.ModuleList(MixedEdge(c) for _ in EDGES)

    def forward(self, x, mixture):
        nodes = [x]
        for target in (1, 2, 3):
            incoming = [e for e, edge in enumerate(EDGES) if edge[1] == target]
            nodes.append(sum(self.edges[e](nodes[EDGES[e][0]], mixture[e]) for e in incoming))
        return nodes[3]


class ConvEdge(nn.Module):
    def __init__(self, c, operation):
        super().__init__()
        self.name, size = CONVOLUTIONS[operation]
        self.add_module(self.name, conv(c, c, size))
        self.bn = nn.BatchNorm2d(c)

    def forward(self, x):
        return self.bn(self.get_submodule(self.name)(F.relu(x)))


class AvgPoolEdge(nn.Module):
    def forward(self, x):
        return avg_pool(x)


def parse_genotype(text):
    """The operation of each edge, in the order of EDGES."""
    operations = [op.split("~")[0] for node in text.split("+") for op in node.strip("|").split("|")]
    assert len(operations) == len(EDGES) and all(op in OPERATIONS for op in operations), text
    return operations


def live_edges(operations):
    """Edges that are not `none` and whose target reaches the output."""
    reaches = {3}
    live = set()
    for e in reversed(range(len(EDGES))):
        source, target = EDGES[e]
        if target in reaches and operations[e] != "none":
            reaches.add(source)
            live.add(e)
    return live


class DiscreteCell(nn.Module):
    """One operation per live edge; a dead edge is not constructed."""

    def __init__(self, c, operations):
        super().__init__()
        self.edges = nn.ModuleDict()
        for e in sorted(live_edges(operations)):
            self.edges[str(e)] = self.edge(c, operations[e])

    @staticmethod
    def edge(c, operation):
        if operation in CONVOLUTIONS:
            return ConvEdge(c, operation)
        return AvgPoolEdge() if operation == "avg_pool_3x3" else nn.Identity()

    def forward(self, x):
        nodes = [x] + [torch.zeros_like(x)] * 3
        for e, (source, target) in enumerate(EDGES):
            if str(e) in self.edges:
                nodes[target] = nodes[target] + self.edges[str(e)](nodes[source])
        return nodes[3]


class Reduction(nn.Module):
    """Residual block that halves the image (rounding up) and doubles the channels."""

    def __init__(self, c):
        super().__init__()
        self.conv_a = conv(c, 2 * c, 3, stride=2)
        self.bn_a = nn.BatchNorm2d(2 * c)
        self.conv_b = conv(2 * c, 2 * c, 3)
        self.bn_b = nn.BatchNorm2d(2 * c)
        self.shortcut = conv(c, 2 * c, 1)

    def forward(self, x):
        main = self.bn_a(self.conv_a(F.relu(x)))
        main = self.bn_b(self.conv_b(F.relu(main)))
        pooled = F.avg_pool2d(x, 2, 2, ceil_mode=True, count_include_pad=False)
        return main + self.shortcut(pooled)


class ConvBn(nn.Module):
    def __init__(self, c_in, c_out, size, stride=1):
        super().__init__()
        self.conv = conv(c_in, c_out, size, stride)
        self.bn = nn.BatchNorm2d(c_out)

    def forward(self, x):
        return self.bn(self.conv(x))


class Stage(nn.Module):
    def __init__(self, cells):
        super().__init__()
        self.cells = nn.ModuleList(cells)

    def forward(self, x, *mixture):
        for cell in self.cells:
            x = cell(x, *mixture)
        return x


class Head(nn.Module):
    def __init__(self, c, classes):
        super().__init__()
        self.bn = nn.BatchNorm2d(c)
        self.linear = nn.Linear(c, classes)

    def forward(self, x):
        return self.linear(F.relu(self.bn(x)).mean((2, 3)))


class CellNetwork(nn.Module):
    """Three stages of `n` cells at c, 2c and 4c channels; `forward` takes the mixture if the cells do."""

    def __init__(self, c_in, c, n, classes, make_cell):
        super().__init__()
        self.stem = ConvBn(c_in, c, 3)
        self.stages = nn.ModuleList(Stage(make_cell(c << s) for _ in range(n)) for s in range(3))
        self.reductions = nn.ModuleList(Reduction(c << s) for s in range(2))
        self.head = Head(4 * c, classes)

    def forward(self, x, *mixture):
        x = self.stem(x)
        for s in range(3):
            x = self.stages[s](x, *mixture)
            if s < 2:
                x = self.reductions[s](x)
        return self.head(x)


def supernet(c_in, c, n, classes):
    return CellNetwork(c_in, c, n, classes, SupernetCell)


def discrete(c_in, c, n, classes, genotype):
    operations = parse_genotype(genotype)
    return CellNetwork(c_in, c, n, classes, lambda width: DiscreteCell(width, operations))


class BasicBlock(nn.Module):
    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.conv_a = conv(c_in, c_out, 3, stride)
        self.bn_a = nn.BatchNorm2d(c_out)
        self.conv_b = conv(c_out, c_out, 3)
        self.bn_b = nn.BatchNorm2d(c_out)
        changes = stride != 1 or c_in != c_out
        self.shortcut = ConvBn(c_in, c_out, 1, stride) if changes else nn.Identity()

    def forward(self, x):
        main = F.relu(self.bn_a(self.conv_a(x)))
        return F.relu(self.bn_b(self.conv_b(main)) + self.shortcut(x))


class ResNetHead(nn.Module):
    def __init__(self, c, classes):
        super().__init__()
        self.linear = nn.Linear(c, classes)

    def forward(self, x):
        return self.linear(x.mean((2, 3)))


class ResNet18(nn.Module):
    """MedMNIST's form for 28x28: a 3x3 stem at stride 1 and no max-pooling."""

    def __init__(self, c_in, classes, width=64):
        super().__init__()
        self.stem = ConvBn(c_in, width, 3)
        widths = [width, width, 2 * width, 4 * width, 8 * width]
        self.layers = nn.ModuleList(
            nn.ModuleList(
                [
                    BasicBlock(widths[l], widths[l + 1], 1 if l == 0 else 2),
                    BasicBlock(widths[l + 1], widths[l + 1], 1),
                ]
            )
            for l in range(4)
        )
        self.head = ResNetHead(8 * width, classes)

    def forward(self, x):
        x = F.relu(self.stem(x))
        for layer in self.layers:
            for block in layer:
                x = block(x)
        return self.head(x)


def flat_order(net):
    """Parameter names in the order of the flat vector: each reduction follows the cells of its stage."""

    def key(name):
        parts = name.split(".")
        group = {"stem": 0, "stages": 1, "reductions": 1, "layers": 1, "head": 2}[parts[0]]
        position = int(parts[1]) if group == 1 else 0
        return (group, position, parts[0] == "reductions")

    return sorted((name for name, _ in net.named_parameters()), key=key)
