"""Opens saved models, a folder for each head, with Python's transformers and runs texts.

    python tests/weights/open_heads_with_transformers.py FOLDER '[["One.", "Two."], ["Three.", null]]'
"""

import json
import sys
from pathlib import Path

import torch
import transformers

AUTO = {
    "base": "AutoModel",
    "pretraining": "AutoModelForPreTraining",
    "masked-lm": "AutoModelForMaskedLM",
    "next-sentence": "AutoModelForNextSentencePrediction",
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
}
folder, texts = Path(sys.argv[1]), json.loads(sys.argv[2])
heads = {}
for head, auto in AUTO.items():
    model, report = getattr(transformers, auto).from_pretrained(
        folder / head, output_loading_info=True
    )
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder / head)
    outputs = []
    with torch.no_grad():
        for first, second in texts:
            inputs = tokenizer(first, second, return_tensors="pt")
            values = model.eval()(**inputs).to_tuple()
            outputs.append(torch.cat([value.flatten() for value in values]).tolist())
    heads[head] = {
        "missing": sorted(report["missing_keys"]) + sorted(report["unexpected_keys"]),
        "pythonName": type(model).__name__,
        "labels": [model.config.id2label[i] for i in range(model.num_labels)]
        if hasattr(model, "classifier") else None,
        "outputs": outputs,
    }
print(json.dumps(heads))
