/**
 * Fine-tuning: epochs over the training set, each judged by the validation set.
 *
 * Devlin et al. (2019), section 4.1 and appendix A.3.
 *
 * @module
 */

import type { EncodedExample } from "../batches/batches.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import { disposeTree } from "../engine/tensor_tree.ts";
import { accuracy, matthewsCorrelation } from "../evaluation/metrics.ts";
import { initOptimizerState, lrMultiplier } from "./adamw.ts";
import { keptInMemory } from "./kept_weights.ts";
import type { TrainStep } from "./train_on.ts";
import { makeTrainable } from "./variables.ts";
import type { ClassifierModel } from "../checkpoint/pretrained.ts";
import {
  type FineTuneData,
  type FineTuneOptions,
  type FineTunePlan,
  planFineTuning,
} from "./fine_tune_options.ts";
import { frozen } from "./freeze.ts";
import { keptInFolder } from "./kept_in_folder.ts";
import { occurringWords } from "./occurring_words.ts";
import { predict } from "../inference/predict.ts";
import { train } from "./train.ts";

export type { FineTuneData, FineTuneOptions } from "./fine_tune_options.ts";
export type { TrainStep } from "./train_on.ts";

/** One row of the table of training statistics. */
export type EpochEnd = {
  readonly kind: "epoch";
  /** Counts from 1. */
  readonly epoch: number;
  /** Mean loss of the epoch's steps, with dropout, in nats. */
  readonly trainingLoss: number;
  /** Mean loss of the validation examples, without dropout, in nats. */
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  /** 0 where it is undefined; then {@linkcode EpochEnd.warning} says so. */
  readonly validationMcc: number;
  /** Sum of the steps' seconds. */
  readonly trainingSeconds: number;
  readonly validationSeconds: number;
  /** Whether this epoch is the best so far. */
  readonly best: boolean;
  /** Whether the training ends here, as `patience` epochs brought no better one. */
  readonly stopsEarly: boolean;
  /** What a reader of the numbers must know. */
  readonly warning: string | undefined;
};

/**
 * Fine-tunes a classifier in place, yielding every step and every epoch's end.
 *
 * The parameters of the model become variables. However the loop ends, the model
 * then holds the weights of its best epoch, or the latest ones if no epoch was
 * finished. The same seed gives the same bits. Within an epoch the word table stands
 * still: the rows that occur are trained apart, see {@linkcode occurringWords}.
 *
 * @param model The classifier; it changes.
 * @param data Training and validation examples.
 * @param options The recipe.
 * @returns A generator of events; break out of it to stop early.
 * @throws {RangeError} At once, if an option is out of its range or an example
 * does not fit the model.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not
 * finite.
 * @throws While it runs, the signal's reason, once it is aborted.
 */
export function fineTune(
  model: ClassifierModel,
  data: FineTuneData,
  options: FineTuneOptions,
): AsyncGenerator<TrainStep | EpochEnd, void> {
  return run(model, data, planFineTuning(model, data, options));
}

async function* run(
  model: ClassifierModel,
  data: FineTuneData,
  plan: FineTunePlan,
): AsyncGenerator<TrainStep | EpochEnd, void> {
  const { epochs, stepsPerEpoch, checkpointFolder } = plan;
  await ensureEngine();
  makeTrainable(model.params);
  const held = frozen(model.params, plan.freeze);
  const words = occurringWords(held.params, model.config, data.train);
  const state = {
    params: words.params,
    optimizerState: initOptimizerState(words.params),
  };
  const wordDecay = plan.adamW.weightDecay *
    lrMultiplier("bert.embeddings.word", plan.factors);
  const bestWeights = checkpointFolder === undefined
    ? keptInMemory(model.params)
    : keptInFolder(model, checkpointFolder);
  let bestScore: readonly number[] | undefined, bestEpoch = 0;
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const batches = plan.batchesOf(words.examples, epoch);
      const position = { epoch, stepsDone: (epoch - 1) * stepsPerEpoch };
      let trainingLoss = 0, trainingSeconds = 0;
      const here = { ...plan, config: words.config };
      for await (const step of train(state, batches, position, here)) {
        words.decayed(1 - step.learningRate * wordDecay);
        trainingLoss += step.loss / stepsPerEpoch;
        trainingSeconds += step.seconds;
        yield step;
      }
      words.putBack();
      const judged = await validate(model, data.validation, plan);
      const score = scoreOf(judged, plan.metricForBestModel);
      const best = bestScore === undefined || isHigher(score, bestScore);
      if (best) {
        bestScore = score;
        bestEpoch = epoch;
        await bestWeights.keep();
      }
      const stopsEarly = epoch < epochs && epoch - bestEpoch >= plan.patience;
      yield {
        kind: "epoch",
        epoch,
        trainingLoss,
        trainingSeconds,
        best,
        stopsEarly,
        ...judged,
      };
      if (stopsEarly) break;
    }
  } finally {
    disposeTree(state.optimizerState);
    words.putBack();
    words.dispose();
    held.dispose();
    await bestWeights.restore();
  }
}

/** The half of an {@linkcode EpochEnd} that the validation set decides. */
type Judgement = Pick<
  EpochEnd,
  | "validationLoss"
  | "validationAccuracy"
  | "validationMcc"
  | "validationSeconds"
  | "warning"
>;

async function validate(
  model: ClassifierModel,
  examples: readonly EncodedExample[],
  { batchSize, precision }: FineTunePlan,
): Promise<Judgement> {
  const start = performance.now();
  const { predictions, loss } = await predict(model, examples, {
    batchSize,
    precision,
  });
  const labels = examples.map(({ label }) => label);
  return {
    validationLoss: loss,
    validationAccuracy: accuracy(predictions, labels),
    validationMcc: matthewsCorrelation(predictions, labels),
    validationSeconds: (performance.now() - start) / 1000,
    warning: undefinedMcc(labels, "labels") ??
      undefinedMcc(predictions, "predictions"),
  };
}

/** Why a correlation is undefined, if it is: one of its sides never varies. */
function undefinedMcc(
  classes: readonly number[],
  side: "labels" | "predictions",
): string | undefined {
  if (classes.some((value) => value !== classes[0])) return undefined;
  return `The Matthews correlation is 0 by definition, as all validation ${side} ` +
    `are of class ${classes[0]}`;
}

/** Higher is better; equal scores are decided by the loss. */
function scoreOf(
  { validationMcc, validationAccuracy, validationLoss }: Judgement,
  metricForBestModel: FineTunePlan["metricForBestModel"],
): readonly number[] {
  const first = {
    mcc: validationMcc,
    accuracy: validationAccuracy,
    loss: -validationLoss,
  };
  return [first[metricForBestModel], first.loss];
}

/** Whether one list stands after another, as words do in a dictionary. */
function isHigher(a: readonly number[], b: readonly number[]): boolean {
  const i = a.findIndex((value, i) => value !== b[i]);
  return i !== -1 && a[i]! > b[i]!;
}
