"""Golden values of all seven heads of BERT, from Python's transformers in float64.

The parameters and the sequences are those of bert_formula.py: a chirp for each
parameter in the order of named_parameters(), one sentence, a padded pair, a short pair.

    python tests/golden/heads_formula.py      (torch 2.13, transformers 5.23)

Writes heads_formula.json beside itself: for each head its parameters' names and shapes,
its outputs, and the loss for the labels below.
"""

import copy
import json

import torch
import transformers

from bert_formula import CONFIG, HERE, IDS, MASK, SEGMENTS, fill, rounded

# -100 is no label. The third answer begins beyond the sequence and does not count.
LABELS = {
    "words": [[-100, 7, -100, 23, -100, 11, -100], [-100, -100, 5, -100, -100, -100, -100],
              [-100, 3, 1, -100, -100, -100, -100]],
    "following": [0, 1, 1],
    "classes": [2, 0, 1],
    "tags": [[-100, 0, 2, 1, 1, 0, -100], [-100, 2, -100, 1, -100, -100, -100],
             [-100, 1, -100, -100, -100, -100, -100]],
    "starts": [2, 0, 9],
    "ends": [4, 3, 2],
}
# Python's class, what it calls the labels, and the outputs to keep.
HEADS = {
    "base": ("BertModel", {}, ["last_hidden_state", "pooler_output"]),
    "pretraining": (
        "BertForPreTraining", {"labels": "words", "next_sentence_label": "following"},
        ["prediction_logits", "seq_relationship_logits"],
    ),
    "masked-lm": ("BertForMaskedLM", {"labels": "words"}, ["logits"]),
    "next-sentence": ("BertForNextSentencePrediction", {"labels": "following"}, ["logits"]),
    "sequence-classification": (
        "BertForSequenceClassification", {"labels": "classes"}, ["logits"],
    ),
    "token-classification": ("BertForTokenClassification", {"labels": "tags"}, ["logits"]),
    "question-answering": (
        "BertForQuestionAnswering", {"start_positions": "starts", "end_positions": "ends"},
        ["start_logits", "end_logits"],
    ),
}
golden = {"labels": LABELS, "heads": {}}
for head, (python_name, labels, outputs) in HEADS.items():
    config = copy.deepcopy(CONFIG)
    config.num_labels = 2 if head == "question-answering" else 3
    model = getattr(transformers, python_name)(config).double().eval()
    fill(model)
    with torch.no_grad():
        output = model(
            input_ids=torch.tensor(IDS), token_type_ids=torch.tensor(SEGMENTS),
            attention_mask=torch.tensor(MASK),
            **{name: torch.tensor(LABELS[key]) for name, key in labels.items()},
        )
    golden["heads"][head] = {
        "pythonName": python_name,
        "parameters": [[name, list(p.shape)] for name, p in model.named_parameters()],
        "outputs": [rounded(output[name]) for name in outputs],
        "loss": round(output.loss.item(), 7) if labels else None,
    }
    print(f"{python_name}: {len(list(model.parameters()))} tensors", golden["heads"][head]["loss"])
(HERE / "heads_formula.json").write_text(json.dumps(golden) + "\n")
