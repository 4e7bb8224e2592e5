"""Golden values of all-MiniLM-L6-v2 as a classifier, from Python's transformers in float64.

The encoder and the pooler are the real weights; the classifier is a chirp,
0.4 * sin(i * i / 7) for the kernel and 0.2 * sin(i * i / 7 + 1) for the bias. Of the 384
columns of the hidden states every 16th is kept, with the length of the whole vector, and
of the heads the first and the last: each value depends on all of those before it.

    python tests/golden/bert_minilm.py FOLDER    (torch 2.13, transformers 5.23)

Writes bert_minilm.json beside itself.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoTokenizer, BertForSequenceClassification

folder = sys.argv[1]
model = BertForSequenceClassification.from_pretrained(
    folder, num_labels=2, attn_implementation="eager"
).double().eval()
i = torch.arange(2 * 384, dtype=torch.float64)
model.classifier.weight.data = (0.4 * torch.sin(i * i / 7)).reshape(2, 384)
model.classifier.bias.data = 0.2 * torch.sin(i[:2] * i[:2] / 7 + 1)

first, second = ["The dog barked.", "Dogs bark."], ["It ran away.", "No."]
tokenizer = AutoTokenizer.from_pretrained(folder)
inputs = tokenizer(first, second, padding="longest", return_tensors="pt")
with torch.no_grad():
    output = model(**inputs, output_hidden_states=True, output_attentions=True)


def rounded(tensor):
    return json.loads(json.dumps(tensor.tolist()), parse_float=lambda x: round(float(x), 6))


golden = {
    "ids": inputs["input_ids"].tolist(),
    "segments": inputs["token_type_ids"].tolist(),
    "attentionMask": inputs["attention_mask"].tolist(),
    "columns": 16,
    "logits": rounded(output.logits),
    "hiddenStates": [rounded(state[:, :, ::16]) for state in output.hidden_states],
    "lengths": [rounded(state.norm(dim=-1)) for state in output.hidden_states],
    "attentions": [rounded(weights[:, [0, 11]]) for weights in output.attentions],
}
Path(__file__).with_name("bert_minilm.json").write_text(json.dumps(golden) + "\n")
print("logits", golden["logits"], "shape", inputs["input_ids"].shape)
