import * as tf from "@tensorflow/tfjs";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import {
  adamScalars,
  type AdamVariables,
  applyAdam,
} from "bertbook/training/adamw.ts";
import assert from "node:assert/strict";

await startEngine({ engine: "tensorflow" });

/** More elements than one pass is too small a gain for. */
const SHAPE = [300, 250];

function newVariables(): AdamVariables {
  return tf.tidy(() => {
    const waves = (phase: number) =>
      tf.range(0, 300 * 250).add(phase).sin().reshape(SHAPE);
    return {
      weight: tf.variable(waves(1)),
      m: tf.variable(waves(2).mul(0.1)),
      v: tf.variable(waves(3).square().mul(0.01)),
    };
  });
}

type How = {
  gradient: tf.Tensor;
  clipCoefficient: tf.Scalar;
  learningRateTimesDecay: tf.Scalar | undefined;
  isFinite: tf.Scalar;
};

function update(
  variables: AdamVariables,
  { gradient, clipCoefficient, learningRateTimesDecay, isFinite }: How,
): void {
  tf.tidy(() => {
    const scalars = adamScalars({
      beta1: 0.9,
      beta2: 0.999,
      stepSize: tf.scalar(1e-3),
      epsilon: tf.scalar(1e-8),
      isFinite,
    });
    applyAdam(variables, gradient, {
      ...scalars,
      clipCoefficient,
      learningRateTimesDecay,
    });
  });
}

const valuesOf = (variables: AdamVariables): tf.TypedArray[] =>
  Object.values(variables).map((variable) => variable.dataSync());

/** Steps of a compiled update, or of the update as it is. */
function follow(
  run: typeof update,
  how: {
    factor: number;
    decay?: number;
    isFinite?: boolean;
    gradient?: number;
  },
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
        clipCoefficient: tf.scalar(how.factor),
        learningRateTimesDecay: how.decay === undefined
          ? undefined
          : tf.scalar(how.decay),
        isFinite: tf.scalar(how.isFinite ?? true),
      });
    });
  }
  const values = valuesOf(variables);
  tf.dispose(variables);
  return values;
}

Deno.test("in one pass, Adam takes the steps of TensorFlow's own kernel", () => {
  const compiled = compile(update);
  for (const how of [{ factor: 0.3, decay: 1e-2 }, { factor: 1 }]) {
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

Deno.test("in one pass, a step that is not finite changes no bit, whatever the gradient", () => {
  const compiled = compile(update);
  const before = follow(compiled, { factor: 1 }, 0);
  for (const gradient of [1, NaN, Infinity]) {
    const how = { factor: 0, decay: 0, isFinite: false, gradient };
    assert.deepEqual(follow(compiled, how), before);
  }
  compiled.dispose();
});

Deno.test("in one pass, a clone keeps the value that it had", () => {
  const compiled = compile((variables: AdamVariables, how: How) => {
    const kept = variables.weight.mul(1);
    update(variables, how);
    return { kept, now: variables.weight.mul(1) };
  });
  tf.tidy(() => {
    const variables = newVariables();
    const before = variables.weight.clone();
    const { kept, now } = compiled(variables, {
      gradient: tf.ones(SHAPE),
      clipCoefficient: tf.scalar(1),
      learningRateTimesDecay: tf.scalar(0.5),
      isFinite: tf.scalar(true),
    });
    assert.deepEqual(kept.dataSync(), before.dataSync());
    assert.deepEqual(now.dataSync(), variables.weight.dataSync());
    assert.notDeepEqual(now.dataSync(), before.dataSync());
    tf.dispose(variables);
  });
  compiled.dispose();
});
