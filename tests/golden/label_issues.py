"""Writes label_issues.json: examples outside the diagonal of cleanlab's confident joint.

Run: python tests/golden/label_issues.py (cleanlab 2.9, NumPy 2).
"""

import json
import pathlib

import numpy as np
from cleanlab.count import compute_confident_joint
from cleanlab.rank import order_label_issues


def case(random, num_examples, num_classes, sharpness):
    true = random.integers(0, num_classes, num_examples)
    true[: 2 * num_classes] = np.repeat(range(num_classes), 2)
    labels = true.copy()
    wrong = random.random(num_examples) < 0.15
    wrong[: 2 * num_classes] = False
    labels[wrong] = random.integers(0, num_classes, wrong.sum())
    logits = random.normal(size=(num_examples, num_classes))
    logits[range(num_examples), true] += sharpness
    powers = np.exp(logits)
    probabilities = (powers / powers.sum(axis=1, keepdims=True)).round(6)
    # Among several classes above their thresholds cleanlab takes the likeliest of all
    # classes, the paper the likeliest of these: only where both agree is it a witness.
    thresholds = [probabilities[labels == c, c].mean() for c in range(num_classes)]
    confident = probabilities >= np.array(thresholds)
    several = confident.sum(axis=1) > 1
    best = probabilities.argmax(axis=1)
    assert confident[several, best[several]].all()
    _, issues = compute_confident_joint(
        labels, probabilities, calibrate=False, return_indices_of_off_diagonals=True
    )
    is_issue = np.zeros(num_examples, bool)
    is_issue[issues] = True
    order = order_label_issues(
        is_issue, labels, probabilities, rank_by="self_confidence"
    )
    assert len(order) > 2
    return {
        "labels": labels.tolist(),
        "probabilities": probabilities.tolist(),
        "issues": order.tolist(),
    }


def main():
    random = np.random.default_rng(2021)
    cases = [case(random, 80, 3, 2), case(random, 60, 2, 1), case(random, 120, 5, 3)]
    file = pathlib.Path(__file__).with_suffix(".json")
    file.write_text(json.dumps(cases) + "\n")


main()
