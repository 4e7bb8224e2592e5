"""Writes tokenizer.json: encodings by Python's transformers, with a small vocabulary.

Run: python tests/golden/tokenizer.py (transformers 5.23, tokenizers 0.23).
"""

import json
import pathlib
import string

from transformers import BertTokenizerFast

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = "the dog crossed road she put him on a leash play etude naive İ Étude 中 文 日 本 ο δρομος 🙂 가".split()
ENDS = ["##s", "##ing", "##ed", "##ς", "##σ"]
MARKS = [c for c in string.punctuation]
LETTERS = list(string.ascii_letters + string.digits)
VOCABULARY = list(dict.fromkeys(
    SPECIAL + WORDS + ENDS + MARKS + LETTERS + [f"##{c}" for c in LETTERS]
))

TEXTS = [
    "The dog crossed the road.",
    "she put him on a leash !!!",
    "  tabs\tand\r\nlines\u2028and\u00a0spaces\u3000 ",
    "\u00c9tude, E\u0301TUDE; na\u00efve NA\u00cfVE",
    "played playing plays playq play-ing un\u0000seen",
    "zero\u200bwidth soft\u00adhyphen \u202eright-to-left\u202c \ufeffmark",
    "control\u0007bell\u0085next \ue000private\U000f0000use \ufffdreplaced",
    "\u4e2d\u6587and\u65e5\u672c \uac00 \ud55c",
    "smile \U0001f642 family \U0001f468\u200d\U0001f469 flag \U0001f1eb\U0001f1f7",
    "\u0130stanbul \u01c5 \ufb01 \uff21\uff22 \u212b",
    "a" * 99, "a" * 100, "a" * 101,
    "\U0001d400" * 100,
    "a [MASK] b[SEP]c [mask] [ SEP ] [[CLS]] [PAD][UNK]",
    "##ing ## # $5+3^2=~`<>|",
    "",
    " \t\n",
]

# Where Transformers.js differs: Python's Unicode tables are older, it lower-cases each
# capital sigma to U+03C3, and it spaces out Han characters above U+FFFF as well.
DIFFERENT = ["\u0394\u03a1\u039f\u039c\u039f\u03a3", "a\U00020000b", "a\u061db"]

PAIRS = [("the dog crossed the road .", "she put him on a leash"), ("a", "b c d e f g h i"), ("a b c d e f g h", "i")]


def tokenizer(lower_case):
    ids = {piece: i for i, piece in enumerate(VOCABULARY)}
    return BertTokenizerFast(vocab=ids, do_lower_case=lower_case)


def kept(uncased, num_first, num_second, max_length):
    encoding = uncased(
        " ".join("a" * num_first), " ".join("b" * num_second),
        max_length=max_length, truncation="longest_first",
    )
    tokens = uncased.convert_ids_to_tokens(encoding.input_ids)
    return [num_first, num_second, max_length, tokens.count("a"), tokens.count("b")]


def padded(uncased, pair, max_length):
    encoding = uncased(*pair, max_length=max_length, truncation="longest_first", padding="max_length")
    return {
        "pair": pair,
        "maxLength": max_length,
        "ids": encoding.input_ids,
        "segments": encoding.token_type_ids,
        "attentionMask": encoding.attention_mask,
    }


def main():
    uncased, cased = tokenizer(True), tokenizer(False)
    golden = {
        "vocabulary": VOCABULARY,
        "texts": [
            {"text": text, "uncased": uncased(text).input_ids, "cased": cased(text).input_ids}
            for text in TEXTS
        ],
        "different": [{"text": text, "uncased": uncased(text).input_ids} for text in DIFFERENT],
        "padded": [padded(uncased, pair, length) for pair in PAIRS for length in (3, 4, 9, 12, 20)],
        "kept": [
            kept(uncased, first, second, max_length)
            for first in range(1, 8) for second in range(1, 8) for max_length in (3, 4, 7, 8, 11, 12)
        ],
        "decoded": [
            {"ids": ids, "text": uncased.decode(ids), "plain": uncased.decode(ids, skip_special_tokens=True)}
            for ids in (uncased(text).input_ids for text in TEXTS)
        ],
    }
    file = pathlib.Path(__file__).with_suffix(".json")
    file.write_text(json.dumps(golden, ensure_ascii=True) + "\n")


main()
