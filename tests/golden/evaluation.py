"""Writes evaluation.json: scores of random predictions by scikit-learn.

Run: python tests/golden/evaluation.py (scikit-learn 1.9, NumPy 2).
"""

import json
import pathlib

import numpy as np
from sklearn import metrics


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def calibration_error(probabilities, labels, num_bins):
    """Guo et al. (2017), equation 3, written with NumPy's own binning."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    edges = np.linspace(0, 1, num_bins + 1)
    bins = np.digitize(confidence, edges[1:-1], right=True)
    return sum(
        (bins == m).mean() * abs(right[bins == m].mean() - confidence[bins == m].mean())
        for m in np.unique(bins)
    )


def case(name, logits, labels):
    logits, labels = np.asarray(logits, float), np.asarray(labels)
    num_classes = logits.shape[1]
    classes = list(range(num_classes))
    probabilities = softmax(logits)
    predictions = logits.argmax(axis=1)

    def scores(beta, average):
        chosen = {} if average == "binary" else {"labels": classes}
        return metrics.precision_recall_fscore_support(
            labels, predictions, beta=beta, average=average, zero_division=0, **chosen
        )

    def report(beta):
        rows = np.array(scores(beta, None)).T.tolist()
        means = {a: [float(x) for x in scores(beta, a)[:3]] for a in ("macro", "weighted")}
        two = [float(x) for x in scores(beta, "binary")[:3]] if num_classes == 2 else None
        return {"beta": beta, "classes": rows, **means, "twoClass": two}

    return {
        "name": name,
        "logits": logits.tolist(),
        "labels": labels.tolist(),
        "predictions": predictions.tolist(),
        "accuracy": metrics.accuracy_score(labels, predictions),
        "mcc": metrics.matthews_corrcoef(labels, predictions),
        "confusion": metrics.confusion_matrix(labels, predictions, labels=classes).tolist(),
        "logLoss": metrics.log_loss(labels, probabilities, labels=classes),
        "calibrationError": calibration_error(probabilities, labels, 10),
        "reports": [report(beta) for beta in (0.5, 1, 2)],
    }


def main():
    random = np.random.default_rng(2018)
    draw = lambda n, c: np.round(random.normal(0, 2, (n, c)), 3)
    labels_of = lambda logits, noise: np.where(
        random.random(len(logits)) < noise,
        random.integers(0, logits.shape[1], len(logits)),
        logits.argmax(axis=1),
    )
    two, six, rare = draw(40, 2), draw(60, 6), draw(30, 3)
    rare_labels = labels_of(rare, 0.4)
    rare_labels[rare_labels == 2] = 0
    absent = draw(20, 3)
    absent_labels = labels_of(absent, 0.3)
    absent[:, 1] = -9
    ties = random.integers(0, 2, (40, 3))
    cases = [
        case("two classes", two, labels_of(two, 0.4)),
        case("six classes", six, labels_of(six, 0.5)),
        case("a class without labels", rare, rare_labels),
        case("a class without predictions", absent, absent_labels),
        case("tied logits", ties, random.integers(0, 3, 40)),
        case("one class predicted", [[1, 0]] * 5, [0, 1, 1, 0, 1]),
        case("one class labelled", draw(5, 2), [1] * 5),
        case("one example", [[0.5, 1.5]], [1]),
        case("all wrong", [[1, 0], [0, 1]], [1, 0]),
    ]
    file = pathlib.Path(__file__).with_suffix(".json")
    file.write_text(json.dumps({"scikit-learn": "1.9.0", "cases": cases}) + "\n")


main()
