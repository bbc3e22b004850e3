"""Parameters and multiply-accumulates of full-size networks at 28x28, counted by PyTorch alone.

MACs are those of convolutions and the linear layer, for one image; a padded tap counts as any other.
"""

import json

import torch
from torch import nn

import common
import networks

C, N, C_IN, CLASSES, SIZE = 16, 3, 1, 2, 28
GENOTYPES = [
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|",
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|",
    "|nor_conv_1x1~0|+|nor_conv_1x1~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_1x1~2|",
    # Node 2 does not reach the output.
    "|nor_conv_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|avg_pool_3x3~1|none~2|",
    # Neither inner node reaches the output.
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|none~1|none~2|",
    "|avg_pool_3x3~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|nor_conv_1x1~1|nor_conv_3x3~2|",
    "|skip_connect~0|+|skip_connect~0|avg_pool_3x3~1|+|skip_connect~0|skip_connect~1|avg_pool_3x3~2|",
]


def macs_of(net, *mixture):
    total = 0

    def count(module, _, output):
        nonlocal total
        per_output = module.weight[0].numel()
        total += per_output * output[0].numel()

    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.register_forward_hook(count)
    with torch.no_grad():
        net(torch.zeros(2, C_IN, SIZE, SIZE), *mixture)
    return total


def count(net, *mixture):
    parameters = sum(parameter.numel() for parameter in net.parameters())
    return {"parameters": parameters, "macs": macs_of(net, *mixture)}


def main():
    result = {
        "image": [C_IN, SIZE, SIZE],
        "classes": CLASSES,
        "c": C,
        "n": N,
        "resnet18": count(networks.ResNet18(C_IN, CLASSES)),
        "supernet": count(networks.supernet(C_IN, C, N, CLASSES), torch.full((6, 5), 0.2)),
        "discrete": [
            {"genotype": genotype, **count(networks.discrete(C_IN, C, N, CLASSES, genotype))}
            for genotype in GENOTYPES
        ],
    }
    text = json.dumps(result, indent=2) + "\n"
    (common.FOLDER / "counts.json").write_text(text)


if __name__ == "__main__":
    main()
