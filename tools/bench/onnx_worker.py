"""onnxruntime as a worker of `deno task bench --onnx`.

    onnx_worker.py <files as JSON> <token ids of each sentence as JSON>

A line with the number of a file asks it to compute all sentences, one by one; a line of
JSON answers. Written for onnxruntime 1.32.0 and numpy 2.4.6.
"""

import json
import sys
import time

import numpy
import onnxruntime

files, sentences = map(json.loads, sys.argv[1:])
sessions = [onnxruntime.InferenceSession(file) for file in files]
inputs = [
    {
        "input_ids": numpy.array([ids], numpy.int64),
        "attention_mask": numpy.ones((1, len(ids)), numpy.int64),
        "token_type_ids": numpy.zeros((1, len(ids)), numpy.int64),
    }
    for ids in sentences
]
print("{}", flush=True)
for number in map(int, sys.stdin):
    times = []
    for each in inputs:
        start = time.perf_counter()
        sessions[number].run(None, each)
        times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps(times), flush=True)
