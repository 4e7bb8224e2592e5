/** What goes into a compiled function and comes out of it. */

import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { compile, runFunctionsEagerly } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { counterUniform } from "bertbook/engine/random.ts";
import { tensorFlowBinding } from "bertbook/engine/tensorflow/backend.ts";
import { numbers, on } from "./_support.ts";

await startEngine({ engine: "tensorflow" });

Deno.test("compile() runs a function as one operation, with equal results", () => {
  const affine = compile((x: tf.Tensor, scale: number) => x.mul(scale).add(1));
  tf.tidy(() => {
    assert.deepEqual(numbers(affine(tf.tensor1d([1, 2]), 2)), [3, 5]);
    assert.deepEqual(numbers(affine(tf.tensor1d([3, 4]), 2)), [7, 9]);
    assert.deepEqual(numbers(affine(tf.tensor1d([3, 4]), 3)), [10, 13]);
  });
  assert.equal(affine.signatures.length, 2);
  assert.equal(affine.runs, "graph");
  affine.dispose();
});

Deno.test("runFunctionsEagerly() runs a compiled function as it is, and back", () => {
  let numRuns = 0;
  const double = compile((x: tf.Tensor) => {
    numRuns++;
    return x.mul(2);
  });
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2]);
    runFunctionsEagerly(true);
    for (let i = 0; i < 3; i++) assert.deepEqual(numbers(double(x)), [2, 4]);
    assert.deepEqual([numRuns, double.runs], [3, "eager"]);
    runFunctionsEagerly(false);
    for (let i = 0; i < 3; i++) assert.deepEqual(numbers(double(x)), [2, 4]);
    assert.deepEqual([numRuns, double.runs], [4, "graph"]);
  });
  double.dispose();
});

Deno.test("A signature is the form, the shapes, the types and the plain values", () => {
  let numTraces = 0;
  const run = compile((...args: readonly unknown[]) => {
    numTraces++;
    return tf.scalar(args.length);
  }, { maxSignatures: 100 }) as (...args: unknown[]) => tf.Tensor;
  const [a, b] = [tf.zeros([2, 3]), tf.ones([2, 3])];
  const different: unknown[][] = [
    [a],
    [a, b],
    [[a, b]],
    [{ a, b }],
    [{ b, a }],
    [{ a, c: b }],
    [{ "a: 1, b": 2 }],
    [{ a: 1, b: 2 }],
    [{ a: undefined }],
    [{}],
    ["1"],
    [1],
    [true],
    ["true"],
    [null],
    ["null"],
    [undefined],
    [],
    [0],
    [-0],
    [NaN],
    [Infinity],
    [[]],
    [[[]]],
    ["{0"],
    ["float32[2,3]"],
    [tf.zeros([3, 2])],
    [tf.zeros([6])],
    [tf.zeros([2, 3], "int32")],
    [tf.variable(a)],
    [tf.scalar(1)],
    [tf.zeros([1])],
    [["a", "b"]],
  ];
  tf.tidy(() => {
    for (const [i, args] of different.entries()) {
      run(...args);
      assert.equal(numTraces, i + 1, JSON.stringify(args));
    }
    for (const args of different) run(...args);
  });
  assert.equal(numTraces, different.length);
  tf.disposeVariables();
});

Deno.test("Outputs may be arguments, captures, constants, and twice the same", () => {
  const captured = tf.tensor1d([7, 8]);
  const large = Float32Array.from({ length: 1 << 15 }, (_, i) => i);
  const run = compile((x: tf.Tensor, y: tf.Tensor) => {
    const sum = x.add(y);
    return {
      x,
      again: x,
      list: [sum, sum],
      captured,
      one: tf.scalar(1),
      many: tf.tensor(large),
      text: "as it is",
      nothing: null,
    };
  });
  const before = tf.memory().numTensors;
  const x = tf.tensor1d([1, 2]);
  for (let call = 0; call < 3; call++) {
    const out = run(x, x); // the same tensor twice
    assert.deepEqual(numbers(out.list[0]!), [2, 4]);
    assert.deepEqual(numbers(out.captured), [7, 8]);
    assert.deepEqual(numbers(out.many), [...large]);
    assert.deepEqual([out.text, out.nothing], ["as it is", null]);
    tf.dispose([out.x, out.list[0]!, out.captured, out.one, out.many]);
    assert.deepEqual(numbers(out.again), [1, 2]); // each output is one of its own
    assert.deepEqual(numbers(out.list[1]!), [2, 4]);
    tf.dispose([out.again, out.list[1]!]);
  }
  assert.deepEqual(numbers(captured), [7, 8]);
  x.dispose();
  assert.equal(tf.memory().numTensors, before);
  run.dispose();
  captured.dispose();
});

Deno.test("Integers, booleans and texts go in and come out", () => {
  const run = compile((n: tf.Tensor, b: tf.Tensor, s: tf.Tensor) => ({
    n: n.mul(tf.scalar(2, "int32")),
    b: b.logicalNot(),
    s: s.reshape([2, 1]),
    t: tf.tensor1d(["made", "inside"]),
  }));
  tf.tidy(() => {
    const out = run(
      tf.tensor1d([3, 4], "int32"),
      tf.tensor1d([true, false]),
      tf.tensor1d(["ä", ""]),
    );
    assert.deepEqual([out.n.dtype, out.n.arraySync()], ["int32", [6, 8]]);
    assert.deepEqual([out.b.dtype, out.b.arraySync()], ["bool", [0, 1]]);
    assert.deepEqual(out.s.arraySync(), [["ä"], [""]]);
    assert.deepEqual(out.t.arraySync(), ["made", "inside"]);
  });
  run.dispose();
});

Deno.test("A constant keeps its values, whatever becomes of the array they came in", () => {
  const run = compile((x: tf.Tensor) => {
    const array = Float32Array.of(1);
    const constant = tf.tensor1d(array);
    const before = x.add(constant);
    array[0] = 100;
    return [before, x.add(constant)];
  });
  const sums = tf.tidy(() => run(tf.tensor1d([0])).flatMap(numbers));
  assert.deepEqual(sums, [1, 1]);
  run.dispose();
});

Deno.test("A constant that was used may be read, and kept for later", () => {
  let kept!: tf.Tensor, read!: tf.TypedArray;
  const run = compile((x: tf.Tensor) => {
    const values = new Int32Array([1, -2]);
    kept = tf.keep(tf.tensor1d(values, "int32"));
    const sum = x.add(kept);
    values.fill(9);
    read = kept.dataSync();
    return sum;
  });
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const x = tf.tensor1d([10, 20], "int32");
    for (let i = 0; i < 2; i++) assert.deepEqual(numbers(run(x)), [11, 18]);
    assert.deepEqual([...read], [1, -2]);
    assert.deepEqual(numbers(kept), [1, -2]);
    assert.deepEqual(numbers(kept.mul(x)), [10, -40]);
  });
  run.dispose();
  kept.dispose();
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("Equal small constants share a node", () => {
  const run = compile((x: tf.Tensor) => {
    let y = x;
    for (let i = 0; i < 10; i++) y = y.mul(2).add(tf.scalar(i % 2));
    return y;
  });
  const y = tf.tidy(() => numbers(run(tf.scalar(1)))); // 2¹⁰ + 2⁸ + 2⁶ + 2⁴ + 2² + 1
  assert.deepEqual(y, [1365]);
  assert.equal(run.signatures[0]!.operations.get("Const"), 3);
  run.dispose();
});

Deno.test("A full compiled function forgets what was not called for longest", () => {
  let numTraces = 0;
  const sum = compile((x: tf.Tensor) => {
    numTraces++;
    return x.add(tf.ones([1 << 15])).sum(); // a constant that it owns
  }, { maxSignatures: 2, whenFull: "forget" });
  const call = (size: number): number =>
    tf.tidy(() => numbers(sum(tf.fill([size, 1], 1)))[0]!);
  assert.equal(call(1), 2 ** 16);
  const before = tensorFlowBinding().eager.numTensors;
  for (const size of [2, 1, 3]) assert.equal(call(size), size * 2 ** 16);
  assert.equal(numTraces, 3);
  assert.equal(call(1), 2 ** 16); // kept: 2 was not called for longer
  assert.equal(numTraces, 3);
  assert.equal(call(2), 2 * 2 ** 16);
  assert.equal(numTraces, 4);
  assert.equal(sum.signatures.length, 2);
  assert.equal(tensorFlowBinding().eager.numTensors, before + 1);
  sum.dispose();
  assert.equal(tensorFlowBinding().eager.numTensors, before - 1);
});

Deno.test("A compiled function within another takes part in its trace", () => {
  const inner = compile((x: tf.Tensor) => x.add(1));
  const outer = compile((x: tf.Tensor) => inner(inner(x)).mul(2));
  assert.deepEqual(tf.tidy(() => numbers(outer(tf.scalar(1)))), [6]);
  assert.deepEqual([inner.signatures.length, inner.runs], [0, "not yet"]);
  outer.dispose();
});

Deno.test("Counted random numbers follow the seed that is given", () => {
  const draw = compile((seed: tf.Tensor1D) => counterUniform([4], seed));
  tf.tidy(() => {
    for (const step of [1, 2, 1]) {
      const seed = tf.tensor1d([42, step], "int32");
      assert.deepEqual(numbers(draw(seed)), numbers(counterUniform([4], seed)));
    }
  });
  draw.dispose();
});

Deno.test("tf.tidy around calls frees their results, and nothing else", () => {
  const weight = tf.tidy(() => tf.variable(tf.zeros([1 << 15])));
  const run = compile((x: tf.Tensor) => {
    weight.assign(weight.add(x).add(tf.ones([1 << 15]).mul(0)));
    return weight.sum();
  });
  const once = (): void => tf.tidy(() => void run(tf.scalar(1)));
  once();
  const before = [tf.memory().numTensors, handles()];
  for (let i = 0; i < 10; i++) once();
  assert.deepEqual([tf.memory().numTensors, handles()], before);
  assert.equal(numbers(weight)[0], 11);
  run.dispose();
  weight.dispose();
});

Deno.test("A hundred rounds of compile and dispose leave nothing", () => {
  const weight = tf.tidy(() => tf.variable(tf.zeros([2])));
  const captured = tf.tensor1d([1, 1]);
  const round = (): void => {
    const run = compile((x: tf.Tensor) => {
      weight.assign(weight.add(x).add(captured));
      return tf.concat([weight, tf.zeros([1 << 15])]).add(weight.clone().sum());
    });
    tf.tidy(() => {
      run(tf.scalar(0));
      run(tf.zeros([1]));
    });
    run.dispose();
  };
  round();
  const before = [
    tf.memory().numTensors,
    tf.memory().numDataBuffers,
    handles(),
  ];
  for (let i = 0; i < 100; i++) round();
  const after = [tf.memory().numTensors, tf.memory().numDataBuffers, handles()];
  assert.deepEqual(after, before);
  assert.deepEqual(numbers(weight), [202, 202]);
  tf.dispose([weight, captured]);
});

Deno.test("Without graphs the function runs eagerly, and says so", async () => {
  const run = compile((x: tf.Tensor, v: tf.Variable) => {
    v.assign(v.add(x));
    return [x, v, v.mul(2)];
  });
  const compute = (): number[][] => {
    const [x, v] = [tf.scalar(2), tf.tidy(() => tf.variable(tf.scalar(5)))];
    const before = tf.memory().numTensors;
    const out = run(x, v);
    const values = out.map(numbers);
    tf.dispose(out); // neither the argument nor the variable
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual([numbers(x), numbers(v)], [[2], [7]]);
    tf.dispose([x, v]);
    return values;
  };
  assert.equal(run.runs, "not yet");
  assert.deepEqual(await on("cpu", compute), [[2], [7], [14]]);
  assert.deepEqual([run.runs, run.signatures.length], ["eager", 0]);
  assert.deepEqual(compute(), [[2], [7], [14]]);
  assert.deepEqual([run.runs, run.signatures.length], ["graph", 1]);
  run.dispose();
});

/** How many tensors TensorFlow holds. */
function handles(): number {
  return tensorFlowBinding().eager.numTensors;
}
