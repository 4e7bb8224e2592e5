"""Opens saved checkpoints, each in a folder of its number, and runs the golden sequences.

    python tests/checkpoint/open_saved_checkpoints.py FOLDER
"""

import json
import sys
from pathlib import Path

import torch
import transformers

sys.path.insert(0, str(Path(__file__).parent.parent / "golden"))
from bert_formula import IDS, MASK, SEGMENTS  # noqa: E402

KEEP = ["last_hidden_state", "logits", "prediction_logits", "seq_relationship_logits",
        "start_logits", "end_logits"]
opened = []
for folder in sorted(Path(sys.argv[1]).iterdir(), key=lambda path: int(path.name)):
    [name] = json.loads((folder / "config.json").read_text())["architectures"]
    model, report = getattr(transformers, name).from_pretrained(folder, output_loading_info=True)
    inputs = {"input_ids": torch.tensor(IDS), "attention_mask": torch.tensor(MASK)}
    if model.config.model_type != "distilbert":
        inputs["token_type_ids"] = torch.tensor(SEGMENTS)
    with torch.no_grad():
        output = model.eval()(**inputs)
    missing = sorted(report["missing_keys"]) + sorted(report["unexpected_keys"])
    outputs = [output[name].flatten().tolist() for name in KEEP if name in output]
    opened.append({"missing": missing, "outputs": outputs})
print(json.dumps(opened))
