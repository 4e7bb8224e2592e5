"""Golden outputs of checkpoints as people save them, from Python's transformers in float64.

Each is one small model whose tensors are a formula of their names, changed in one way:
other names, number types, files, settings or heads. Python builds the changed files,
opens them with from_pretrained, and runs the sequences of bert_formula.py; the test
builds the same files from the descriptions.

Value i of a tensor is scale * sin(i * i / 7 + p), where p is the sum of the characters of
its name, modulo 97; norms' weights are one more.

    python tests/golden/checkpoints.py      (torch 2.14, transformers 5.24)

Writes checkpoints.json beside itself: the lists of tensors that the models have, and for
each checkpoint what its config.json has and lacks beside the first of its architecture,
its list, its changes in order, and its outputs.
"""

import json
import re
import struct
import tempfile
from pathlib import Path

import torch
import transformers

from bert_formula import HERE, IDS, MASK, SCALES, SEGMENTS

LABELS = ["bad", "good", "odd"]
BERT = dict(
    vocab_size=24, num_hidden_layers=1, num_attention_heads=2, hidden_size=8,
    intermediate_size=16, max_position_embeddings=9,
)
DISTILBERT = dict(
    vocab_size=24, n_layers=1, n_heads=2, dim=8, hidden_dim=16, max_position_embeddings=9,
)
ELECTRA = BERT | dict(embedding_size=6)
SIZES = {"Bert": BERT, "DistilBert": DISTILBERT, "Electra": ELECTRA}
DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "F8_E8M0": torch.uint8,
}


def role_of(name):
    if name.endswith("bias"):
        return "bias"
    if "norm" in name.lower():
        return "gain"
    return "embedding" if re.search("_embeddings.weight$", name) else "kernel"


def formula(name, shape):
    """As float32, so that each file holds the same values whatever its number type."""
    phase = sum(map(ord, name)) % 97
    i = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    role = role_of(name)
    values = SCALES[role] * torch.sin(i * i / 7 + phase) + (role == "gain")
    return values.reshape(list(shape)).float()


def change(tensors, changes):
    """Name → (values, dtype), after the changes; and the number of files."""
    tensors = {name: (values, "F32") for name, values in tensors.items()}
    shards = 1
    for kind, *what in changes:
        if kind == "rename":
            tensors = {re.sub(what[0], what[1], name): entry for name, entry in tensors.items()}
        elif kind == "drop":
            tensors = {name: entry for name, entry in tensors.items() if not re.search(what[0], name)}
        elif kind == "copy":
            tensors[what[1]] = tensors[what[0]]
        elif kind == "add":
            tensors[what[0]] = (formula(*what), "F32")
        elif kind == "dtype":
            tensors = {
                name: (values, what[1]) if re.search(what[0], name) else (values, dtype)
                for name, (values, dtype) in tensors.items()
            }
        elif kind == "shards":
            shards = what[0]
    return tensors, shards


def file_of(tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, (values, dtype) in tensors.items():
        part = values.to(DTYPES[dtype]).contiguous().flatten().view(torch.uint8).numpy().tobytes()
        offsets = [len(data), len(data) + len(part)]
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": offsets}
        data += part
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def write(folder, settings, tensors, shards):
    (folder / "config.json").write_text(json.dumps(settings))
    if shards == 1:
        (folder / "model.safetensors").write_bytes(file_of(tensors))
        return
    names = list(tensors)
    weight_map = {name: f"model-{i % shards + 1}.safetensors" for i, name in enumerate(names)}
    for file in set(weight_map.values()):
        part = {name: tensors[name] for name in names if weight_map[name] == file}
        (folder / file).write_bytes(file_of(part))
    index = {"metadata": {}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def outputs_of(model, kind):
    inputs = {"input_ids": torch.tensor(IDS), "attention_mask": torch.tensor(MASK)}
    if kind != "DistilBert":
        inputs["token_type_ids"] = torch.tensor(SEGMENTS)
    with torch.no_grad():
        output = model.double().eval()(**inputs)
    keep = ["last_hidden_state", "logits", "prediction_logits", "seq_relationship_logits",
            "start_logits", "end_logits"]
    return [
        [round(value, 6) for value in output[name].flatten().tolist()] for name in keep if name in output
    ]


listings, checkpoints, configs = [], [], {}


def add(title, python_name, changes=(), settings=None, opened_as=None, reads=True):
    """A checkpoint of a class; `reads` is whether Python knows its names."""
    kind = re.match("Bert|DistilBert|Electra", python_name).group()
    config_class = getattr(transformers, f"{kind}Config")
    settings = {"id2label": dict(enumerate(LABELS)), "label2id": {l: i for i, l in enumerate(LABELS)}} | (settings or {})
    used = {name: value for name, value in settings.items() if value is not None}
    config = config_class(**(SIZES[kind] | used))
    model = getattr(transformers, python_name)(config)
    listing = [
        [name, list(p.shape)] for name, p in model.state_dict().items()
        if config.tie_word_embeddings is False or name not in (model._tied_weights_keys or {})
    ]
    if listing not in listings:
        listings.append(listing)
    tensors = {name: formula(name, shape) for name, shape in listing}
    written = json.loads(config.to_json_string(use_diff=True))
    written |= {"architectures": [python_name], "model_type": config.model_type, "dtype": "float32"}
    written |= {name: settings[name] for name in settings if name not in ("id2label", "label2id") or settings[name] is None}
    written = {name: value for name, value in written.items() if settings.get(name, 0) is not None}
    opened = getattr(transformers, opened_as or python_name)
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        write(folder, written, *change(tensors, [c for c in changes if reads or c[0] != "rename"]))
        model, report = opened.from_pretrained(folder, dtype=torch.float64, output_loading_info=True)
    if report["missing_keys"]:
        raise ValueError(f"{title}: {report['missing_keys']} are missing")
    labels = [model.config.id2label[i] for i in range(model.config.num_labels)]
    usual = configs.setdefault(config.model_type, written)
    checkpoints.append({
        "title": title, "modelType": config.model_type,
        "settings": {name: value for name, value in written.items() if usual.get(name, "") != value},
        "without": [name for name in usual if name not in written],
        "listing": listings.index(listing),
        "changes": list(changes), "openedAs": opened_as or python_name, "labels": labels,
        "outputs": outputs_of(model, kind),
    })
    print(f"{title}: {len(checkpoints[-1]['outputs'])} outputs")


CLASSIFIER = "BertForSequenceClassification"
MASKED = "BertForMaskedLM"
TOKENS = "BertForTokenClassification"
WORDS, DECODER = "bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight"

add("a classifier as Python saves it", CLASSIFIER)
add("a classifier of two classes without names", CLASSIFIER, settings={"id2label": None, "label2id": None})
add("a classifier with placeholders for names", CLASSIFIER,
    settings={"id2label": {i: f"LABEL_{i}" for i in range(3)}, "label2id": {f"LABEL_{i}": i for i in range(3)}})
add("gamma and beta of a converted TensorFlow model", CLASSIFIER,
    [["rename", "LayerNorm.weight$", "LayerNorm.gamma"], ["rename", "LayerNorm.bias$", "LayerNorm.beta"]])
add("a buffer of position ids", CLASSIFIER,
    [["add", "bert.embeddings.position_ids", [1, 9]], ["dtype", "position_ids$", "I64"]])
add("an unused tensor of eight bits", CLASSIFIER,
    [["add", "quant.scale", [3]], ["dtype", "quant", "F8_E8M0"]])
add("names of torch.compile", CLASSIFIER, [["rename", "^", "_orig_mod."]], reads=False)
add("names of DataParallel", CLASSIFIER, [["rename", "^", "module."]], reads=False)
add("names of a LightningModule", CLASSIFIER, [["rename", "^", "model."]], reads=False)
add("names of two wrappers, one of the encoder alone", CLASSIFIER,
    [["rename", "^bert.", "bert._orig_mod."], ["rename", "^", "module."]], reads=False)
add("half precision", CLASSIFIER, [["dtype", "", "F16"]])
add("half precision with the exponents of float32", CLASSIFIER, [["dtype", "", "BF16"]])
add("norms in float32, the rest in half precision", CLASSIFIER,
    [["dtype", "", "F16"], ["dtype", "LayerNorm", "F32"]])
add("double precision of float32's values", CLASSIFIER, [["dtype", "", "F64"]])
add("more rows than word pieces", CLASSIFIER, settings={"vocab_size": 32})
add("two files", CLASSIFIER, [["shards", 2]])
add("three files of masked language modelling in half precision", MASKED, [["dtype", "", "F16"], ["shards", 3]])
add("classifier_dropout", CLASSIFIER, settings={"classifier_dropout": 0.3})
add("regression", CLASSIFIER, settings={"id2label": {0: "LABEL_0"}, "label2id": {"LABEL_0": 0}})
add("regression to three numbers", CLASSIFIER, settings={"problem_type": "regression"})
add("several labels at once", CLASSIFIER, settings={"problem_type": "multi_label_classification"})
add("gelu_new", CLASSIFIER, settings={"hidden_act": "gelu_new"})
add("gelu_python", CLASSIFIER, settings={"hidden_act": "gelu_python"})
add("gelu_pytorch_tanh", MASKED, settings={"hidden_act": "gelu_pytorch_tanh"})
add("relu", CLASSIFIER, settings={"hidden_act": "relu"})
add("swish", CLASSIFIER, settings={"hidden_act": "swish"})
add("settings of older versions", CLASSIFIER, settings={
    "layer_norm_eps": 1e-5, "pad_token_id": 3, "type_vocab_size": 3, "output_past": True, "pruned_heads": {},
    "torchscript": False, "position_embedding_type": "absolute", "gradient_checkpointing": False,
    "_num_labels": 3, "finetuning_task": "trec", "chunk_size_feed_forward": 7})
add("a token classifier", TOKENS, settings={"classifier_dropout": 0.0})
add("a token classifier without names and with a pooler", TOKENS,
    [["add", "bert.pooler.dense.weight", [8, 8]], ["add", "bert.pooler.dense.bias", [8]]],
    settings={"id2label": None, "label2id": None})
add("question answering", "BertForQuestionAnswering", settings={"id2label": None, "label2id": None})
add("masked language modelling", MASKED)
add("masked language modelling with more rows than word pieces", MASKED, settings={"vocab_size": 32})
add("both copies of tied tensors", MASKED,
    [["copy", WORDS, DECODER], ["copy", "cls.predictions.bias", "cls.predictions.decoder.bias"]])
add("tied tensors under the decoder's names", MASKED, [
    ["copy", WORDS, DECODER], ["copy", "cls.predictions.bias", "cls.predictions.decoder.bias"],
    ["drop", "word_embeddings|predictions.bias$"]])
add("an untied decoder", MASKED, settings={"tie_word_embeddings": False})
add("a decoder that differs although it is tied", MASKED,
    [["add", DECODER, [24, 8]], ["add", "cls.predictions.decoder.bias", [24]]])
add("pretraining", "BertForPreTraining")
add("pretraining, opened for masked words", "BertForPreTraining", opened_as=MASKED)
add("next-sentence prediction", "BertForNextSentencePrediction")
add("a bare encoder", "BertModel")
add("a classifier, opened as a bare encoder", CLASSIFIER, opened_as="BertModel")
add("DistilBERT", "DistilBertForSequenceClassification", settings={"seq_classif_dropout": 0.3})
add("DistilBERT in BERT's words", "DistilBertForSequenceClassification", settings={
    "dim": None, "n_layers": None, "n_heads": None,
    "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2})
add("DistilBERT without its prefix", "DistilBertModel", [["rename", "^", "model."]], reads=False)
add("DistilBERT's masked language modelling with both copies", "DistilBertForMaskedLM",
    [["copy", "distilbert.embeddings.word_embeddings.weight", "vocab_projector.weight"]])
add("DistilBERT's words under the projector's name", "DistilBertForMaskedLM", [
    ["copy", "distilbert.embeddings.word_embeddings.weight", "vocab_projector.weight"],
    ["drop", "word_embeddings"]])
add("DistilBERT's untied decoder", "DistilBertForMaskedLM", settings={"tie_word_embeddings": False})
add("DistilBERT's token classifier in half precision", "DistilBertForTokenClassification", [["dtype", "", "BF16"]])
add("ELECTRA", "ElectraForSequenceClassification")
add("ELECTRA without its prefix, and of DataParallel", "ElectraModel", [["rename", "^", "module."]], reads=False)
add("ELECTRA without a projection", "ElectraForTokenClassification", settings={"embedding_size": 8})
add("ELECTRA's discriminator, opened as a bare encoder", "ElectraForPreTraining", opened_as="ElectraModel")
add("ELECTRA's question answering in two files", "ElectraForQuestionAnswering", [["shards", 2]],
    settings={"id2label": None, "label2id": None})

versions = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
golden = {"versions": versions, "configs": configs, "listings": listings, "checkpoints": checkpoints}
(HERE / "checkpoints.json").write_text(json.dumps(golden) + "\n")
print(len(checkpoints), "checkpoints,", len(listings), "lists of tensors")
