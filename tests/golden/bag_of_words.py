"""Writes bag_of_words.json: logistic regression on word counts by scikit-learn.

Run: python tests/golden/bag_of_words.py (scikit-learn 1.9, NumPy 2).
"""

import json
import pathlib

import numpy as np
from sklearn.linear_model import LogisticRegression


def case(random, num_texts, num_words, num_classes, penalty):
    labels = random.integers(0, num_classes, num_texts)
    labels[:num_classes] = range(num_classes)
    # Each class has words of its own; some words are noise, the last never occurs.
    texts = [
        [int((label * 3 + w) % (num_words - 1)) for w in random.geometric(0.4, random.integers(0, 8))]
        for label in labels
    ]
    counts = np.zeros((num_texts, num_words))
    for n, text in enumerate(texts):
        for word in text:
            counts[n, word] += 1
    model = LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=100_000).fit(counts, labels)
    return {
        "numWords": num_words,
        "numClasses": num_classes,
        "penalty": penalty,
        "texts": texts,
        "labels": labels.tolist(),
        "probabilities": model.predict_proba(counts).tolist(),
    }


def main():
    random = np.random.default_rng(2018)
    cases = [
        case(random, 40, 12, 3, 1),
        case(random, 60, 20, 6, 0.1),
        case(random, 30, 8, 3, 10),
    ]
    file = pathlib.Path(__file__).with_suffix(".json")
    file.write_text(json.dumps({"scikit-learn": "1.9.0", "cases": cases}) + "\n")


main()
