"""Writes smooth grey images as PNG files to predict on."""

import argparse
import pathlib

import numpy as np
from PIL import Image


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--side", type=int, default=28)
    args = parser.parse_args()

    args.out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    for index in range(args.count):
        coarse = Image.fromarray(random.integers(0, 256, (7, 7), dtype=np.uint8))
        coarse.resize((args.side, args.side), Image.Resampling.BICUBIC).save(args.out / f"{index:05}.png")


if __name__ == "__main__":
    main()
