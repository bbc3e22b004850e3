"""Golden numbers of discrete networks: loss, gradients and running statistics in training; logits in evaluation."""

import torch

import common
import networks

# Seeds with the widest ReLU margin of a few dozen.
CASES = [
    # Node 2 does not reach the output, so both of its incoming edges are dead.
    dict(
        genotype="|nor_conv_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|avg_pool_3x3~1|none~2|",
        c_in=1, c=4, n=1, classes=2, batch=5, height=8, width=8, seed=15,
    ),
    dict(
        genotype="|avg_pool_3x3~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|nor_conv_1x1~1|nor_conv_3x3~2|",
        c_in=3, c=3, n=2, classes=4, batch=9, height=7, width=9, seed=6,
    ),
]


def run(prefix, case):
    generator = torch.Generator().manual_seed(case["seed"])
    net = networks.discrete(case["c_in"], case["c"], case["n"], case["classes"], case["genotype"])
    metadata = {key: value for key, value in case.items() if key != "seed"}
    return common.train_and_evaluate(prefix, case, net, generator, metadata)


def main():
    common.write_cases("discrete.safetensors", CASES, run)


if __name__ == "__main__":
    main()
