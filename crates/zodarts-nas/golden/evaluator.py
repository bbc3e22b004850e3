"""Golden ACC and AUC from MedMNIST's own evaluator, on random scores with many ties.

Scores are f32 values written in full. An AUC that scikit-learn calls undefined is null.
"""

import json
import math
import pathlib
import warnings

import numpy as np
from medmnist.evaluator import getACC, getAUC

MULTI_LABEL = "multi-label, binary-class"
CASES = [
    # task, images, score columns, steps between 0 and 1 (few steps make many ties)
    ("binary-class", 2, 2, 10),
    ("binary-class", 40, 2, 4),
    ("binary-class", 60, 1, 20),
    ("binary-class", 97, 2, 1000),
    ("multi-class", 50, 3, 5),
    ("multi-class", 80, 6, 4),
    ("multi-class", 120, 11, 1000),
    ("ordinal-regression", 60, 5, 8),
    ("ordinal-regression", 90, 5, 1000),
    (MULTI_LABEL, 60, 2, 4),
    (MULTI_LABEL, 90, 14, 10),
]


def random_labels(rng, task, n, columns):
    if task == MULTI_LABEL:
        return both_values(rng, rng.random((n, columns)) < rng.uniform(0.1, 0.9, columns))
    classes = 2 if task == "binary-class" else columns
    labels = np.concatenate([np.arange(classes), rng.integers(0, classes, n - classes)])
    return rng.permutation(labels)[:, None]


def both_values(rng, labels):
    """Makes sure that each label has a positive and a negative image."""
    labels[0], labels[1] = True, False
    return rng.permutation(labels).astype(int)


def random_scores(rng, task, labels, columns, steps):
    """Scores that lean towards the truth, on a grid of `steps` steps that has 0.5 on it."""
    truth = labels if task == MULTI_LABEL else labels == (np.arange(columns) if columns > 1 else 1)
    scores = np.clip(0.3 * truth + rng.normal(0.35, 0.25, (len(labels), columns)), 0, 1)
    return (np.round(scores * steps) / steps).astype(np.float32)


def case(rng, task, labels, columns, steps):
    scores = random_scores(rng, task, labels, columns, steps)
    auc = float(getAUC(labels, scores, task))
    return {
        "task": task,
        "n": len(labels),
        "score_columns": columns,
        "label_columns": labels.shape[1],
        "labels": labels.flatten().tolist(),
        "scores": [float(score) for score in scores.flatten()],
        "acc": float(getACC(labels, scores, task)),
        "auc": None if math.isnan(auc) else auc,
    }


def main():
    rng = np.random.default_rng(20260101)
    cases = [case(rng, task, random_labels(rng, task, n, columns), columns, steps) for task, n, columns, steps in CASES]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        absent = rng.integers(0, 2, (30, 1))
        cases.append(case(rng, "multi-class", absent, 3, 10))
        cases.append(case(rng, "binary-class", np.ones((9, 1), int), 2, 10))
    pathlib.Path(__file__).with_name("evaluator.json").write_text(json.dumps({"cases": cases}) + "\n")
    for one in cases:
        print(one["task"], one["n"], one["score_columns"], one["acc"], one["auc"])


if __name__ == "__main__":
    main()
