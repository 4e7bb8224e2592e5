import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { startEngine } from "bertbook/engine/engine.ts";
import { tensorFlowBinding } from "bertbook/engine/tensorflow/backend.ts";
import { opRegistryOf } from "bertbook/engine/tensorflow/op_registry.ts";

await startEngine({ engine: "tensorflow" });
assert.equal(tf.getBackend(), "tensorflow");
const registry = opRegistryOf(tensorFlowBinding().eager.context);

Deno.test("OpRegistry.group() tells lists from single inputs", () => {
  // op_def: ConcatV2(values: N * T, axis: Tidx), AddN(inputs: N * T), Add(x, y)
  const counted = [{ name: "N", type: 1, value: 2 }];
  assert.deepEqual(registry.group("ConcatV2", counted, 3), {
    groups: [2, undefined],
    implied: new Set(["N"]),
  });
  assert.deepEqual(registry.group("ConcatV2", [], 4).groups, [3, undefined]);
  assert.deepEqual(registry.group("AddN", [], 5).groups, [5]);
  assert.deepEqual(registry.group("Add", [], 2), {
    groups: [undefined, undefined],
    implied: new Set(),
  });
});

Deno.test("OpRegistry.group() counts lists of mixed types by their types", () => {
  // op_def: IdentityN(input: T), where T is list(type)
  const types = [{ name: "T", type: 4, value: [1, 3, 10] }];
  assert.deepEqual(registry.group("IdentityN", types, 3), {
    groups: [3],
    implied: new Set(["T"]),
  });
});

Deno.test("OpRegistry.group() refuses unknown operations and odd counts", () => {
  assert.throws(() => registry.group("NoSuchOp", [], 1), {
    name: "TypeError",
    message: /Cannot trace "NoSuchOp": it must be an operation of TensorFlow/,
  });
  assert.throws(() => registry.group("Add", [], 3), {
    name: "TypeError",
    message: /Cannot trace "Add": its inputs must fit .* found 3 tensors/,
  });
});
