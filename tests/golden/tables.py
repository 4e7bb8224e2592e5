"""One table as pandas and pyarrow write it, and folds as scikit-learn cuts them.

    python tests/golden/tables.py  (pandas 3.1.1, pyarrow 26.0.1, scikit-learn 1.9.1)

Writes tables.json beside itself. The Parquet file has class numbers, with their names in
the metadata that the Hugging Face Hub's files have; -1 stands for a hidden label.
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.model_selection import StratifiedKFold

texts = ['He said "no", twice.', "two\nlines", "a\ttab; a semicolon", " café 👍 ", "CR\rinside", '"']
labels = ["pos", "neg", "pos", "neg", "pos", "neg"]
frame = pd.DataFrame({"text": texts, "label": labels})
encode = lambda data: base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()

numbers = pa.table({"text": texts, "label": pa.array([1, 0, 1, 0, 1, -1], pa.int64())})
features = {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}, "text": {"dtype": "string"}}
numbers = numbers.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
parquet = io.BytesIO()
pq.write_table(numbers, parquet, row_group_size=4)

files = {
    "comma.csv": frame.to_csv(),
    "semicolon.csv": frame.to_csv(sep=";", index=False),
    "quoted.tsv": frame.to_csv(sep="\t", index=False),
    "crlf.csv": frame.to_csv(index=False, lineterminator="\r\n"),
    "lines.jsonl": frame.to_json(orient="records", lines=True),
    "rows.json": frame.to_json(orient="records", indent=1, force_ascii=False),
    "utf16.csv": frame.to_csv(index=False).encode("utf-16"),
    "utf16_be.csv": b"\xfe\xff" + frame.to_csv(index=False).encode("utf-16-be"),
    "windows_1252.csv": frame.drop(3).to_csv(index=False).replace("two", "zwei €").encode("cp1252"),
    "numbers.parquet": parquet.getvalue(),
}

# Classes of 23, 10 and 4 examples, whose first ones come in their order.
classes = np.array(([0] * 6 + [1] * 3 + [2]) * 3 + [0] * 5 + [1] + [2])
folds = {}
for count in [2, 3, 4]:
    cut = StratifiedKFold(count, shuffle=True, random_state=1).split(classes, classes)
    folds[str(count)] = [np.bincount(classes[held], minlength=3).tolist() for _, held in cut]

golden = {
    "texts": texts,
    "labels": labels,
    "files": {name: encode(data) for name, data in files.items()},
    "classes": classes.tolist(),
    "folds": folds,
}
Path(__file__).with_name("tables.json").write_text(json.dumps(golden, indent=1) + "\n")
