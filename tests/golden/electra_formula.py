"""Golden values of ELECTRA's discriminator under its four heads, from Python's transformers.

The parameters are those of bert_formula.py, in float64: a chirp for each parameter in the
order of named_parameters(); the sequences are its ids, token types and masks. Beside them
are ten steps of training in float32, on the weights and batches of training_losses.py.

    python tests/golden/electra_formula.py      (torch 2.14, transformers 5.24)

Writes electra_formula.json beside itself: for each head its parameters' names and shapes,
and its outputs; and the losses of the training.
"""

import copy
import json

import torch
import transformers

import bert_formula
from bert_formula import HERE, IDS, MASK, SEGMENTS, rounded
from training_losses import batch, parameter

CONFIG = transformers.ElectraConfig(
    vocab_size=24, num_hidden_layers=2, num_attention_heads=2, hidden_size=8, embedding_size=6,
    intermediate_size=16, max_position_embeddings=9, attn_implementation="eager",
)
# Python's class, and the outputs to keep.
HEADS = {
    "base": ("ElectraModel", ["last_hidden_state"]),
    "sequence-classification": ("ElectraForSequenceClassification", ["logits"]),
    "token-classification": ("ElectraForTokenClassification", ["logits"]),
    "question-answering": ("ElectraForQuestionAnswering", ["start_logits", "end_logits"]),
}


def role_of(name):
    # The projection of the embeddings is none of their tables.
    return "kernel" if name.endswith("embeddings_project.weight") else role_in_bert(name)


role_in_bert, bert_formula.role_of = bert_formula.role_of, role_of


def outputs_of_heads():
    golden = {}
    for head, (python_name, outputs) in HEADS.items():
        config = copy.deepcopy(CONFIG)
        config.num_labels = 2 if head == "question-answering" else 3
        model = getattr(transformers, python_name)(config).double().eval()
        bert_formula.fill(model)
        with torch.no_grad():
            output = model(
                input_ids=torch.tensor(IDS), token_type_ids=torch.tensor(SEGMENTS),
                attention_mask=torch.tensor(MASK),
            )
        golden[head] = {
            "pythonName": python_name,
            "parameters": [[name, list(p.shape)] for name, p in model.named_parameters()],
            "outputs": [rounded(output[name]) for name in outputs],
        }
        print(f"{python_name}: {len(list(model.parameters()))} tensors")
    return golden


def training():
    """Ten steps without dropout; AdamW without weight decay, at a constant learning rate."""
    config = transformers.ElectraConfig(
        vocab_size=64, num_hidden_layers=2, num_attention_heads=2, hidden_size=16,
        embedding_size=8, intermediate_size=32, max_position_embeddings=16, num_labels=3,
        hidden_dropout_prob=0, attention_probs_dropout_prob=0,
    )
    model = transformers.ElectraForSequenceClassification(config).train()
    with torch.no_grad():
        for phase, (name, p) in enumerate(model.named_parameters()):
            p.copy_(parameter(name, p.shape, phase))
    course = {"batchSize": 4, "length": 8, "learningRate": 5e-3, "losses": []}
    optimizer = torch.optim.AdamW(model.parameters(), lr=course["learningRate"], eps=1e-8, weight_decay=0)
    for step in range(1, 11):
        optimizer.zero_grad()
        loss = model(**batch(step, course["batchSize"], course["length"], config.vocab_size)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        course["losses"].append(loss.item())
    return course


versions = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
golden = {"versions": versions, "heads": outputs_of_heads(), "training": training()}
(HERE / "electra_formula.json").write_text(json.dumps(golden) + "\n")
print("losses", golden["training"]["losses"])
