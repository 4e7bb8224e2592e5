"""Writes logistic_regression.json: logistic regression on dense features by scikit-learn.

Run: python tests/golden/logistic_regression.py (scikit-learn 1.9, NumPy 2).
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression


def case(num_examples, num_features, num_classes, C, scale):
    i = np.arange(num_examples * num_features, dtype=np.float64)
    labels = np.arange(num_examples) * 7 % 11 % num_classes
    features = np.sin(i * i / 7).reshape(num_examples, num_features)
    # Each class points in a direction of its own; otherwise there is nothing to find.
    features[np.arange(num_examples), labels] += 0.5
    features *= scale
    model = LogisticRegression(C=C, tol=1e-10, max_iter=100_000).fit(features, labels)
    return {
        "numFeatures": num_features,
        "numClasses": num_classes,
        "C": C,
        "scale": scale,
        "labels": labels.tolist(),
        "probabilities": model.predict_proba(features).round(8).tolist(),
    }


golden = {
    "scikit-learn": sklearn.__version__,
    "cases": [
        case(24, 6, 3, 1, 1),
        case(24, 6, 2, 1, 1),
        case(40, 50, 5, 10, 0.2),
        case(40, 8, 4, 1, 30),
    ],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
