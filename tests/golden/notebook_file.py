"""Golden values for notebook files: what Python's nbformat accepts and how it writes.

Run: python tests/golden/notebook_file.py   (needs: pip install nbformat)
"""

import copy
import json
import pathlib

import nbformat

BASE = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {
        "kernelspec": {"name": "deno", "display_name": "Deno", "language": "typescript"},
        "language_info": {"name": "typescript", "version": "6.0.3", "codemirror_mode": "typescript"},
    },
    "cells": [
        {
            "cell_type": "markdown",
            "id": "a",
            "metadata": {"tags": ["intro"]},
            "source": "# Título\r\none\u2028two\x0cthree\n",
            "attachments": {"p.png": {"image/png": "iVBO\nRw0K"}},
        },
        {"cell_type": "raw", "id": "b", "metadata": {"format": "text/x-rst"}, "source": ""},
        {
            "cell_type": "code",
            "id": "c",
            "metadata": {"scrolled": "auto", "collapsed": False},
            "execution_count": 1,
            "source": ["const a = 1;\n", "a"],
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": "1\n2\x85\n"},
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {
                        "text/plain": ["x\n", "y"],
                        "image/svg+xml": "<svg>\n</svg>",
                        "image/png": "iVBO\n",
                        "application/json": {"9": [], "10": {}, "b": None, "a": "\u2028\x7f\ud83d\ude00"},
                        "application/vnd.vegalite.v5+json": ["lines\n", "stay"],
                    },
                },
                {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "1"}},
                {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["a\nb"]},
            ],
        },
    ],
}

CODE, STREAM, DISPLAY, RESULT, ERROR = (
    ["cells", 2],
    ["cells", 2, "outputs", 0],
    ["cells", 2, "outputs", 1],
    ["cells", 2, "outputs", 2],
    ["cells", 2, "outputs", 3],
)
GONE = object()

# (path to a value, what to put there)
CHANGES = [
    ([], {}),
    ([], []),
    ([], None),
    (["nbformat"], 3),
    (["nbformat"], "4"),
    (["nbformat"], GONE),
    (["nbformat_minor"], 4),
    (["nbformat_minor"], 6),
    (["nbformat_minor"], GONE),
    (["metadata"], GONE),
    (["metadata"], []),
    (["metadata", "kernelspec"], {"name": "deno"}),
    (["metadata", "kernelspec", "name"], 1),
    (["metadata", "kernelspec", "more"], 1),
    (["metadata", "language_info"], {}),
    (["metadata", "language_info", "codemirror_mode"], {"name": "x"}),
    (["metadata", "language_info", "codemirror_mode"], 5),
    (["metadata", "language_info", "mimetype"], None),
    (["metadata", "title"], 5),
    (["metadata", "authors"], {}),
    (["metadata", "orig_nbformat"], 0),
    (["metadata", "more"], {"deep": []}),
    (["more"], 1),
    (["cells"], {}),
    (["cells", 0], "text"),
    (["cells", 0, "id"], GONE),
    (["cells", 0, "id"], ""),
    (["cells", 0, "id"], "ü"),
    (["cells", 0, "id"], "a b"),
    (["cells", 0, "id"], "x" * 64),
    (["cells", 0, "id"], "x" * 65),
    (["cells", 0, "id"], "b"),
    (["cells", 0, "id"], 5),
    (["cells", 0, "cell_type"], "heading"),
    (["cells", 0, "cell_type"], "constructor"),
    (["cells", 0, "cell_type"], GONE),
    (["cells", 0, "outputs"], []),
    (["cells", 0, "source"], 1),
    (["cells", 0, "source"], ["a", 1]),
    (["cells", 0, "source"], GONE),
    (["cells", 0, "metadata"], GONE),
    (["cells", 0, "metadata", "tags"], ["a", "a"]),
    (["cells", 0, "metadata", "tags"], ["a,b"]),
    (["cells", 0, "metadata", "tags"], [""]),
    (["cells", 0, "metadata", "tags"], "a"),
    (["cells", 0, "metadata", "name"], ""),
    (["cells", 0, "metadata", "name"], "n"),
    (["cells", 0, "metadata", "jupyter"], []),
    (["cells", 0, "metadata", "constructor"], 1),
    (["cells", 0, "attachments"], []),
    (["cells", 0, "attachments"], {"a": "b"}),
    (["cells", 0, "attachments"], {"a": {"image/png": 1}}),
    (["cells", 1, "metadata", "format"], 1),
    (CODE + ["execution_count"], None),
    (CODE + ["execution_count"], -1),
    (CODE + ["execution_count"], 1.5),
    (CODE + ["execution_count"], "1"),
    (CODE + ["execution_count"], True),
    (CODE + ["execution_count"], GONE),
    (CODE + ["attachments"], {}),
    (CODE + ["metadata", "scrolled"], "yes"),
    (CODE + ["metadata", "collapsed"], 0),
    (CODE + ["metadata", "execution"], {"iopub.status.busy": 1}),
    (CODE + ["metadata", "execution"], {"any": "text"}),
    (CODE + ["outputs"], GONE),
    (CODE + ["outputs"], {}),
    (STREAM + ["output_type"], "pyout"),
    (STREAM + ["text"], GONE),
    (STREAM + ["text"], 1),
    (STREAM + ["name"], "stdlog"),
    (STREAM + ["name"], None),
    (STREAM + ["metadata"], {}),
    (DISPLAY + ["metadata"], GONE),
    (DISPLAY + ["data"], []),
    (DISPLAY + ["data", "text/plain"], {}),
    (DISPLAY + ["data", "application/json"], 5),
    (DISPLAY + ["data", "application/vnd.x+json"], None),
    (DISPLAY + ["data", "application/xjson"], 5),
    (DISPLAY + ["transient"], {}),
    (RESULT + ["execution_count"], GONE),
    (RESULT + ["execution_count"], -1),
    (ERROR + ["traceback"], "text"),
    (ERROR + ["traceback"], [1]),
    (ERROR + ["evalue"], None),
    (ERROR + ["extra"], 1),
]


def changed(path, value):
    notebook = copy.deepcopy(BASE)
    if not path:
        return value
    place = notebook
    for key in path[:-1]:
        place = place[key]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return notebook


def is_valid(notebook):
    if not isinstance(notebook, dict):
        return False
    errors = nbformat.validator.iter_validate(notebook, version=4, version_minor=5)
    if next(errors, None) is not None:
        return False
    ids = [cell["id"] for cell in notebook["cells"]]
    return len(ids) == len(set(ids))


changes = []
for path, value in CHANGES:
    notebook = changed(path, value)
    change = {"path": path, "valid": is_valid(notebook)}
    if value is not GONE:
        change["value"] = value
    changes.append(change)

golden = {
    "nbformat": nbformat.__version__,
    "notebook": BASE,
    "written": nbformat.writes(nbformat.from_dict(BASE)) + "\n",
    "changes": changes,
}
out = pathlib.Path(__file__).with_suffix(".json")
out.write_text(json.dumps(golden, indent=1, ensure_ascii=True) + "\n")
print(f"{sum(c['valid'] for c in changes)} of {len(changes)} changes are valid")
