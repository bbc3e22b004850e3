"""Golden numbers of ResNet-18 at a small width: loss, gradients, running statistics; logits in evaluation."""

import torch

import common
import networks

# The seed with the widest ReLU margin of a few dozen.
CASES = [dict(c_in=1, width_parameter=4, classes=3, batch=3, height=9, width=9, seed=40)]


def run(prefix, case):
    generator = torch.Generator().manual_seed(case["seed"])
    net = networks.ResNet18(case["c_in"], case["classes"], case["width_parameter"])
    metadata = {key: value for key, value in case.items() if key != "seed"}
    return common.train_and_evaluate(prefix, case, net, generator, metadata)


def main():
    common.write_cases("resnet18.safetensors", CASES, run)


if __name__ == "__main__":
    main()
