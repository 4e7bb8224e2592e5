"""Lengths of CoLA's training sentences in word pieces, with [CLS] and [SEP].

Counted by the reference tokenizer (Python transformers, bert-base-uncased's
vocabulary); only the numbers are kept, not the sentences.

    python cola_lengths.py COLA_FOLDER VOCABULARY > cola_lengths.json
"""

import json
import pathlib
import sys

from transformers import BertTokenizerFast

folder, vocabulary = map(pathlib.Path, sys.argv[1:])
text = (folder / "in_domain_train.tsv").read_text(encoding="utf-8")
sentences = [line.split("\t")[3] for line in text.removesuffix("\n").split("\n")]
tokenizer = BertTokenizerFast(str(vocabulary), do_lower_case=True)
lengths = [len(ids) for ids in tokenizer(sentences)["input_ids"]]
print(json.dumps({"file": "in_domain_train.tsv", "lengths": lengths}, separators=(",", ":")))
