/** The order of a compiled function's reads and writes, against tfjs's own. */

import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { assignAdd } from "bertbook/engine/training_ops.ts";
import { numbers } from "./_support.ts";

await startEngine({ engine: "tensorflow" });

/** A variable, without the tensor that it begins with. */
function variable(values: number | number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(values)));
}

/** Runs a function of two variables, 1 and 10, as it is and compiled, thrice. */
function assertSameAsEager(
  run: (a: tf.Variable, b: tf.Variable) => tf.Tensor[],
): void {
  const traceOf = (
    call: (a: tf.Variable, b: tf.Variable) => tf.Tensor[],
  ): number[][] => {
    const [a, b] = [variable(1), variable(10)];
    const seen = [1, 2, 3].map(() =>
      tf.tidy(() => [...call(a, b), a, b].map((tensor) => numbers(tensor)[0]!))
    );
    tf.dispose([a, b]);
    return seen;
  };
  const expected = traceOf(run);
  const compiled = compile(run);
  const before = tf.memory().numTensors;
  assert.deepEqual(traceOf(compiled), expected);
  assert.equal(compiled.runs, "graph");
  compiled.dispose();
  assert.equal(tf.memory().numTensors, before);
}

Deno.test("A compiled function reads what it has assigned", () => {
  assertSameAsEager((a) => {
    const before = a.mul(2);
    a.assign(a.add(5));
    return [before, a.mul(2)];
  });
});

Deno.test("A compiled function reads what it has changed in place", () => {
  assertSameAsEager((a, b) => {
    const before = a.mul(2);
    assignAdd(a, b);
    return [before, a.mul(2), b.add(a)];
  });
});

Deno.test("A compiled function swaps two variables", () => {
  assertSameAsEager((a, b) => {
    const old = a.clone();
    a.assign(b);
    b.assign(old);
    return [];
  });
});

Deno.test("A clone made in a compiled function keeps the old value", () => {
  assertSameAsEager((a, b) => {
    const unread = a.clone(); // read only after the change
    assignAdd(a, b);
    const between = a.clone();
    assignAdd(a, tf.scalar(1000));
    return [unread.add(0), between.add(0), a.add(0), unread];
  });
});

Deno.test("Two writes of one variable happen in the order of the program", () => {
  assertSameAsEager((a, b) => {
    a.assign(b.mul(3));
    assignAdd(a, tf.scalar(1));
    assignAdd(a, a.mul(100));
    a.assign(a.sub(7));
    return [a.mul(1)];
  });
  assertSameAsEager((a, b) => {
    assignAdd(b, a);
    a.assign(b);
    assignAdd(b, a);
    return [];
  });
});

Deno.test("Many writes without a read between keep their order", () => {
  // x ← x + 1 and x ← 2x do not commute, so any other order gives another number.
  const x = variable(0);
  const run = compile(() => {
    for (let i = 0; i < 12; i++) {
      assignAdd(x, tf.scalar(1));
      assignAdd(x, x);
    }
  });
  for (let i = 0; i < 20; i++) {
    x.assign(tf.scalar(0));
    run();
    assert.equal(numbers(x)[0], 2 ** 13 - 2); // 2 + 4 + … + 2¹²
  }
  run.dispose();
  x.dispose();
});

Deno.test("Variables given in other places are other variables", () => {
  const [a, b] = [variable(1), variable(10)];
  const add = compile((to: tf.Variable, x: tf.Variable) => assignAdd(to, x));
  add(a, a); // the same one twice is a signature of its own
  add(a, b);
  add(b, a);
  assert.deepEqual([numbers(a)[0], numbers(b)[0]], [12, 22]);
  assert.equal(add.signatures.length, 2);
  add.dispose();
  tf.dispose([a, b]);
});

Deno.test("A variable both given and captured is refused, not confused", () => {
  const [a, b] = [variable(1), variable(10)];
  const add = compile((x: tf.Variable) => a.assign(a.add(x)));
  add(b);
  assert.throws(() => add(a), {
    name: "TypeError",
    message: /a variable must be either given or captured/,
  });
  assert.equal(numbers(a)[0], 11);
  add.dispose();
  tf.dispose([a, b]);
});

Deno.test("Clones and views of a variable keep their values over calls", () => {
  const x = variable([1, 2, 3, 4]);
  const double = compile((v: tf.Variable) => assignAdd(v, v));
  double(x);
  const clone = x.clone();
  const view = x.reshape([2, 2]);
  double(x);
  double(x);
  assert.deepEqual(numbers(clone), [2, 4, 6, 8]);
  assert.deepEqual(numbers(view), [2, 4, 6, 8]);
  assert.deepEqual(numbers(x), [8, 16, 24, 32]);
  double.dispose();
  tf.dispose([x, clone, view]);
});

Deno.test("A captured clone of a variable does not follow the variable", () => {
  const x = variable(1);
  const start = x.clone();
  const move = compile(() => {
    x.assign(x.mul(2));
    return x.sub(start);
  });
  const moved = [1, 2, 3].map(() => {
    using out = disposable(move());
    return numbers(out.tensor)[0];
  });
  assert.deepEqual(moved, [1, 3, 7]);
  move.dispose();
  tf.dispose([x, start]);
});

Deno.test("It does not, even if the clone is gone and nothing else holds it", () => {
  const x = variable(1);
  const start = x.clone();
  const moved = compile(() => x.sub(start));
  const move = compile(() => assignAdd(x, tf.scalar(5)));
  tf.tidy(() => {
    assert.equal(numbers(moved())[0], 0);
    start.dispose(); // now only the variable has the buffer, and changes it
    move();
    assert.equal(numbers(moved())[0], 5);
  });
  for (const compiled of [moved, move]) compiled.dispose();
  x.dispose();
});

Deno.test("Variables that share a buffer change one by one", () => {
  const [a, b] = [variable(1), variable(0)];
  b.assign(a); // one buffer for both now
  const add = compile(() => {
    assignAdd(a, tf.scalar(1));
    assignAdd(b, tf.scalar(10));
  });
  add();
  b.assign(a);
  add();
  assert.deepEqual([numbers(a)[0], numbers(b)[0]], [3, 12]);
  add.dispose();
  tf.dispose([a, b]);
});

Deno.test("A variable may be assigned, saved and restored between calls", async () => {
  const x = variable([1, 2]);
  const add = compile(() => assignAdd(x, tf.scalar(1).broadcastTo([2])));
  add();
  const saved = await x.data();
  add();
  x.assign(tf.tensor1d([50, 60]));
  add();
  assert.deepEqual(numbers(x), [51, 61]);
  x.assign(tf.tensor1d([...saved]));
  add();
  assert.deepEqual(numbers(x), [3, 4]);
  add.dispose();
  x.dispose();
});

Deno.test("Gradients of variables are taken inside a compiled function", () => {
  const x = variable(3);
  const step = compile(() => {
    const { value, grads } = tf.variableGrads(() => x.square() as tf.Scalar);
    x.assign(x.sub(grads[x.name]!.mul(0.25)));
    return value;
  });
  const losses = tf.tidy(() => [1, 2, 3].map(() => numbers(step())[0]));
  assert.deepEqual(losses, [9, 2.25, 0.5625]); // x halves
  step.dispose();
  x.dispose();
});

Deno.test("Around an outer gradient a compiled function shows its operations", () => {
  const x = variable(3);
  const square = compile((v: tf.Tensor) => v.square());
  tf.tidy(() => {
    assert.equal(numbers(square(x))[0], 9);
    assert.equal(square.runs, "graph");
    const { grads } = tf.variableGrads(() => square(x).mul(2) as tf.Scalar);
    assert.equal(numbers(grads[x.name]!)[0], 12);
    assert.equal(square.runs, "eager");
  });
  square.dispose();
  x.dispose();
});

/** A tensor that is disposed at the end of the block. */
function disposable(
  tensor: tf.Tensor,
): { tensor: tf.Tensor } & Disposable {
  return { tensor, [Symbol.dispose]: () => tensor.dispose() };
}
