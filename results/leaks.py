"""How test images that look like a training image fare, over all trainings of a comparison.

    zodarts data check breastmnist --json > check.json
    zodarts compare breastmnist … --out results/breastmnist
    python results/leaks.py check.json breastmnist.npz results/breastmnist

Needs numpy. Reads the `predictions.csv` of each trial under protocol `official`.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np

check, data, comparison = sys.argv[1:]
found = json.loads(Path(check).read_text())["findings"]
like_train = [f for f in found if f["split"] == "test" and f["problem"] in ("also-in-train", "nearly-in-train")]
positions = sorted({match["image"]["position"] for finding in like_train for match in finding["images"]})

labels = np.load(data)["test_labels"][:, 0]
leaked = np.isin(np.arange(len(labels)), positions)
print(f"{leaked.sum()} of {len(labels)} test images; by class {np.bincount(labels[leaked]).tolist()} of {np.bincount(labels).tolist()}")

right = []
for file in sorted(Path(comparison).glob("trials/official/*/*/seed-*/predictions.csv")):
    with file.open() as lines:
        scores = np.array([[float(value) for value in row[1:]] for row in csv.reader(lines)])
    right.append((scores[:, 1] > 0.5) == labels)
right = np.array(right)


def accuracy(which):
    return f"{right[:, which & leaked].mean():.3f} of those, {right[:, which & ~leaked].mean():.3f} of the others"


print(f"ACC over {len(right)} trainings: {accuracy(np.full(len(labels), True))}")
for label in np.unique(labels):
    print(f"of class {label}: {accuracy(labels == label)}")
