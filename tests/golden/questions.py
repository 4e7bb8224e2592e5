"""Writes questions.json: offsets and windows by Python's transformers, scores of answers.

Run: python tests/golden/questions.py (transformers 5.24, tokenizers 0.23, torchmetrics 1.9).

Offsets and starts of answers are written in UTF-16 units, as JavaScript counts.
"""

import collections
import json
import pathlib
import re
import string

import tokenizers
import torchmetrics
import transformers
from torchmetrics.functional.text import squad
from transformers import BertTokenizerFast

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ["the", "##ing", "##s", "play", "etude", "naive", "road", "12", "##3", "中", "文", "δρομος", "ᄀ", "##ᅡ", "##ᆨ", "ß", "ﬁ"]
LETTERS = list(string.ascii_letters + string.digits)
VOCABULARY = list(dict.fromkeys(SPECIAL + WORDS + list(string.punctuation) + LETTERS + [f"##{c}" for c in LETTERS]))

TEXTS = [
    "The road, played!  plays",
    "  tabs\tand\r\nlines\u2028and\u00a0spaces\u3000 ",
    "\u00c9tude, E\u0301TUDE; na\u00efve NA\u0308I\u0308VE",  # composed and not
    "cafe\u0301\u0300\u0302 x\u0301y",  # several accents, and one in the middle
    "\u0301a \u0301",  # an accent without a letter
    "zero\u200bwidth soft\u00adhyphen \u202eright-to-left\u202c \ufeffmark \u200bstart end\u200b",
    "nul\u0000l bell\u0007 next\u0085line \ue000private\U000f0000use \ufffdreplaced",
    "\u4e2d\u6587and\u65e5\u672c \uac01 \ud55c\uae00",  # ideographs; syllables that fall apart
    "smile \U0001f642 family \U0001f468\u200d\U0001f469 flag \U0001f1eb\U0001f1f7 end",  # two units each
    "\U0001f642play\U0001f642ing \U0001d400\U0001d401",
    "\u0130stanbul \u01c5 \ufb01n \uff21\uff22 \u212bngstr\u00f6m \u1e9e\u00df",  # lower case changes lengths
    "δρόμος ΆΈΉ \u0390\u1fd3",
    "a" * 99 + " " + "a" * 101 + " b",  # a word that is too long
    "q\u00fcx\u0436 zz\u0436",  # letters that the vocabulary lacks
    "a [MASK] b[SEP]c [mask] [ SEP ] [[CLS]] [PAD][UNK]",
    "##ing ## # $5+3^2=~`<>| don't re-play 12345",
    "नमस्ते ไทย עִבְרִית عَرَبِي tiếng Việt",  # marks that are removed, and marks that are not
    "I\u0307I\u0307 \u01f0 \u0149",
    "\u1100\u1161\u11a8 e\u20dd o\u0338",
    "",
    " \t\n",
    "\u200b\u0301",
]


def tokenizer(lower_case):
    return BertTokenizerFast(vocab={piece: i for i, piece in enumerate(VOCABULARY)}, do_lower_case=lower_case)


def units(text, position):
    """UTF-16 units before a character."""
    return len(text[:position].encode("utf-16-le", "surrogatepass")) // 2


def offsets(text, lower_case):
    encoding = tokenizer(lower_case)(text, add_special_tokens=False, return_offsets_mapping=True)
    return {
        "tokens": tokenizer(lower_case).convert_ids_to_tokens(encoding.input_ids),
        "offsets": [[units(text, start), units(text, end)] for start, end in encoding.offset_mapping],
    }


CONTEXT = (
    "The na\u00efve road \U0001f642 plays 123 \u00c9tudes. They say: the road, the road! "
    "Played 12 times, the \u4e2d\u6587 road was don't-play; e\u0301tude by etude."
)
QUESTIONS = [
    ("What does the road play?", CONTEXT, "123 \u00c9tudes"),
    ("Which road?", CONTEXT, "the \u4e2d\u6587 road"),
    ("How?", CONTEXT, "e\u0301tude by etude"),
    ("By what?", CONTEXT, "etude"),
    ("What was it?", CONTEXT, "t-play"),  # within a word, after a mark
    ("Who says so?", CONTEXT, None),
    ("Who says so, who plays the road, and how often do they play it?", CONTEXT, "the road, the road"),
]


def windows(question, context, answer, max_length, stride):
    """As the training features of the question answering example of transformers."""
    encoding = tokenizer(True)(
        question, context, truncation="only_second", max_length=max_length, stride=stride,
        return_overflowing_tokens=True, return_offsets_mapping=True,
    )
    start = -1 if answer is None else context.index(answer)
    made = []
    for i, ids in enumerate(encoding.input_ids):
        spans, kinds = encoding.offset_mapping[i], encoding.sequence_ids(i)
        own = [t for t, kind in enumerate(kinds) if kind == 1]
        positions = (0, 0)
        if answer is not None and own:
            end = start + len(answer)
            if spans[own[0]][0] <= start and spans[own[-1]][1] >= end:
                positions = (
                    max(t for t in own if spans[t][0] <= start),
                    min(t for t in own if spans[t][1] >= end),
                )
        made.append({
            "inputIds": ids,
            "tokenTypeIds": encoding.token_type_ids[i],
            "startPosition": positions[0],
            "endPosition": positions[1],
            "offsets": [[units(context, a), units(context, b)] for a, b in (spans[t] for t in own)],
        })
    return {
        "question": question, "context": context, "maxLength": max_length, "stride": stride,
        "answers": [] if answer is None else [{"text": answer, "start": units(context, start)}],
        "windows": made,
    }


# Predictions and the answers that count as right; no answer at all in the second list alone.
ANSWERED = [
    ("The Old Bridge", ["old bridge", "bridge"]),
    ("in 1873", ["1873", "4 May 1873"]),
    ("4 May, 1873", ["1873", "4 May 1873"]),
    ("a  well-known\tbaker!", ["the well known baker", "Baker"]),
    ("an apple a day", ["An apple; a day?"]),
    ("théa anna", ["thé anna", "Théa Anna"]),
    ("théa", ["thé"]),
    ("cat cat sat", ["the cat sat"]),
    ("the the cat sat on the mat", ["a cat sat on a mat on the mat", "cat cat sat"]),
    ("U.S.", ["US", "United States"]),
    ("nothing like it", ["something else"]),
    ("\u00a35\u00a0million", ["5 million", "\u00a35 million"]),
    ("ΌΣΟΣ 'x'", ["όσος x"]),
    ("", ["an answer"]),
]
UNANSWERED = [("", []), ("a guess", []), ("the", []), ("", ["the", "a"]), ("The", ["an", "cat"]), ("cat", ["an", "cat"])]


def tokens(text):
    """The words of a text: lower case, no ASCII punctuation, no articles."""
    kept = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(?:a|an|the)\b", " ", kept).split()


def score(prediction, answers):
    """SQuAD 2.0: the best over all answers that have a word; without any, "" is the answer."""
    found = tokens(prediction)
    wanted = [words for words in map(tokens, answers) if words] or [[]]
    f1 = []
    for words in wanted:
        common = sum((collections.Counter(found) & collections.Counter(words)).values())
        f1.append(float(found == words) if not found or not words else 2 * common / (len(found) + len(words)))
    return {"exactMatch": float(found in wanted), "f1": max(f1)}


def scored(pairs):
    return [{"prediction": p, "answers": answers, **score(p, answers)} for p, answers in pairs]


def by_torchmetrics(pairs):
    """SQuAD 1.1, in percent."""
    predictions = [{"id": str(i), "prediction_text": p} for i, (p, _) in enumerate(pairs)]
    references = [
        {"id": str(i), "answers": {"text": answers, "answer_start": [0] * len(answers)}}
        for i, (_, answers) in enumerate(pairs)
    ]
    found = squad(predictions, references)
    return {"exactMatch": found["exact_match"].item() / 100, "f1": found["f1"].item() / 100}


def main():
    golden = {
        "versions": {each.__name__: each.__version__ for each in (transformers, tokenizers, torchmetrics)},
        "vocabulary": VOCABULARY,
        "offsets": [{"text": t, "uncased": offsets(t, True), "cased": offsets(t, False)} for t in TEXTS],
        "questions": [
            windows(*each, max_length, stride)
            for each in QUESTIONS for max_length, stride in ((384, 128), (48, 16), (32, 4))
            if len(tokenizer(True).tokenize(each[0])) < max_length - 3 - stride
        ],
        "scores": {"answered": scored(ANSWERED), "unanswered": scored(UNANSWERED), "torchmetrics": by_torchmetrics(ANSWERED)},
    }
    mean = sum(score(*pair)["f1"] for pair in ANSWERED) / len(ANSWERED)
    assert abs(mean - golden["scores"]["torchmetrics"]["f1"]) < 1e-6, "the two programs differ"
    file = pathlib.Path(__file__).with_suffix(".json")
    file.write_text(json.dumps(golden, ensure_ascii=True) + "\n")


main()
