import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import {
  adamW,
  ADAMW_DEFAULTS,
  type AdamWOptions,
  adamWRates,
  type AdamWState,
  initOptimizerState,
} from "bertbook/training/adamw.ts";
import type { LrMultipliers } from "bertbook/training/parameter_groups.ts";
import { on } from "../engine/_support.ts";
import golden from "../golden/optimizer.json" with { type: "json" };

await startEngine({ engine: "tensorflow" });

type Toy = { kernel: tf.Variable; bias: tf.Variable };

/** The weights of tests/golden/optimizer.py. */
function toy(): Toy {
  return tf.tidy(() => ({
    kernel: tf.variable(tf.tensor1d([1, -2, 3])),
    bias: tf.variable(tf.tensor1d([0.5, -0.5])),
  }));
}

type Move = {
  step: number;
  learningRate: number;
  options: AdamWOptions;
  factor?: number;
  open?: boolean;
  lrMultipliers?: LrMultipliers;
};

function move(
  params: Toy,
  optimizerState: AdamWState,
  gradients: Record<string, number[]>,
  { step, learningRate, options, factor = 1, open = true, lrMultipliers }: Move,
): void {
  tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(gradients).map(([path, g]) => [path, tf.tensor1d(g)]),
    );
    adamW(params, optimizerState, tensors, {
      rates: adamWRates(step, learningRate, options),
      scale: {
        clipCoefficient: tf.scalar(factor),
        isFinite: tf.scalar(open),
      },
      options,
      lrMultipliers,
      noDecay: ["bias"],
    });
  });
}

function assertNear(
  actual: tf.Tensor,
  expected: number[],
  tolerance: number,
): void {
  actual.dataSync().forEach((value: number, i: number) =>
    assert.ok(
      Math.abs(value - expected[i]!) <= tolerance,
      `element ${i}: ${value}, expected ${expected[i]}`,
    )
  );
}

function dispose(params: Toy, optimizerState: AdamWState): void {
  disposeTree(params);
  disposeTree(optimizerState);
}

/** The same on the engine that updates in place and on the one that does not. */
function test(name: string, body: () => void): void {
  for (const backend of ["tensorflow", "cpu"]) {
    Deno.test(`${name} [${backend}]`, () => on(backend, body));
  }
}

for (const { epsilon, kernel, bias } of golden.trajectories) {
  test(`adamW() follows PyTorch for ten steps with epsilon ${epsilon}`, () => {
    const params = toy(), optimizerState = initOptimizerState(params);
    const options = { ...ADAMW_DEFAULTS, epsilon, weightDecay: 0.1 };
    const gradientAt = (step: number, size: number): number[] =>
      Array.from({ length: size }, (_, i) => Math.sin(5 * step + i) * 10 ** -i);
    for (let step = 1; step <= 10; step++) {
      const gradients = {
        kernel: gradientAt(step, 3),
        bias: gradientAt(step, 2),
      };
      move(params, optimizerState, gradients, {
        step,
        learningRate: 0.05,
        options,
      });
      assertNear(params.kernel, kernel[step - 1]!, 1e-6);
      assertNear(params.bias, bias[step - 1]!, 1e-6);
    }
    dispose(params, optimizerState);
  });
}

test("adamW()'s first step shrinks by α λ and then moves by α against the sign", () => {
  const params = toy(), optimizerState = initOptimizerState(params);
  const options = { ...ADAMW_DEFAULTS, weightDecay: 0.1 };
  const gradients = { kernel: [7, -0.001, 40], bias: [-3, 2] };
  move(params, optimizerState, gradients, {
    step: 1,
    learningRate: 0.5,
    options,
  });
  // Decay before the move: 1 · (1 − 0.5 · 0.1) − 0.5; a bias does not decay.
  assertNear(params.kernel, [0.95 - 0.5, -1.9 + 0.5, 2.85 - 0.5], 1e-5);
  assertNear(params.bias, [0.5 + 0.5, -0.5 - 0.5], 1e-5);
  // m = (1 − β₁) g, v = (1 − β₂) g²
  assertNear(optimizerState.m.kernel!, [0.7, -0.0001, 4], 1e-6);
  // TensorFlow's kernel has 1 − β₂ in float32, 1.3e-5 of it too small.
  assertNear(optimizerState.v.bias!, [0.009, 0.004], 2e-7);
  dispose(params, optimizerState);
});

test("adamW() moves and shrinks a parameter by its share of the learning rate", () => {
  const params = toy(), optimizerState = initOptimizerState(params);
  const options = { ...ADAMW_DEFAULTS, weightDecay: 0.1 };
  const gradients = { kernel: [7, -0.001, 40], bias: [-3, 2] };
  const rest = { learningRate: 0.5, options, lrMultipliers: { ker: 0.5 } };
  move(params, optimizerState, gradients, { step: 1, ...rest });
  // 1 · (1 − 0.25 · 0.1) − 0.25; the bias moves by the whole 0.5.
  assertNear(params.kernel, [0.975 - 0.25, -1.95 + 0.25, 2.925 - 0.25], 1e-5);
  assertNear(params.bias, [0.5 + 0.5, -0.5 - 0.5], 1e-5);
  assertNear(optimizerState.m.kernel!, [0.7, -0.0001, 4], 1e-6);
  dispose(params, optimizerState);
});

test("adamW() takes clipped gradients: a factor scales m by itself and v by its square", () => {
  const params = toy(), optimizerState = initOptimizerState(params);
  const gradients = { bias: [8, -2] };
  move(params, optimizerState, gradients, {
    step: 1,
    learningRate: 0.1,
    options: ADAMW_DEFAULTS,
    factor: 0.25,
  });
  assertNear(optimizerState.m.bias!, [0.2, -0.05], 1e-7);
  assertNear(optimizerState.v.bias!, [0.004, 0.00025], 1e-7);
  dispose(params, optimizerState);
});

test("adamW() leaves a parameter without a gradient alone, decay included", () => {
  const params = toy(), optimizerState = initOptimizerState(params);
  move(params, optimizerState, { bias: [1, 1] }, {
    step: 1,
    learningRate: 0.1,
    options: ADAMW_DEFAULTS,
  });
  assertNear(params.kernel, [1, -2, 3], 0);
  dispose(params, optimizerState);
});

test("adamW() behind a closed gate changes no bit, whatever the gradients", () => {
  const params = toy(), optimizerState = initOptimizerState(params);
  const rest = { learningRate: 0.1, options: ADAMW_DEFAULTS };
  const gradients = { kernel: [1, 2, 3], bias: [4, 5] };
  move(params, optimizerState, gradients, { step: 1, ...rest });
  const values = (): number[] =>
    [params, optimizerState.m, optimizerState.v].flatMap((tree) =>
      Object.values(tree).flatMap((leaf) => [...leaf.dataSync()])
    );
  const before = values();
  const broken = { kernel: [NaN, Infinity, 1], bias: [-Infinity, 0] };
  move(params, optimizerState, broken, {
    step: 2,
    ...rest,
    factor: NaN,
    open: false,
  });
  assert.deepEqual(values(), before);
  move(params, optimizerState, gradients, { step: 2, ...rest });
  assert.notDeepEqual(values(), before);
  dispose(params, optimizerState);
});

test("adamW() refuses a constant, as it could not move it", () => {
  const kernel = tf.tensor1d([1]);
  const optimizerState = initOptimizerState({ kernel });
  const rest = { step: 1, learningRate: 1, options: ADAMW_DEFAULTS };
  const constants = { kernel } as unknown as Toy;
  assert.throws(() => move(constants, optimizerState, { kernel: [1] }, rest), {
    name: "TypeError",
    message: /Cannot train "kernel": it must be a variable/,
  });
  disposeTree(optimizerState);
  kernel.dispose();
});

test("adamW() and its slots leak nothing", () => {
  const before = tf.memory().numTensors;
  const params = toy(), optimizerState = initOptimizerState(params);
  for (let step = 1; step <= 3; step++) {
    move(params, optimizerState, { kernel: [1, 2, 3], bias: [4, 5] }, {
      step,
      learningRate: 0.1,
      options: ADAMW_DEFAULTS,
    });
  }
  assert.equal(tf.memory().numTensors, before + 2 + 4);
  dispose(params, optimizerState);
  assert.equal(tf.memory().numTensors, before);
});
