"""How much faster a search can be that leaves out operations of weight zero, at best.

    python results/sparsity.py results/breastmnist/trials/official/breastmnist/zo-darts-plus/*/search.jsonl

An operation counts in an epoch if it has weight at its end. Searches that compute everything run all of their epochs.
"""

import json
import sys

# What is left of a pass with every operation live if nothing but skip connections is: 13 of 153 ms (results/README.md).
FIXED = 13 / 153
CONVOLUTION_3X3 = [3]
ALL_BUT_NONE = [1, 2, 3, 4]

searches = [[json.loads(line) for line in open(path)] for path in sys.argv[1:]]
epochs = [epoch for search in searches for epoch in search]
everything = sum(search[0]["epochs"] * search[0]["passes"] for search in searches)


def live(epoch, operations):
    """The share of these operations, over all edges, that have weight."""
    weights = [row[operation] for row in epoch["p"] for operation in operations]
    return sum(weight > 0 for weight in weights) / len(weights)


for what, operations in [("all operations cost alike", ALL_BUT_NONE), ("only 3×3 convolutions cost", CONVOLUTION_3X3)]:
    cost = sum(epoch["passes"] * (FIXED + (1 - FIXED) * live(epoch, operations)) for epoch in epochs)
    print(f"if {what}: {everything / cost:.2f} times as fast")
