"""Opens a saved classifier with Python's transformers and prints what it makes of texts.

    python tests/weights/open_with_transformers.py FOLDER '[["One.", "Two."], ["Three.", null]]'
"""

import json
import sys

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

folder, texts = sys.argv[1], json.loads(sys.argv[2])
model, report = AutoModelForSequenceClassification.from_pretrained(
    folder, output_loading_info=True
)
tokenizer = AutoTokenizer.from_pretrained(folder)
outputs = {"labels": [model.config.id2label[i] for i in range(model.num_labels)]}
outputs["missing"] = sorted(report["missing_keys"]) + sorted(report["unexpected_keys"])
outputs["ids"], outputs["logits"] = [], []
with torch.no_grad():
    for first, second in texts:
        inputs = tokenizer(first, second, return_tensors="pt")
        outputs["ids"].append(inputs["input_ids"][0].tolist())
        outputs["logits"].append(model.eval()(**inputs).logits[0].tolist())
print(json.dumps(outputs))
