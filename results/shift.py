"""Where the test accuracy of a comparison on two classes goes that its networks have on validation images.

    python results/shift.py results/pneumoniamnist-quick

A line a trial: the share of each class that is found, on validation and on test images; the test ACC; what it would be with the
classes in the proportion of the validation images; and with the threshold that is best for the test images, which nobody can
choose without looking at them.
"""

import csv
import json
import sys
from pathlib import Path

comparison = Path(sys.argv[1])


def metrics(trial, name):
    found = json.loads((trial / name).read_text())
    return found["acc"], [c["sensitivity"] for c in found["classes"]], [c["n"] for c in found["classes"]]


def last_column(path):
    """Of `predictions.csv` the score of the second class, of `truth.csv` the class, 0 or 1."""
    with path.open() as lines:
        return [float(row[-1]) for row in csv.reader(lines)]


def best_accuracy(scores, truth):
    accuracy = lambda threshold: sum((s > threshold) == t for s, t in zip(scores, truth)) / len(truth)
    return max(map(accuracy, scores))


trials = sorted(path.parent for path in comparison.glob("trials/official/*/*/seed-*/metrics.json"))
# The images are the same in every trial; older ones did not write down their truth.
truth = [label == 1 for label in last_column(next(comparison.glob("trials/official/*/*/seed-*/truth.csv")))]
for trial in trials:
    (_, seen, counts), (acc, test, _) = metrics(trial, "metrics-val.json"), metrics(trial, "metrics.json")
    as_in_val = sum(share * n for share, n in zip(test, counts)) / sum(counts)
    best = best_accuracy(last_column(trial / "predictions.csv"), truth)
    shares = " ".join(f"{v:.3f}→{t:.3f}" for v, t in zip(seen, test))
    print(f"{trial.parent.name} {trial.name}: {shares}  ACC {acc:.3f}  in proportion {as_in_val:.3f}  best threshold {best:.3f}")
