/**
 * One training step as a function of tensors: forward, loss, gradients, clipping,
 * AdamW.
 *
 * Nothing in it reads a value, and whatever changes from step to step is an
 * argument. So it can be run operation by operation or be recorded once and run
 * as a whole.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { namedLeaves } from "../engine/tensor_tree.ts";
import { type ClassifierParams, classify } from "../model/classifier.ts";
import type { BertConfig } from "../model/config.ts";
import { dropoutFrom } from "../model/dropout.ts";
import {
  adamW,
  type AdamWOptions,
  type AdamWRates,
  type AdamWSlots,
} from "./adamw.ts";
import type { LabelledInput } from "./batch_tensors.ts";
import { clipFactor, globalNorm } from "./clip.ts";
import { crossEntropy } from "./loss.ts";
import { compileEach } from "./precision.ts";

/** What a step changes. */
export type Learner = {
  /** The parameters; every leaf that is a variable is trained. */
  readonly params: ClassifierParams;
  readonly slots: AdamWSlots;
};

/** What changes from step to step besides the batch. */
export type StepControl = {
  readonly rates: AdamWRates;
  /** The run's seed and the step, [2], int32: fixes the dropout masks. */
  readonly seed: tf.Tensor1D;
};

/** What stays the same during a training. */
export type StepSettings = {
  readonly config: BertConfig;
  readonly adamW: AdamWOptions;
  /** Longest gradient that passes unclipped; `Infinity` never clips. */
  readonly clipNorm: number;
};

/** The two numbers that tell how a step went. */
export type StepOutcome = {
  /** Mean cross-entropy of the batch before the step, in nats. */
  readonly loss: tf.Scalar;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: tf.Scalar;
};

/** Far more than one training has lengths; a sweep trains many models. */
const MAX_SIGNATURES = 256;

/** The largest float32. A comparison with it is false for an infinity and for NaN. */
const LARGEST = 2 ** 128 - 2 ** 104;

/**
 * Takes one step, in place. If the loss or a gradient is not finite, nothing
 * changes.
 *
 * @param learner Parameters and moments. They change.
 * @param batch The sequences and their classes.
 * @param control Rates and seed of this step.
 * @param settings Sizes, dropout rates, AdamW's constants, clipping.
 * @returns Two scalars. The caller disposes them, and must look whether they are
 * finite.
 */
export function trainingStep(
  learner: Learner,
  batch: LabelledInput,
  control: StepControl,
  settings: StepSettings,
): StepOutcome {
  const { params, slots } = learner;
  return tf.tidy(() => {
    const { loss, gradients } = gradientsOf(
      params,
      batch,
      control.seed,
      settings.config,
    );
    const gradientNorm = globalNorm(Object.values(gradients));
    adamW(params, slots, gradients, {
      rates: control.rates,
      gate: {
        factor: clipFactor(gradientNorm, settings.clipNorm),
        open: loss.add(gradientNorm).lessEqual(LARGEST),
      },
      options: settings.adamW,
    });
    return { loss, gradientNorm };
  });
}

/**
 * {@linkcode trainingStep} at each precision, recorded at its first call and run as a
 * whole from then on; anew for every length of the batch.
 */
export const compiledStep = compileEach(trainingStep, {
  name: "training step",
  maxSignatures: MAX_SIGNATURES,
});

/** The loss of a batch and its gradient by every variable, by path. */
function gradientsOf(
  params: ClassifierParams,
  { input, labels }: LabelledInput,
  seed: tf.Tensor1D,
  config: BertConfig,
): { loss: tf.Scalar; gradients: Record<string, tf.Tensor> } {
  const lossOf = (): tf.Scalar => {
    const { logits } = classify(params, input, config, {
      dropout: dropoutFrom(seed),
      rowsNeeded: "first",
    });
    return crossEntropy(logits, labels);
  };
  const variables = namedLeaves(params).flatMap(([path, leaf]) =>
    leaf instanceof tf.Variable ? [[path, leaf] as const] : []
  );
  const { value, grads } = tf.variableGrads(
    lossOf,
    variables.map(([, leaf]) => leaf),
  );
  // tfjs names gradients by its own numbers, and leaves out what the loss does
  // not depend on.
  const gradients = Object.fromEntries(
    variables.flatMap(([path, { name }]) => {
      const gradient = grads[name];
      return gradient === undefined ? [] : [[path, gradient]];
    }),
  );
  return { loss: value, gradients };
}
