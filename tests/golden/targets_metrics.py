"""Metrics of multi-label classification and regression, and temperatures: writes targets_metrics.json.

Run: python tests/golden/targets_metrics.py (scikit-learn, SciPy, NumPy).
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import optimize, special, stats
from sklearn import metrics


def multi_label(name, logits, targets):
    logits, targets = np.asarray(logits, float), np.asarray(targets)
    probabilities = special.expit(logits)
    given = (probabilities >= 0.5).astype(int)
    best = []
    for c in range(targets.shape[1]):
        thresholds = np.append(np.unique(probabilities[:, c]), 2)
        best.append(max(
            metrics.f1_score(targets[:, c], probabilities[:, c] >= t, zero_division=0) for t in thresholds
        ))
    return {
        "name": name,
        "logits": logits.tolist(),
        "targets": targets.tolist(),
        # Over all cells at once, so that a label of one class has a loss too.
        "loss": metrics.log_loss(targets.ravel(), probabilities.ravel(), labels=[0, 1]),
        "microF1": metrics.f1_score(targets, given, average="micro", zero_division=0),
        "macroF1": metrics.f1_score(targets, given, average="macro", zero_division=0),
        "subsetAccuracy": metrics.accuracy_score(targets, given),
        "bestF1": [float(score) for score in best],
    }


def regression(name, values, targets):
    values, targets = np.asarray(values, float), np.asarray(targets, float)
    columns = range(targets.shape[1])
    return {
        "name": name,
        "values": values.tolist(),
        "targets": targets.tolist(),
        "loss": metrics.mean_squared_error(targets, values),
        "pearson": float(np.mean([stats.pearsonr(values[:, c], targets[:, c])[0] for c in columns])),
        "spearman": float(np.mean([stats.spearmanr(values[:, c], targets[:, c])[0] for c in columns])),
    }


def temperature(name, logits, labels):
    logits, labels = np.asarray(logits, float), np.asarray(labels)

    def loss(log_temperature):
        scaled = logits / np.exp(log_temperature)
        return -special.log_softmax(scaled, axis=1)[np.arange(len(labels)), labels].mean()

    found = optimize.minimize_scalar(loss, bounds=(-6, 6), method="bounded", options={"xatol": 1e-10})
    return {
        "name": name,
        "logits": logits.tolist(),
        "labels": labels.tolist(),
        "temperature": float(np.exp(found.x)),
        "loss": float(found.fun),
    }


def main():
    random = np.random.default_rng(2026)
    draw = lambda n, c, scale=2: np.round(random.normal(0, scale, (n, c)), 3)
    targets_of = lambda logits, noise: ((logits + random.normal(0, noise, logits.shape)) > 0.4).astype(int)
    four, rare = draw(50, 4), draw(30, 3)
    rare_targets = targets_of(rare, 2)
    rare_targets[:, 1] = 0
    silent = draw(20, 3)
    silent[:, 0] = -5
    ties = random.integers(-1, 2, (40, 2))
    multi = [
        multi_label("four labels", four, targets_of(four, 2)),
        multi_label("a label without positives", rare, rare_targets),
        multi_label("a label that is never given", silent, targets_of(silent, 9)),
        multi_label("tied logits", ties, random.integers(0, 2, (40, 2))),
        multi_label("no label at all", -np.ones((3, 2)), np.zeros((3, 2), int)),
        multi_label("one example", [[0.5, -1.5]], [[1, 1]]),
    ]
    one, two = draw(40, 1), draw(25, 2)
    stars = random.integers(0, 6, (40, 1))
    values = [
        regression("one value", one, one + draw(40, 1)),
        regression("two values", two, draw(25, 2) - two),
        regression("ties on both sides", np.round(stars + draw(40, 1, 1)), stars),
    ]
    sure, unsure = draw(200, 3, 6), draw(200, 3, 0.3)
    labels_of = lambda logits, scale: np.array([
        random.choice(logits.shape[1], p=special.softmax(row / scale)) for row in logits
    ])
    temperatures = [
        temperature("too sure", sure, labels_of(sure, 4)),
        temperature("not sure enough", unsure, labels_of(unsure, 0.1)),
        temperature("two classes", two * 1.5, labels_of(two * 1.5, 1)),
    ]
    classes = random.integers(0, 4, (2, 30))
    absent = np.where(classes == 2, 0, classes)  # neither labelled nor predicted
    golden = {
        "scikit-learn": sklearn.__version__,
        "scipy": scipy.__version__,
        "multiLabel": multi,
        "regression": values,
        "temperatures": temperatures,
        "singleLabel": [
            {
                "predictions": predictions.tolist(),
                "labels": labels.tolist(),
                "macroF1": metrics.f1_score(labels, predictions, average="macro", zero_division=0),
            }
            for predictions, labels in (classes, absent, (classes[0], absent[1]), np.zeros((2, 3), int))
        ],
    }
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


main()
