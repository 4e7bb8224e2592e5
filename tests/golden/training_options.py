"""Ten steps with every option of training by PyTorch alone: writes training_options.json.

Run from this folder: python training_options.py (torch, transformers).

A hidden layer of 12 rectified units in the head, class weights, a learning rate that is halved from
layer to layer, and batches of which each is two of training_losses.py's at once.
"""

import json
import re

import torch
from training_losses import CLASSES, batch, parameter
from transformers import BertConfig, BertModel

STEPS, HIDDEN, DECAY, LAYERS = 10, 12, 0.5, 2
CLASS_WEIGHTS = [1.0, 2.5, 0.5]
RATE, SIZE, LENGTH = 5e-3, 4, 8


class Classifier(torch.nn.Module):
    def __init__(self, config: BertConfig):
        super().__init__()
        self.bert = BertModel(config)
        self.classifier_hidden = torch.nn.ModuleList([torch.nn.Linear(config.hidden_size, HIDDEN)])
        self.classifier = torch.nn.Linear(HIDDEN, CLASSES)

    def forward(self, **inputs) -> torch.Tensor:
        features = self.bert(**inputs).pooler_output
        for layer in self.classifier_hidden:
            features = torch.relu(layer(features))
        return self.classifier(features)


def factor(name: str) -> float:
    """The head and the pooler learn at the full rate, every layer below at half of that above."""
    if name.startswith("bert.embeddings."):
        return DECAY ** (LAYERS + 1)
    layer = re.match(r"bert\.encoder\.layer\.(\d+)\.", name)
    return 1.0 if layer is None else DECAY ** (LAYERS - int(layer[1]))


sizes = dict(vocab_size=64, hidden_size=16, num_hidden_layers=LAYERS, num_attention_heads=2)
sizes |= dict(intermediate_size=32, max_position_embeddings=16, type_vocab_size=2)
model = Classifier(BertConfig(**sizes, hidden_dropout_prob=0, attention_probs_dropout_prob=0))
groups = []
with torch.no_grad():
    for phase, (name, p) in enumerate(model.named_parameters()):
        p.copy_(parameter(name, p.shape, phase))
        still = name.endswith("bias") or name.endswith("LayerNorm.weight")
        groups.append({"params": [p], "lr": RATE * factor(name), "weight_decay": 0.0 if still else 0.01})
optimizer = torch.optim.AdamW(groups, eps=1e-8)
loss_of = torch.nn.CrossEntropyLoss(weight=torch.tensor(CLASS_WEIGHTS))
losses, norms = [], []
for step in range(1, STEPS + 1):
    parts = [batch(2 * step - 1 + part, SIZE, LENGTH, 64) for part in range(2)]
    both = {key: torch.cat([part[key] for part in parts]) for key in parts[0]}
    labels = both.pop("labels")
    optimizer.zero_grad()
    loss = loss_of(model(**both), labels)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    losses.append(loss.item())
    norms.append(norm.item())
golden = {
    "torch": torch.__version__.split("+")[0],
    "batchSize": SIZE,
    "length": LENGTH,
    "learningRate": RATE,
    "layerDecay": DECAY,
    "classWeights": CLASS_WEIGHTS,
    "hiddenSizes": [HIDDEN],
    "losses": losses,
    "gradientNorms": norms,
    "positions": model.bert.embeddings.position_embeddings.weight[:2, :4].tolist(),
    "hidden": model.classifier_hidden[0].weight[:2, :4].tolist(),
}
with open("training_options.json", "w") as file:
    json.dump(golden, file)
    file.write("\n")
