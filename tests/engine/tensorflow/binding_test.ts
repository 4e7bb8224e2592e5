import * as tf from "@tensorflow/tfjs";
import { startEngine } from "bertbook/engine/engine.ts";
import { tensorFlowBinding } from "bertbook/engine/tensorflow/backend.ts";
import { DataType } from "bertbook/engine/tensorflow/dtypes.ts";
import type { Executor } from "bertbook/engine/tensorflow/eager_executor.ts";
import assert from "node:assert/strict";

await startEngine({ engine: "tensorflow" });
const binding = tensorFlowBinding();

function roundTrip(
  shape: number[],
  dtype: number,
  values: ArrayBufferView<ArrayBuffer>,
): unknown {
  const id = binding.createTensor(shape, dtype, values);
  const read = binding.tensorDataSync(id);
  binding.deleteTensor(id);
  return read;
}

Deno.test("every element type comes back as it went", () => {
  const cases: [number, number[], ArrayBufferView<ArrayBuffer>][] = [
    [DataType.float32, [3], Float32Array.of(1.5, -0, Infinity)],
    [DataType.float64, [2], Float64Array.of(1e300, Math.PI)],
    [DataType.int32, [2], Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
    [DataType.uint8, [3], Uint8Array.of(0, 7, 255)],
    [DataType.bool, [2], Uint8Array.of(1, 0)],
    [DataType.complex64, [2], Float32Array.of(1, 2, 3, 4)],
    [DataType.int64, [2], BigInt64Array.of(-(2n ** 63n), 5n)],
    [DataType.float32, [0, 3], new Float32Array()],
    [DataType.float32, [], Float32Array.of(42)],
  ];
  for (const [dtype, shape, values] of cases) {
    assert.deepEqual(roundTrip(shape, dtype, values), values);
  }
});

Deno.test("a view into a larger buffer is copied from where it begins", () => {
  const view = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
  assert.deepEqual(
    roundTrip([2], DataType.float32, view),
    Float32Array.of(1, 2),
  );
});

Deno.test("strings of every length come back, also through a view of them", () => {
  const before = binding.getNumOfTensors();
  const words = [
    "",
    "a",
    "ä 😀",
    "more than the 22 bytes that fit inside",
    "x".repeat(70_000),
  ];
  const strings = tf.tensor1d(words, "string");
  const again = strings.reshape([5, 1]);
  strings.dispose();
  assert.deepEqual(again.dataSync() as unknown as string[], words);
  again.dispose();
  assert.equal(binding.getNumOfTensors(), before);
});

Deno.test("tfjs reads booleans and complex numbers", () => {
  tf.tidy(() => {
    assert.deepEqual(
      tf.tensor([1, 5]).greater(3).dataSync(),
      Uint8Array.of(0, 1),
    );
    const z = tf.complex([1, 2], [3, 4]);
    assert.deepEqual(z.mul(z).dataSync(), Float32Array.of(-8, 6, -12, 16));
  });
});

Deno.test("the chosen executor answers, and the eager one comes back", () => {
  const calls: string[] = [];
  const recorder: Executor = {
    create: () => -1,
    delete: () => {},
    read: () => Float32Array.of(7),
    execute: (name, _attributes, inputs) => {
      calls.push(`${name}(${inputs.length})`);
      return [{ id: -2, shape: [1], dtype: DataType.float32 }];
    },
  };
  binding.executor = recorder;
  try {
    const sum = tf.tidy(() =>
      tf.add(tf.tensor1d([1]), tf.tensor1d([2])).dataSync()
    );
    assert.deepEqual([...sum], [7]);
    assert.deepEqual(calls, ["Add(2)"]);
  } finally {
    binding.executor = binding.eager;
  }
  assert.equal(tf.tidy(() => tf.add(1, 2).dataSync()[0]), 3);
});

Deno.test("ids are never given twice", () => {
  const { eager } = binding;
  const id = binding.createTensor([1], DataType.float32, Float32Array.of(1));
  assert.deepEqual(eager.metadata(id), {
    id,
    shape: [1],
    dtype: DataType.float32,
  });
  binding.deleteTensor(id);
  assert.equal(eager.has(id), false);
  assert.ok(eager.nextId() > id);
});

Deno.test("a disposed tensor is named", () => {
  const id = binding.createTensor([1], DataType.float32, Float32Array.of(1));
  binding.deleteTensor(id);
  const refusal = {
    name: "RangeError",
    message: /^Cannot use tensor \d+: it must be alive/,
  };
  assert.throws(() => binding.deleteTensor(id), refusal);
  assert.throws(() => binding.tensorDataSync(id), refusal);
  assert.throws(() => binding.executeOp("Neg", [], [id], 1), refusal);
});

Deno.test("values that do not fill the shape are refused", () => {
  assert.throws(
    () => binding.createTensor([2, 3], DataType.float32, new Float32Array(5)),
    {
      name: "RangeError",
      message:
        "Cannot create a tensor of float32: its values must fill its shape, " +
        "[2,3] of 24 bytes; found 20 bytes",
    },
  );
  assert.throws(
    () => binding.createTensor([2], DataType.string, [new Uint8Array()]),
    {
      name: "RangeError",
      message:
        "Cannot create a tensor of strings: its values must fill its shape, " +
        "[2] of 2 encoded strings; found 1",
    },
  );
  assert.throws(
    () => binding.createTensor([1], DataType.float32, [new Uint8Array(4)]),
    {
      name: "TypeError",
      message: /its values must be a typed array/,
    },
  );
});

Deno.test("TensorFlow's refusals say what was tried, on which shapes", () => {
  const before = binding.getNumOfTensors();
  const make = (shape: number[]) =>
    binding.createTensor(shape, DataType.float32, new Float32Array(6));
  const ids = [make([2, 3]), make([2, 3])];
  const T = { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  assert.throws(() => binding.executeOp("MatMul", [T], ids, 1), {
    name: "TensorFlowError",
    code: "INVALID_ARGUMENT",
    message:
      /^Cannot execute "MatMul" on float32 \[2,3\], float32 \[2,3\]: TensorFlow refuses it; found INVALID_ARGUMENT, Matrix size-incompatible/,
  });
  assert.throws(() => binding.executeOp("NoSuchOp", [], [], 1), {
    name: "TensorFlowError",
    message:
      /^Cannot execute "NoSuchOp" on no inputs: TensorFlow refuses it; found NOT_FOUND/,
  });
  for (const id of ids) binding.deleteTensor(id);
  assert.equal(binding.getNumOfTensors(), before);
});

Deno.test("a type without a typed array is refused by name", () => {
  const handle = binding.executeOp(
    "VarHandleOp",
    [
      { name: "dtype", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: "shape", type: binding.TF_ATTR_SHAPE, value: [2] },
    ],
    [],
    1,
  )[0]!;
  assert.equal(handle.dtype, DataType.resource);
  assert.throws(() => binding.tensorDataSync(handle.id), {
    name: "TypeError",
    message: /must have a typed array; found resource/,
  });
  binding.deleteTensor(handle.id);
});
