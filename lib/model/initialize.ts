/** New parameters, before any training. @module */

import * as tf from "@tensorflow/tfjs";
import { statelessUniform } from "../engine/random.ts";
import type { BertParams } from "./bert.ts";
import type { ClassifierParams } from "./heads/sequence_classifier.ts";
import type { BertConfig } from "./config.ts";
import {
  growBert,
  growClassifier,
  type Parameter,
  sizeOf,
} from "./parameters.ts";

/** A source of normal deviates, mean 0 and variance 1. */
export type RandomLike = { normal(): number };

/** Deviates that are drawn at a time. */
const BLOCK = 4096;

/**
 * Normal deviates that are a function of the seed alone (Box and Muller, 1958).
 *
 * @param seed An integer of 32 bits.
 * @returns The source, which counts what it has given.
 */
export function normalRandom(seed: number): RandomLike {
  let uniforms = new Float32Array(0), next = 0, block = 0;
  return {
    normal: (): number => {
      if (next === uniforms.length) {
        uniforms = statelessUniform(2 * BLOCK, [seed | 0, block++]);
        next = 0;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniforms[next++]!));
      return radius * Math.cos(2 * Math.PI * uniforms[next++]!);
    },
  };
}

/**
 * A new parameter: kernels and embeddings N(0, initializerRange²), gains 1, biases 0.
 *
 * As Python's transformers does; the original code of Devlin et al. (2019) cuts the
 * normal off at two standard deviations.
 *
 * @param parameter Its role and shape.
 * @param config Supplies `initializerRange`.
 * @param random The deviates, drawn in the order of the tensor's values.
 * @returns The tensor, a kernel as [In, Out]; the caller disposes it.
 */
export function initParameter(
  parameter: Parameter,
  config: BertConfig,
  random: RandomLike,
): tf.Tensor {
  const { role, shape } = parameter;
  if (role === "weight") return tf.ones([...shape]);
  if (role === "bias") return tf.zeros([...shape]);
  const values = new Float32Array(sizeOf(parameter));
  for (let i = 0; i < values.length; i++) {
    values[i] = config.initializerRange * random.normal();
  }
  return tf.tensor(values, role === "kernel" ? shape.toReversed() : [...shape]);
}

/**
 * An untrained encoder.
 *
 * @param config The sizes and the initializer's range.
 * @param random The deviates.
 * @returns The parameters; the caller disposes them.
 */
export function initBert(config: BertConfig, random: RandomLike): BertParams {
  return growBert(
    config,
    (parameter) => initParameter(parameter, config, random),
  );
}

/**
 * An untrained classifier.
 *
 * @param config The sizes and the initializer's range.
 * @param numLabels C: the number of classes.
 * @param random The deviates.
 * @returns The parameters; the caller disposes them.
 */
export function initClassifier(
  config: BertConfig,
  numLabels: number,
  random: RandomLike,
): ClassifierParams {
  return growClassifier(
    config,
    numLabels,
    (parameter) => initParameter(parameter, config, random),
  );
}
