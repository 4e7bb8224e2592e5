"""Golden sentence embeddings and windows, from Python's transformers.

The model of bert_formula.py as a bare encoder in float64, and all-MiniLM-L6-v2 in
float64: the mean of the last hidden states over the attention mask, or the state of
[CLS], each as it is and divided by its length, as sentence-transformers computes them
with its modules Transformer, Pooling and Normalize. The windows are those of
`return_overflowing_tokens=True`.

    python tests/golden/embeddings.py FOLDER      (torch 2.14, transformers 5.24)

FOLDER holds all-MiniLM-L6-v2. Writes embeddings.json beside itself.
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import AutoTokenizer, BertModel, BertTokenizerFast

from bert_formula import CONFIG, HERE, fill, rounded

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [chr(ord("a") + i) for i in range(19)]
TEXTS = ["c s b", "", "a b c d e", "r", "q q e"]
SENTENCES = ["The dog barked.", "Dogs bark at night, and nobody sleeps.", "Where is Oslo?"]
LONG = "a b c d e f g h i j k l m n"
PAIR = ("a b", "c d e f g h i j k")
WINDOWS = [(LONG, None, 6, 0), (LONG, None, 7, 2), (LONG, None, 16, 3), (*PAIR, 9, 1), (*PAIR, 8, 2)]


def pooled(model, inputs):
    with torch.no_grad():
        hidden = model(**inputs).last_hidden_state
    mask = inputs["attention_mask"][:, :, None].to(hidden.dtype)
    vectors = {"mean": (hidden * mask).sum(1) / mask.sum(1), "cls": hidden[:, 0]}
    return {
        pooling: {
            "plain": rounded(vector),
            "normalized": rounded(torch.nn.functional.normalize(vector, dim=1)),
        }
        for pooling, vector in vectors.items()
    }


def windows(tokenizer, text, pair, max_length, stride):
    encoding = tokenizer(
        text, pair, truncation="only_first" if pair is None else "only_second",
        max_length=max_length, stride=stride, return_overflowing_tokens=True,
    )
    return {
        "text": text, "pair": pair, "maxLength": max_length, "stride": stride,
        "inputIds": encoding["input_ids"], "tokenTypeIds": encoding["token_type_ids"],
    }


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "vocab.txt")
    path.write_text("\n".join(PIECES) + "\n")
    tokenizer = BertTokenizerFast(str(path))
assert len(PIECES) == CONFIG.vocab_size == len(tokenizer)
model = BertModel(CONFIG).double().eval()
fill(model)
mini_lm = BertModel.from_pretrained(sys.argv[1]).double().eval()
sentences = AutoTokenizer.from_pretrained(sys.argv[1])(SENTENCES, padding=True, return_tensors="pt")
golden = {
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    "pieces": PIECES,
    "texts": TEXTS,
    "vectors": pooled(model, tokenizer(TEXTS, padding=True, return_tensors="pt")),
    "sentences": SENTENCES,
    "miniLm": pooled(mini_lm, sentences)["mean"]["normalized"],
    "windows": [windows(tokenizer, *case) for case in WINDOWS],
}
(HERE / "embeddings.json").write_text(json.dumps(golden) + "\n")
print(golden["vectors"]["mean"]["normalized"][0], golden["windows"][-1])
