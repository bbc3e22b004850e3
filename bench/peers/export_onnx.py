"""Turns a model that `zodarts train` wrote into ONNX files: one for a single image, one for any number of images."""

import argparse
import json
import pathlib
import re

import torch
from safetensors.torch import load_file

from networks import discrete

# zodarts' names of tensors and ours.
RENAMED = [
    (r"^stem\.conv\.", "stem.0."),
    (r"^stem\.bn\.", "stem.1."),
    (r"^stages\.(\d+)\.cells\.(\d+)\.edges\.(\d+)\.conv\dx\d\.", r"stages.\1.\2.edges.\3.conv."),
    (r"^stages\.(\d+)\.cells\.", r"stages.\1."),
    (r"^reductions\.(\d+)\.(conv|bn)_([ab])\.", r"reductions.\1.\3.\2."),
    (r"^head\.", ""),
]


def renamed(name):
    """Our name of one of zodarts' tensors."""
    for pattern, replacement in RENAMED:
        name = re.sub(pattern, replacement, name)
    return name


def load(run):
    """The trained network of a run folder, ready to predict, and the size of its input."""
    card = json.loads((run / "model.json").read_text())
    channels, classes = card["dataset"]["channels"], len(card["dataset"]["classes"])
    net = discrete(card["genotype"], classes, card["channels"], card["cells"], channels)
    tensors = {renamed(name): tensor for name, tensor in load_file(run / "model.safetensors").items()}
    missing, unexpected = net.load_state_dict(tensors, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise SystemExit(f"{run}: missing {missing}, unexpected {unexpected}")
    return net.eval(), (channels, card["input_size"], card["input_size"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=pathlib.Path, help="folder of a trained run")
    parser.add_argument("out", type=pathlib.Path, help="folder for one.onnx and many.onnx")
    args = parser.parse_args()

    net, size = load(args.run)
    args.out.mkdir(parents=True, exist_ok=True)
    # Two images in the example: a batch of one would be taken for a constant.
    for name, count, shapes in [("one", 1, None), ("many", 2, ({0: torch.export.Dim("batch")},))]:
        program = torch.onnx.export(
            net, (torch.rand(count, *size),), input_names=["images"], output_names=["logits"], dynamo=True, dynamic_shapes=shapes
        )
        program.save(args.out / f"{name}.onnx")


if __name__ == "__main__":
    main()
