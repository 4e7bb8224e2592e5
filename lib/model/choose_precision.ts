/**
 * Automatic precision: float32 or bfloat16, whichever takes less time for the products and
 * gradients of two encoder layers here. A processor may have instructions for bfloat16 and
 * still be slower with them.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { accelerator } from "../engine/accelerator.ts";
import { numReplicas } from "../engine/compile.ts";
import { type MeasuredPrecision, platform } from "../engine/platform.ts";
import { compileEach, type Precision } from "../engine/precision.ts";
import { currentDevice, ensureEngine } from "../engine/start_engine.ts";
import { disposeTree, mapLeaves, namedLeaves } from "../engine/tensor_tree.ts";
import { bert, type BertInput, type EncoderParams } from "./bert.ts";
import { type BertConfig, MINI_LM } from "./config.ts";
import {
  encoderParameters,
  initParameter,
  normalRandom,
  unflatten,
} from "./parameters.ts";

/** What was chosen, and why. */
export type PrecisionChoice = {
  readonly precision: Precision;
  /** One sentence for a reader. */
  readonly reason: string;
  /** What was measured; undefined if there was nothing to compare. */
  readonly measured?: MeasuredPrecision;
};

/** Two of the six layers of MiniLM: their products are those of a training. */
const CONFIG: BertConfig = { ...MINI_LM, numLayers: 2, vocabSize: 512 };
const BATCH_SIZE = 16, TOKENS = 32;
const ROUNDS = 4;
/** bfloat16 rounds: it must save at least this share of the time. */
const LEAST_GAIN = 0.05;

/**
 * Chooses the precision of matrix products by a measurement of some seconds, once for each
 * machine: its result is kept in the cache. Starts the engine if none runs.
 *
 * @example
 * ```ts
 * import { choosePrecision } from "bertbook";
 * import { startEngine } from "bertbook/engine/engine.ts";
 * import assert from "node:assert/strict";
 *
 * await startEngine({ engine: "wasm" });
 * assert.equal((await choosePrecision()).precision, "float32");
 * ```
 *
 * @param options `again`: measure although it was measured; `milliseconds`: the
 * measurement, default {@linkcode precisionTimes}.
 * @returns The precision, and why.
 */
export async function choosePrecision(
  options: {
    again?: boolean;
    milliseconds?: () => Promise<Record<Precision, number>>;
  } = {},
): Promise<PrecisionChoice> {
  const { again = false, milliseconds = precisionTimes } = options;
  await ensureEngine();
  const device = await currentDevice();
  if (accelerator()?.multipliesBfloat16 !== true) {
    const reason = `float32: ${device} does not multiply bfloat16`;
    return { precision: "float32", reason };
  }
  const known = again ? undefined : knownTimes(device);
  const date = new Date().toISOString().slice(0, 10);
  const measured = known ?? { ...await milliseconds(), date };
  if (known === undefined) {
    platform().keepMeasured({ precision: { [device]: measured } });
  }
  return chosenBy(measured);
}

/** The times that were measured on this device, if they were. */
function knownTimes(device: string): MeasuredPrecision | undefined {
  return platform().measured().precision?.[device];
}

/**
 * What was chosen on the current engine.
 *
 * @returns Undefined if nothing was measured yet.
 */
export async function chosenPrecision(): Promise<PrecisionChoice | undefined> {
  const device = await currentDevice();
  const known = accelerator()?.multipliesBfloat16
    ? knownTimes(device)
    : undefined;
  return known && chosenBy(known);
}

/** The choice that times lead to. */
function chosenBy(measured: MeasuredPrecision): PrecisionChoice {
  const { float32, bfloat16, date } = measured;
  const precision = bfloat16 <= float32 * (1 - LEAST_GAIN)
    ? "bfloat16"
    : "float32";
  const ms = (time: number): string => `${time.toFixed(1)} ms`;
  const reason =
    `${precision}: bfloat16 took ${ms(bfloat16)} where float32 took ` +
    `${ms(float32)}, as measured on ${date}`;
  return { precision, reason, measured };
}

/**
 * Measures forward pass and gradients of two layers of MiniLM on 16 sequences of 32 tokens:
 * the fastest of four rounds that take turns, as other programs can only slow one down.
 *
 * @returns Milliseconds.
 */
export async function precisionTimes(): Promise<Record<Precision, number>> {
  const random = normalRandom(1);
  const params = unflatten(
    encoderParameters(CONFIG),
    (parameter) => initParameter(parameter, CONFIG, random),
  ) as EncoderParams;
  const replicas = numReplicas();
  const shape: [number, number] = [BATCH_SIZE / replicas | 0 || 1, TOKENS];
  const input: BertInput = {
    inputIds: tf.ones(shape, "int32"),
    tokenTypeIds: tf.zeros(shape, "int32"),
    attentionMask: tf.ones(shape),
  };
  const inputs = Array<BertInput>(replicas).fill(input);
  const gradients = compileEach(squaredGradients, { name: "precision" });
  const times = { float32: Infinity, bfloat16: Infinity };
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const precision of ["float32", "bfloat16"] as const) {
        const start = performance.now();
        const sum = gradients[precision](params, inputs);
        await sum.data();
        sum.dispose();
        const time = performance.now() - start;
        // The first round traces and compiles.
        if (round > 0) times[precision] = Math.min(times[precision], time);
      }
    }
    return times;
  } finally {
    for (const each of Object.values(gradients)) each.dispose();
    disposeTree(params);
    disposeTree(input);
  }
}

/** The sum of all squared gradients, which reads each of them once, as a clipped step. */
function squaredGradients(
  params: EncoderParams,
  inputs: BertInput[],
): tf.Scalar {
  const leaves = namedLeaves(params).map(([, leaf]) => leaf);
  const gradientsOf = tf.grads((...values: tf.Tensor[]) => {
    let next = 0;
    const own = mapLeaves(params, () => values[next++]!);
    return tf.addN(
      inputs.map((input) =>
        bert(own, input, CONFIG).hiddenStates.at(-1)!.square().mean()
      ),
    );
  });
  return tf.addN(gradientsOf(leaves).map((each) => each.square().sum()));
}
