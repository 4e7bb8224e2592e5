import * as tf from "@tensorflow/tfjs";
import { adamScalars, applyAdam } from "bertbook/engine/adam.ts";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import assert from "node:assert/strict";

await startEngine({ engine: "tensorflow" });

/** More elements than one pass is too small a gain for. */
const SHAPE = [300, 250];

type Variables = {
  weight: tf.Variable;
  first: tf.Variable;
  second: tf.Variable;
};

function newVariables(): Variables {
  return tf.tidy(() => {
    const waves = (phase: number) =>
      tf.range(0, 300 * 250).add(phase).sin().reshape(SHAPE);
    return {
      weight: tf.variable(waves(1)),
      first: tf.variable(waves(2).mul(0.1)),
      second: tf.variable(waves(3).square().mul(0.01)),
    };
  });
}

type How = {
  gradient: tf.Tensor;
  factor: tf.Scalar;
  taken: tf.Scalar | undefined;
  open: tf.Scalar;
};

function update(
  variables: Variables,
  { gradient, factor, taken, open }: How,
): void {
  tf.tidy(() => {
    const scalars = adamScalars({
      ...{ beta1: 0.9, beta2: 0.999, open },
      ...{ stepSize: tf.scalar(1e-3), epsilon: tf.scalar(1e-8) },
    });
    applyAdam(variables, gradient, scalars, { factor, taken });
  });
}

const valuesOf = (variables: Variables): tf.TypedArray[] =>
  Object.values(variables).map((variable) => variable.dataSync());

/** Steps of a compiled update, or of the update as it is. */
function follow(
  run: typeof update,
  how: { factor: number; taken?: number; open?: boolean; gradient?: number },
  numSteps = 3,
): tf.TypedArray[] {
  const variables = newVariables();
  for (let i = 1; i <= numSteps; i++) {
    tf.tidy(() => {
      const gradient = how.gradient === undefined
        ? tf.range(0, 300 * 250).mul(i).cos().reshape(SHAPE)
        : tf.fill(SHAPE, how.gradient);
      run(variables, {
        gradient,
        factor: tf.scalar(how.factor),
        taken: how.taken === undefined ? undefined : tf.scalar(how.taken),
        open: tf.scalar(how.open ?? true),
      });
    });
  }
  const values = valuesOf(variables);
  tf.dispose(variables);
  return values;
}

Deno.test("in one pass, Adam takes the steps of TensorFlow's own kernel", () => {
  const compiled = compile(update);
  for (const how of [{ factor: 0.3, taken: 1e-2 }, { factor: 1 }]) {
    const fused = follow(compiled, how), plain = follow(update, how);
    fused.forEach((values, i) =>
      values.forEach((value, j) => {
        const expected = plain[i]![j]!;
        const off = Math.abs(value - expected);
        assert.ok(
          off <= 1e-6 * Math.abs(expected) + 1e-7,
          `${value} ${expected}`,
        );
      })
    );
  }
  const { operations } = compiled.signatures[0]!;
  assert.equal(operations.get("StatefulPartitionedCall"), 1);
  assert.equal(operations.get("ResourceApplyAdam"), undefined);
  compiled.dispose();
});

Deno.test("in one pass, a closed step changes no bit, whatever the gradient", () => {
  const compiled = compile(update);
  const before = follow(compiled, { factor: 1 }, 0);
  for (const gradient of [1, NaN, Infinity]) {
    const how = { factor: 0, taken: 0, open: false, gradient };
    assert.deepEqual(follow(compiled, how), before);
  }
  compiled.dispose();
});

Deno.test("in one pass, a clone keeps the value that it had", () => {
  const compiled = compile((variables: Variables, how: How) => {
    const kept = variables.weight.mul(1);
    update(variables, how);
    return { kept, now: variables.weight.mul(1) };
  });
  tf.tidy(() => {
    const variables = newVariables();
    const before = variables.weight.clone();
    const { kept, now } = compiled(variables, {
      gradient: tf.ones(SHAPE),
      ...{ factor: tf.scalar(1), taken: tf.scalar(0.5), open: tf.scalar(true) },
    });
    assert.deepEqual(kept.dataSync(), before.dataSync());
    assert.deepEqual(now.dataSync(), variables.weight.dataSync());
    assert.notDeepEqual(now.dataSync(), before.dataSync());
    tf.dispose(variables);
  });
  compiled.dispose();
});
