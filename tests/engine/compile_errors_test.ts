/** What a compiled function refuses, and that a refusal leaves no trace. */

import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { tensorFlowBinding } from "bertbook/engine/tensorflow/backend.ts";
import { assignAdd } from "bertbook/engine/training_ops.ts";
import { currentTrace } from "bertbook/engine/tensorflow/trace.ts";
import { numbers } from "./_support.ts";

await startEngine({ engine: "tensorflow" });

const weight: tf.Variable = tf.tidy(() => tf.variable(tf.tensor([1, 2])));
const outside = tf.tensor1d([3, 4]);

/** All that a failed trace must leave alone. */
function state(): unknown {
  return {
    tensors: tf.memory().numTensors,
    buffers: tf.memory().numDataBuffers,
    handles: tensorFlowBinding().eager.numTensors,
    variables: Object.keys(tf.engine().registeredVariables),
    weight: numbers(weight),
    tracing: currentTrace() !== undefined,
    executes: tensorFlowBinding().executor === tensorFlowBinding().eager,
    gradientDepth: tf.engine().state.gradientDepth,
    random: Math.random.name,
  };
}

/** Asserts that a call fails thus, twice, and that all is as before. */
function assertRefused(
  run: (x: tf.Tensor) => tf.Tensor | void,
  expected: { name: string; message: RegExp },
): void {
  const compiled = compile(run);
  const x = tf.tensor1d([5, 6]);
  tf.tidy(() => void x.add(weight).add(outside)); // uploads all of them
  const before = state();
  assert.throws(() => compiled(x), expected);
  assert.deepEqual(state(), before);
  assert.throws(() => compiled(x), expected);
  assert.deepEqual(state(), before);
  assert.equal(compiled.signatures.length, 0);
  compiled.dispose();
  x.dispose();
}

Deno.test("A function that throws while traced leaves everything as it was", () => {
  assertRefused((x) => {
    const large = tf.zeros([1 << 15]); // stays outside the graph
    tf.variable(x, true, "made while tracing");
    weight.assign(x);
    tf.variableGrads(() => {
      assignAdd(weight, outside.add(large.sum()));
      throw new RangeError("from within");
    });
  }, { name: "RangeError", message: /^from within$/ });
});

Deno.test("Reading values while traced is refused", () => {
  const expected = {
    name: "TypeError",
    message: /Cannot read a tensor's values while a function is being traced/,
  };
  assertRefused((x) => void x.dataSync(), expected);
  assertRefused((x) => void x.add(1).arraySync(), expected);
  assertRefused((x) => x.print(), expected);
  assertRefused(() => void weight.dataSync(), expected);
  assertRefused((x) => {
    weight.assign(x);
    weight.dataSync();
  }, expected);
});

Deno.test("The values of a captured tensor may be read: they are constant", () => {
  const scale = compile((x: tf.Tensor) => x.mul(outside.dataSync()[0]!));
  const y = tf.tidy(() => numbers(scale(tf.scalar(2))));
  assert.deepEqual(y, [6]);
  scale.dispose();
});

Deno.test("An asynchronous function is refused on every engine", () => {
  assertRefused(
    (async (x: tf.Tensor) => {
      await x.data();
    }) as unknown as (x: tf.Tensor) => void,
    { name: "TypeError", message: /asynchronous function: .* await outside/ },
  );
});

Deno.test("An output whose shape depends on values is refused", () => {
  assertRefused((x) => tf.unique(x).values, {
    name: "RangeError",
    message: /Cannot trace "UniqueV2": the shape of its output must be known/,
  });
});

Deno.test("A function that makes a variable is refused", () => {
  assertRefused((x) => tf.variable(x, true, "scale").mul(2), {
    name: "TypeError",
    message: /makes variables: .* found "scale" \[2\]; make it before/,
  });
});

Deno.test("Random numbers that would be frozen are refused", () => {
  const expected = {
    name: "TypeError",
    message: /Cannot draw random numbers .* counterUniform\(\)/,
  };
  assertRefused(() => tf.randomUniform([2]), expected);
  assertRefused(() => tf.randomNormal([2]), expected);
  assertRefused((x) => tf.dropout(x, 0.5), expected);
  const seeded = compile(() => tf.randomUniform([2], 0, 1, "float32", 7));
  tf.tidy(() => { // a seed draws the same numbers at each call, as without compile
    const expected = numbers(tf.randomUniform([2], 0, 1, "float32", 7));
    assert.deepEqual(numbers(seeded()), expected);
    assert.deepEqual(numbers(seeded()), expected);
  });
  seeded.dispose();
});

Deno.test("Arguments and results of other kinds are refused", () => {
  const id = compile((x: tf.Tensor) => x);
  for (const wrong of [() => 1, new Map(), new Float32Array(2), 1n]) {
    assert.throws(() => id(wrong as unknown as tf.Tensor), {
      name: "TypeError",
      message: /found a (function|Map|Float32Array|bigint)/,
    });
  }
  assertRefused((() => new Date()) as unknown as () => tf.Tensor, {
    name: "TypeError",
    message: /found a Date/,
  });
});

Deno.test("Disposed arguments, captures and variables are refused", () => {
  const captured = tf.tensor1d([1, 2]);
  const variable = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
  const add = compile((x: tf.Tensor) => x.add(captured).add(variable));
  const x = tf.tensor1d([1, 1]);
  tf.dispose(captured.add(1)); // before that TensorFlow does not know it
  tf.dispose(add(x));
  x.dispose();
  assert.throws(() => add(x), {
    name: "TypeError",
    message: /must be alive; found one of float32 \[2\] that was disposed/,
  });
  tf.tidy(() => {
    captured.dispose();
    assert.throws(() => add(tf.tensor1d([1, 1])), {
      name: "TypeError",
      message: /uses from outside must be alive; found one that was disposed/,
    });
    variable.dispose();
    assert.throws(() => add(tf.tensor1d([1, 1])), { name: "TypeError" });
  });
  add.dispose();
});

Deno.test("A symbol that left its function is refused", () => {
  let escaped: tf.Tensor | undefined;
  const run = compile((x: tf.Tensor) => void (escaped = tf.keep(x.mul(2))));
  const x = tf.scalar(1);
  run(x);
  assert.throws(() => escaped!.add(1), {
    name: "TypeError",
    message:
      /found a symbol that left the function .* let the function return it/,
  });
  escaped!.dispose();
  run.dispose();
  x.dispose();
});

Deno.test("A limit of signatures that is none is refused at once", () => {
  for (const maxSignatures of [0, -1, 1.5, NaN]) {
    assert.throws(() => compile(() => {}, { name: "sum", maxSignatures }), {
      name: "RangeError",
      message: `Cannot compile "sum": maxSignatures must be a whole number ` +
        `of at least 1, or Infinity; found ${maxSignatures}`,
    });
  }
});

Deno.test("Too many signatures name the size that varies, and the way out", () => {
  const sum = compile(
    (batch: { ids: tf.Tensor }, rate: number) => batch.ids.sum().mul(rate),
    { name: "sum", maxSignatures: 3 },
  );
  const call = (length: number, rate: number): void =>
    tf.tidy(() => void sum({ ids: tf.zeros([2, length]) }, rate));
  for (const length of [5, 6, 7, 5]) call(length, 1);
  assert.throws(() => call(8, 1), {
    name: "RangeError",
    message:
      'Cannot trace "sum" once more: it must have at most 3 signatures; ' +
      "found that dimension 1 of [0].ids was 5, 6, 7, 8; round sizes up so that " +
      "few occur, or raise maxSignatures",
  });
  sum.dispose();
  for (const rate of [0.1, 0.2, 0.3]) call(5, rate);
  assert.throws(() => call(5, 0.4), {
    name: "RangeError",
    message: /the value \[1\] was 0.1, 0.2, 0.3, 0.4; pass \[1\] as a tensor/,
  });
  sum.dispose();
});
