"""Writes entities.json: entities of tags, and their scores, by seqeval in its default mode.

Run: python tests/golden/entities.py (seqeval 1.2.2, scikit-learn 1.9, NumPy 2).
"""

import json
import pathlib
import warnings

import numpy as np
import seqeval.metrics as metrics
from seqeval.metrics.sequence_labeling import get_entities
from importlib.metadata import version

warnings.filterwarnings("ignore")  # nothing found is a case here
IOB = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
IOBES = IOB + ["E-PER", "S-PER", "E-LOC", "S-LOC", "I-a-b"]


def case(name, predictions, tags):
    report = metrics.classification_report(tags, predictions, output_dict=True, zero_division=0)
    row = lambda scores: [float(scores[key]) for key in ("precision", "recall", "f1-score", "support")]
    return {
        "name": name,
        "predictions": predictions,
        "tags": tags,
        "spans": [[[kind, start, end + 1] for kind, start, end in get_entities(each)] for each in tags],
        "accuracy": metrics.accuracy_score(tags, predictions),
        "f1": float(metrics.f1_score(tags, predictions, zero_division=0)),
        "report": {kind: row(scores) for kind, scores in report.items()},
    }


def main():
    random = np.random.default_rng(2003)

    def draw(names, count):
        return [[str(t) for t in random.choice(names, random.integers(1, 9))] for _ in range(count)]

    def noisy(tags, names, share):
        return [[str(random.choice(names)) if random.random() < share else t for t in each] for each in tags]

    iob, iobes, people = draw(IOB, 60), draw(IOBES, 60), draw(["O", "O", "B-PER", "I-PER"], 40)
    cases = [
        case("any sequence of B- and I-", noisy(iob, IOB, 0.4), iob),
        case("any sequence of B-, I-, E- and S-", noisy(iobes, IOBES, 0.3), iobes),
        case("a type that is never right", noisy(people, IOB, 0.3), people),
        case("I- after O", [["O", "I-PER", "I-PER", "O"]], [["O", "B-PER", "I-PER", "O"]]),
        case("I- of another type", [["B-PER", "I-LOC"]], [["B-PER", "I-PER"]]),
        case("two entities side by side", [["B-PER", "I-PER"]], [["B-PER", "B-PER"]]),
        case("over the end of a sentence", [["B-PER"], ["I-PER"]], [["B-PER"], ["O"]]),
        case("nothing predicted", [["O", "O"]], [["B-LOC", "I-LOC"]]),
        case("all right", [["B-LOC", "O", "B-PER"]], [["B-LOC", "O", "B-PER"]]),
    ]
    golden = {"seqeval": version("seqeval"), "cases": cases}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


main()
