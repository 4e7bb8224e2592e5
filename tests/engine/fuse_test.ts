import * as tf from "@tensorflow/tfjs";
import type { PyTree } from "bertbook/engine/py_tree.ts";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { fuse, unfused } from "bertbook/engine/fuse.ts";
import assert from "node:assert/strict";

await startEngine({ engine: "tensorflow" });

/** More than fuse() takes for small. */
const SHAPE: [number, number] = [520, 130];

/** sin(i), so that no two elements are equal. */
function waves(shape: [number, number]): tf.Tensor2D {
  return tf.tidy(() =>
    tf.range(0, shape[0] * shape[1]).sin().reshape<tf.Tensor2D>(shape)
  );
}

function assertClose(actual: tf.Tensor, expected: tf.Tensor): void {
  const difference = tf.tidy(() =>
    actual.sub(expected).abs().max().dataSync()[0]!
  );
  assert.ok(difference < 1e-5, `Largest difference is ${difference}`);
}

const parts = (
  { x, bias }: { x: tf.Tensor2D; bias: tf.Tensor1D | undefined },
  factor: number,
) => {
  const sum = bias === undefined ? x : x.add(bias);
  const bent = sum.mul(factor).tanh();
  return { bent, sums: [bent.sum(0), bent.sum(1)] };
};

Deno.test("fuse() computes what its function does, as one node of the graph", () => {
  const fused = fuse("parts", parts);
  const step = compile((x: tf.Tensor2D, bias: tf.Tensor1D) => [
    fused({ x, bias }, 2),
    fused({ x: x.neg(), bias }, 2), // the same kernel
    fused({ x, bias }, 3),
    fused({ x, bias: undefined }, 3),
  ]);
  tf.tidy(() => {
    const x = waves(SHAPE), bias = tf.range(0, SHAPE[1]).cos<tf.Tensor1D>();
    const results = step(x, bias);
    const expected = [
      parts({ x, bias }, 2),
      parts({ x: x.neg(), bias }, 2),
      parts({ x, bias }, 3),
      parts({ x, bias: undefined }, 3),
    ];
    results.forEach(({ bent, sums }, i) => {
      assertClose(bent, expected[i]!.bent);
      // Of some hundred summands.
      sums.forEach((sum, axis) =>
        assertClose(sum.div(1e3), expected[i]!.sums[axis]!.div(1e3))
      );
    });
  });
  const { operations } = step.signatures[0]!;
  assert.equal(operations.get("PartitionedCall"), 4);
  assert.equal(operations.get("Tanh"), undefined);
  step.dispose();
});

Deno.test("fuse() gives the same bits at each call, and in another function", () => {
  const fused = fuse("parts", parts);
  const bits = (): string => {
    const step = compile((x: tf.Tensor2D) => fused({ x, bias: undefined }, 2));
    return tf.tidy(() => {
      const x = waves(SHAPE);
      const both = [step(x), step(x)].map(({ sums }) => sums[0]!.dataSync());
      assert.deepEqual(both[0], both[1]);
      step.dispose();
      return both[0]!.join();
    });
  };
  assert.equal(bits(), bits());
});

Deno.test("fuse() leaves small tensors, and those outside of a graph, as they are", () => {
  const fused = fuse("parts", parts);
  const step = compile((x: tf.Tensor2D) => fused({ x, bias: undefined }, 2));
  tf.tidy(() => {
    step(waves([8, 4]));
    const x = waves(SHAPE);
    const outside = fused({ x, bias: undefined }, 2);
    assertClose(outside.bent, x.mul(2).tanh());
  });
  assert.equal(step.signatures[0]!.operations.get("Tanh"), 1);
  assert.equal(
    step.signatures[0]!.operations.get("PartitionedCall"),
    undefined,
  );
  step.dispose();
});

Deno.test("unfused() leaves the parts of one function as they are", () => {
  const fused = fuse("parts", parts);
  const operationsOf = (run: (x: tf.Tensor2D) => PyTree): string[] => {
    const step = compile(run);
    tf.tidy(() => void step(waves(SHAPE)));
    const operations = [...step.signatures[0]!.operations.keys()];
    step.dispose();
    return operations;
  };
  const bent = (x: tf.Tensor2D) => fused({ x, bias: undefined }, 2);
  assert.ok(operationsOf((x) => unfused(() => bent(x))).includes("Tanh"));
  assert.throws(() => unfused(() => assert.fail("inside")), /inside/);
  assert.ok(!operationsOf(bent).includes("Tanh"));
});

Deno.test("a fused function inside another becomes part of its kernel", () => {
  const inner = fuse("inner", (x: tf.Tensor) => x.add(1));
  const outer = fuse("outer", (x: tf.Tensor) => inner(x).mul(2));
  const step = compile((x: tf.Tensor2D) => outer(x));
  tf.tidy(() => {
    const x = waves(SHAPE);
    assertClose(step(x), x.add(1).mul(2));
  });
  assert.equal(step.signatures[0]!.operations.get("PartitionedCall"), 1);
  step.dispose();
});

Deno.test("a fused function that uses a tensor from outside is refused", () => {
  const outside = waves(SHAPE);
  const fused = fuse("leaky", (x: tf.Tensor) => x.add(outside));
  const step = compile((x: tf.Tensor2D) => fused(x));
  const { numTensors } = tf.memory();
  assert.throws(() => tf.tidy(() => step(waves(SHAPE))), {
    name: "TypeError",
    message: /Cannot fuse "leaky": .* found another tensor/,
  });
  assert.equal(tf.memory().numTensors, numTensors);
  // A symbol of the function around it is no better.
  const around = compile((x: tf.Tensor2D) => {
    const other = x.neg();
    return fuse("symbol", (x: tf.Tensor) => x.add(other))(x);
  });
  assert.throws(() => tf.tidy(() => around(waves(SHAPE))), {
    name: "TypeError",
    message: /Cannot fuse "symbol"/,
  });
  outside.dispose();
});
