"""Writes tokenizer_files.json: ids by Python's transformers, for many kinds of tokenizer files.

Each configuration is a folder of files; a vocabulary and the texts belong to all. Of the
ids of a text, and of the words of 4,096 characters, the JSON has a checksum: four digits
of base 36. A single wrong id always changes it.

Run: python tests/golden/tokenizer_files.py (transformers 5.24, tokenizers 0.23.3).
"""

import copy
import json
import pathlib
import random
import string
import tempfile

from transformers import AutoTokenizer

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = "the The dog dogs cat Cat zoo naive naïve Étude étude etude hello οδος οδοσ fi ﬁ co İ i̇ 中 文 中文 日 𠮷 가 [MASK".split()
LETTERS = list(string.ascii_letters + string.digits + string.punctuation + "éàüñÉσςΣøßıǅ\u0301\u0327\u1734\u200b\u00a0")
ENDS = ["s", "ing", "文", "中", "𠮷", "hello", "dog"]
VOCABULARY = list(dict.fromkeys(
    SPECIAL + ["[unused0]"] + WORDS + LETTERS + [f"##{c}" for c in LETTERS[:-1] + ENDS]
))

FLAGS = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}


def added(id_, content, **flags):
    return {"id": id_, "content": content, **FLAGS, **flags}


def special(name, type_id):
    return {"SpecialToken": {"id": name, "type_id": type_id}}


def sequence(name, type_id):
    return {"Sequence": {"id": name, "type_id": type_id}}


SINGLE = [special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0)]
BERT = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
TOKENIZER = {
    "version": "1.0",
    "truncation": None,
    "padding": None,
    "added_tokens": [added(i, token) for i, token in enumerate(SPECIAL)],
    "normalizer": BERT,
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {
        "type": "TemplateProcessing",
        "single": SINGLE,
        "pair": [*SINGLE, sequence("B", 1), special("[SEP]", 1)],
        "special_tokens": {t: {"id": t, "ids": [i], "tokens": [t]} for t, i in (("[CLS]", 2), ("[SEP]", 3))},
    },
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "model": {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
    },
}
N = len(VOCABULARY)
MORE = [
    added(5, "[unused0]"),
    added(VOCABULARY.index("cat"), "cat", normalized=True, special=False, single_word=True),
    added(N, "[SUBJ]"),
    added(N + 1, "Zoo", normalized=True, special=False),
    added(N + 2, "<l>", lstrip=True),
    added(N + 3, "<r>", rstrip=True),
    added(N + 4, "[SUBJ]s", lstrip=True, rstrip=True),
    added(N + 5, "Étude\u4e2d", normalized=True, special=False),
    added(N + 6, "og", special=False, single_word=True),
]


def steps(*types):
    return [{"type": type_} if isinstance(type_, str) else type_ for type_ in types]


def whole(changes={}, more=(), **settings):
    """tokenizer.json, followed in all it says."""
    content = {**TOKENIZER, **changes, "added_tokens": [*TOKENIZER["added_tokens"], *more]}
    return {
        "tokenizer.json": content,
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", **settings},
    }


def lines(**settings):
    """vocab.txt with its settings."""
    return {"tokenizer_config.json": {"tokenizer_class": "BertTokenizer", **settings}}


CONFIGURATIONS = {
    "uncased": lines(do_lower_case=True),
    "cased": lines(do_lower_case=False),
    "accents kept": lines(strip_accents=False),
    "cased, no accents": lines(do_lower_case=False, strip_accents=True),
    "Han in words": lines(tokenize_chinese_chars=False),
    "named tokens": lines(additional_special_tokens=["[SUBJ]", "[unused0]"], subj_token="og"),
    "older list of added tokens": {
        **lines(),
        "added_tokens.json": {"Zoo": N + 1, "[SUBJ]": N},
        "special_tokens_map.json": {"additional_special_tokens": ["[SUBJ]"]},
    },
    "numbered list of added tokens": lines(added_tokens_decoder={
        str(token["id"]): {k: v for k, v in token.items() if k != "id"}
        for token in [*TOKENIZER["added_tokens"], *MORE]
    }),
    "controls kept": whole({"normalizer": {**BERT, "clean_text": False}}),
    "short words": whole({"model": {**TOKENIZER["model"], "max_input_chars_per_word": 4}}),
    "decomposed": whole({
        "normalizer": {"type": "Sequence", "normalizers": steps("NFD", "Lowercase", "StripAccents")},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
    }),
    "composed": whole({
        "normalizer": {"type": "Sequence", "normalizers": steps("NFKC", "Lowercase")},
        "pre_tokenizer": {"type": "WhitespaceSplit"},
    }, more=MORE),
    "as written": whole({
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps("WhitespaceSplit", {"type": "Punctuation", "behavior": "Isolated"})},
    }),
    "one word": whole({"normalizer": {"type": "NFKD"}, "pre_tokenizer": None}),
    "added tokens": whole(more=MORE),
    "added tokens, cased": whole({"normalizer": {**BERT, "lowercase": False}}, more=MORE),
    # The class follows its own settings, whatever tokenizer.json says.
    "two files": {
        **whole({"normalizer": {**BERT, "lowercase": False}, "pre_tokenizer": {"type": "WhitespaceSplit"}}, more=MORE),
        "tokenizer_config.json": {"tokenizer_class": "BertTokenizer", "strip_accents": False},
    },
}
# Those of which the places of the tokens are compared. (Of letters that are composed Python
# says where the first one is, without its accent.)
OFFSETS = ["uncased", "older list of added tokens", "decomposed", "one word", "added tokens", "two files"]
# Those whose words are compared for every character.
EVERY_CHARACTER = ["uncased", "cased", "accents kept", "controls kept", "decomposed", "composed", "as written", "one word"]


def between(first, last):
    return lambda r: chr(r.randint(first, last))


def one_of(*items):
    return lambda r: r.choice(items)


FRAGMENTS = [
    one_of(*WORDS), one_of(*WORDS), one_of(*[token["content"] for token in MORE]), one_of(*SPECIAL),
    one_of(*LETTERS), one_of(*ENDS), between(0x61, 0x7A), between(0x61, 0x7A), between(0x20, 0x7E),
    between(0xA0, 0x24F), between(0x300, 0x36F), between(0x386, 0x3CE), between(0x4E00, 0x9FFF),
    between(0x20000, 0x2CEAF), between(0x2F800, 0x2FA1F), between(0x00, 0x9F), between(0x2000, 0x206F),
    between(0xFB00, 0xFB06), between(0xFF01, 0xFF5E), between(0xAC00, 0xD7A3), between(0x1F300, 0x1F64F),
    between(0xE000, 0xFFFD), between(0x370, 0x1FFF), between(0x10000, 0x1FFFF),
    one_of("[SUBJ ]", "[subj]", "zoo", "ÉTUDE中", "<l> ", " <r>", "cats", "Og", "[UNK]]", "[[CLS]", "[mask]", "hot", "ΟΔΟΣ"),
]


def texts(count):
    r = random.Random(2018)
    made = [
        "hello" * 20, "hello" * 21, "a" * 100, "a" * 101, "𠮷" * 4, "", " ", "\u2028\u00a0",
        "the  dogs,\tcat\r\n", "a𠮷d", "a\U0002b820d", "ΟΔΟΣ ΟΔΟΣ.", "a\u061db", "[PAD\u200b]", "the [SUBJ]  <r>  dog <l>", "\U00018437cat cat\U00018437",
    ]
    while len(made) < count:
        parts = [r.choice(FRAGMENTS)(r) for _ in range(r.randint(1, 7))]
        made.append(r.choice(["", " ", " ", "  "]).join(parts))
    return made


def checksum(numbers):
    total = 0
    for number in numbers:
        total = (total * 31 + number + 1) % 36**4
    digits = string.digits + string.ascii_lowercase
    return "".join(digits[total // 36**i % 36] for i in (3, 2, 1, 0))


def opened(files):
    with tempfile.TemporaryDirectory() as folder:
        files = copy.deepcopy(files)
        files["config.json"] = {"model_type": "bert"}
        if "tokenizer.json" in files:
            files["tokenizer.json"]["model"]["vocab"] = {piece: i for i, piece in enumerate(VOCABULARY)}
        for name, content in files.items():
            pathlib.Path(folder, name).write_text(json.dumps(content))
        pathlib.Path(folder, "vocab.txt").write_bytes("\n".join(VOCABULARY).encode())
        return AutoTokenizer.from_pretrained(folder)


def offsets(tokenizer, text):
    """Where each token is, in UTF-16 units, as JavaScript counts."""
    units = [0]
    for character in text:
        units.append(units[-1] + (2 if ord(character) > 0xFFFF else 1))
    mapping = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True).offset_mapping
    return [units[position] for offset in mapping for position in offset]


def words(tokenizer, text):
    backend = tokenizer.backend_tokenizer
    if backend.normalizer is not None:
        text = backend.normalizer.normalize_str(text)
    if backend.pre_tokenizer is None:
        return [text]
    return [word for word, _ in backend.pre_tokenizer.pre_tokenize_str(text)]


# Not the many blocks of one kind: Han, Hangul and what is for private use.
BLOCKS = [0x1000 * block for block in [*range(5), 9, 10, 13, 15, *range(16, 20), 22, *range(27, 32), 42, 43, 44, 47, 0xE0]]
# Capitals of Unicode 17: whether JavaScript lower-cases them depends on its version.
LEFT_OUT = {*range(0xD800, 0xE000), 0xA7CE, 0xA7D2, 0xA7D4, *range(0x16EA0, 0x16EB9)}


def blocks(tokenizer):
    for first in BLOCKS:
        points = [c for c in range(first, first + 0x1000) if c not in LEFT_OUT]
        found = ["|".join(words(tokenizer, f"a{chr(c)}b")) for c in points]
        yield checksum(ord(c) for c in "\n".join(found))


def main():
    every = texts(1000)
    configurations = []
    for name, files in CONFIGURATIONS.items():
        tokenizer = opened(files)
        ids = tokenizer(every).input_ids
        configurations.append({
            "name": name,
            "files": files,
            "ids": "".join(map(checksum, ids)),
            **({"offsets": "".join(checksum(offsets(tokenizer, text)) for text in every)} if name in OFFSETS else {}),
            **({"characters": "".join(blocks(tokenizer))} if name in EVERY_CHARACTER else {}),
        })
    golden = {
        "vocabulary": VOCABULARY,
        "texts": every,
        "blocks": BLOCKS,
        "leftOut": sorted(LEFT_OUT - {*range(0xD800, 0xE000)}),
        "configurations": configurations,
    }
    file = pathlib.Path(__file__).with_suffix(".json")
    file.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
