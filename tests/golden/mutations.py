"""Golden verdicts on mutated files: what Python's own readers make of each.

Run: python tests/golden/mutations.py   (Deno; pip install safetensors==0.8.0 nbformat==5.11.1)

The files are those of tests/_mutations.ts; a digest of what was read is kept for each
that is accepted. Writes mutations.json beside itself.
"""

import base64
import csv
import hashlib
import io
import json
import pathlib
import struct
import subprocess

import nbformat
import safetensors

HERE = pathlib.Path(__file__)


def read_safetensors(data):
    tensors = [
        [name, fact["dtype"], list(fact["shape"]), bytes(fact["data"]).hex()]
        for name, fact in safetensors.deserialize(data)
    ]
    # Names may hold any character; they are compared by their code points.
    return dump(sorted(tensors))


def read_json(data):
    def without_duplicates(pairs):
        members = dict(pairs)
        if len(members) < len(pairs):
            raise ValueError("a name twice")
        return members

    def refuse(word):
        raise ValueError(word)

    text = data.decode("utf-8")
    return spell(
        json.loads(text, object_pairs_hook=without_duplicates, parse_constant=refuse, parse_int=float)
    )


def spell(value):
    """A value, spelled the same in each language: numbers by their bits, texts by theirs."""
    if isinstance(value, float):
        return struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "'" + value.encode("utf-16-be", "surrogatepass").hex()
    if isinstance(value, list):
        return "[" + ",".join(map(spell, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(sorted(spell(k) + ":" + spell(v) for k, v in value.items())) + "}"
    return {None: "null", True: "true", False: "false"}[value]


def read_csv(data):
    text = data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if len(rows) > 1 and rows[-1] == []:
        rows.pop()  # an empty line at the end
    rows = [row or [""] for row in rows]
    if not rows or len({len(row) for row in rows}) > 1:
        raise ValueError("rows must have equally many cells")
    return dump(rows)


def read_notebook(data):
    notebook = json.loads(data)
    errors = nbformat.validator.iter_validate(notebook, version=4, version_minor=5)
    try:
        error = next(errors, None)
    except TypeError as why:  # while it describes an error
        raise ValueError("invalid") from why
    if error is not None:
        raise ValueError("invalid")
    ids = [cell["id"] for cell in notebook["cells"]]
    if len(ids) > len(set(ids)):
        raise ValueError("an id twice")
    return "valid"


def dump(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


READERS = {
    "safetensors": (read_safetensors, 2018, 10_000),
    "json": (read_json, 8259, 5_000),
    "csv": (read_csv, 4180, 5_000),
    "notebook": (read_notebook, 45, 2_000),
}

golden = {"versions": {"safetensors": safetensors.__version__, "nbformat": nbformat.__version__}}
for kind, (read, seed, count) in READERS.items():
    command = ["deno", "run", HERE.parent.parent / "_mutations.ts", kind, str(seed), str(count)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    files = [base64.b64decode(line) for line in output.splitlines()]
    accepted = {}
    for number, data in enumerate(files):
        try:
            text = read(data)
        except (ValueError, RecursionError, csv.Error, safetensors.SafetensorError):
            continue
        accepted[number] = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    golden[kind] = {
        "seed": seed,
        "count": count,
        "files": hashlib.sha256(b"".join(files)).hexdigest(),
        "accepted": accepted,
    }
    print(f"{kind}: {len(accepted)} of {count} accepted")
HERE.with_suffix(".json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
