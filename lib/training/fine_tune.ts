/**
 * Fine-tuning: epochs over the training set, each evaluated on the validation set.
 *
 * Devlin et al. (2019), section 4.1 and appendix A.3.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import type { EncodedExample } from "../batches/batches.ts";
import { areStreamed, type TrainExamples } from "../batches/example_source.ts";
import { splitBatch } from "../batches/batch_tensors.ts";
import { checkAlive } from "../batches/check_examples.ts";
import type { QuestionWindow } from "../batches/encode_questions.ts";
import type {
  AnswerExample,
  EncodedTargets,
  TokenExample,
} from "../batches/head_batches.ts";
import type { Batching } from "../batches/packed_batches.ts";
import {
  type Order,
  sampleOrder,
  type SamplerName,
  SAMPLERS,
} from "../batches/sampler.ts";
import type {
  ClassifierModel,
  HeadModel,
  PretrainableModel,
} from "../checkpoint/pretrained.ts";
import { untuned } from "../checkpoint/inference_settings.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import type { TensorTree } from "../engine/tensor_tree.ts";
import type { ClassificationMetrics } from "../evaluation/metrics.ts";
import { PROBLEM_TYPES } from "../model/config.ts";
import { type HeadName, HEADS } from "../model/heads/heads.ts";
import { checkChoice, checkOption, RULES } from "../options.ts";
import { activeVocabulary } from "./active_vocabulary.ts";
import type { PretrainingMetrics } from "./evaluate_pretraining.ts";
import type { EvaluationOptions, FitEvent, Metrics } from "./events.ts";
import { fit } from "./fit.ts";
import { batchMemory } from "./memory.ts";
import {
  checkFreeze,
  decays,
  freezeParams,
  type FrozenPart,
  layerwiseLrMultipliers,
  lrMultiplier,
  noDecayPaths,
  numLayersWithGradients,
} from "./parameter_groups.ts";
import {
  pretrain,
  type PretrainData,
  type PretrainOptions,
} from "./pretrain.ts";
import type { HeadTask, HeadTaskModel, HeadTypes } from "./tasks/head_task.ts";
import {
  NEXT_SENTENCE,
  type NextSentenceMetrics,
} from "./tasks/next_sentence.ts";
import {
  type AnswerMetrics,
  QUESTION_ANSWERING,
  QUESTION_WINDOWS,
  type QuestionMetrics,
} from "./tasks/question_answering.ts";
import {
  resolveClassWeights,
  sequenceClassification,
} from "./tasks/sequence_classification.ts";
import {
  SEQUENCE_TARGETS,
  type TargetsMetrics,
} from "./tasks/sequence_targets.ts";
import {
  tokenClassification,
  type TokenMetrics,
} from "./tasks/token_classification.ts";
import {
  type CheckedTrainOptions,
  resolveTrainOptions,
  type TrainOptions,
  withMachineDefaults,
} from "./train_options.ts";
import { describeRun } from "./run_description.ts";
import { learningRateAt } from "./schedule.ts";
import { makeTrainable } from "./train_step.ts";

/** The options of fine-tuning that all heads have. */
export type HeadFineTuneOptions<M extends Metrics> =
  & TrainOptions
  & EvaluationOptions<M>
  & {
    /**
     * Default `"random"`, or `"index-shuffle"` if the training examples are streamed;
     * `"length-grouped"` pads less.
     */
    readonly sampler?: SamplerName;
    /**
     * Parts that are not trained: `"embeddings"`, and encoder layers by number, from 0.
     * Default none.
     */
    readonly freeze?: readonly FrozenPart[];
    /**
     * The learning rate of each layer is that of the layer above it, times this number
     * in (0, 1]; default 1. See `layerwiseLrMultipliers`.
     */
    readonly layerwiseLrDecay?: number;
    /** ε of label smoothing, in [0, 1); default 0. See `smoothTargets`. */
    readonly labelSmoothing?: number;
  };

/** The options of fine-tuning a head over whole sequences. */
export type SequenceFineTuneOptions<M extends Metrics> =
  & HeadFineTuneOptions<M>
  & {
    /**
     * `"packed"`, the default, puts several short examples into one row; `"padded"` puts
     * each into its own. The numbers are equal except for rounding and dropout masks.
     */
    readonly batching?: Batching;
  };

/** The options of fine-tuning a sequence classifier. */
export type FineTuneOptions =
  & SequenceFineTuneOptions<ClassificationMetrics>
  & {
    /**
     * Weight of each class in the training loss, in the order of the labels; `"balanced"`
     * gives every class the same total weight. Default 1 for all.
     */
    readonly classWeights?: readonly number[] | "balanced";
  };

/** The options of fine-tuning for multi-label classification or regression. */
export type TargetsFineTuneOptions = Omit<
  SequenceFineTuneOptions<TargetsMetrics>,
  "labelSmoothing"
>;

/** The examples to train on, which may be those of `streamTable`, and to evaluate on. */
export type FineTuneData<Example = EncodedExample> = {
  readonly train: TrainExamples<Example>;
  readonly validation: readonly Example[];
};

/**
 * Fine-tunes a model with any head in place, yielding every step, every evaluation and
 * every epoch's end.
 *
 * The parameters of the model become variables, and the temperature and the thresholds of
 * its `inference` are gone, as they were chosen for other weights. However the loop ends, the model then has
 * the weights of its best evaluation, or the latest ones if there was none. The same seed
 * gives the same bits. The embeddings of words that do not occur are trained exactly, but
 * apart: see {@linkcode activeVocabulary}.
 *
 * @param model A model with a head; it changes. One with a head of masked language
 * modelling is trained as by {@linkcode pretrain}.
 * @param data Training and validation examples.
 * @param options The recipe.
 * @returns A generator of events; break out of it to stop early. To keep the best model
 * in a folder, save it at each evaluation event that is `best`.
 * @throws {RangeError} At once, if an option is out of its range or an example
 * does not fit the model.
 * @throws {TypeError} At once, if an option is unknown, an example is not encoded, or the
 * model has been disposed or has no head.
 * @throws {RangeError} Before the first step, if its batches cannot fit into memory.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not
 * finite.
 * @throws While it runs, the signal's reason, once it is aborted.
 */
export function fineTune(
  model: ClassifierModel,
  data: FineTuneData,
  options: FineTuneOptions,
): AsyncGenerator<FitEvent<ClassificationMetrics>, void>;
/** Fine-tunes a model of multi-label classification or of regression. */
export function fineTune(
  model: ClassifierModel,
  data: FineTuneData<EncodedTargets>,
  options: TargetsFineTuneOptions,
): AsyncGenerator<FitEvent<TargetsMetrics>, void>;
/** Fine-tunes a classifier of tokens. */
export function fineTune(
  model: HeadModel<"token-classification">,
  data: FineTuneData<TokenExample>,
  options: HeadFineTuneOptions<TokenMetrics>,
): AsyncGenerator<FitEvent<TokenMetrics>, void>;
/** Fine-tunes a model that finds answers, and scores its answers as texts. */
export function fineTune(
  model: HeadModel<"question-answering">,
  data: FineTuneData<QuestionWindow>,
  options: HeadFineTuneOptions<QuestionMetrics>,
): AsyncGenerator<FitEvent<QuestionMetrics>, void>;
/** Fine-tunes a model that finds answers, given as tokens alone. */
export function fineTune(
  model: HeadModel<"question-answering">,
  data: FineTuneData<AnswerExample>,
  options: HeadFineTuneOptions<AnswerMetrics>,
): AsyncGenerator<FitEvent<AnswerMetrics>, void>;
/** Fine-tunes a masked language model, as pretraining does. */
export function fineTune(
  model: PretrainableModel,
  data: FineTuneData,
  options: PretrainOptions,
): AsyncGenerator<FitEvent<PretrainingMetrics>, void>;
/** Fine-tunes a next-sentence classifier. */
export function fineTune(
  model: HeadModel<"next-sentence">,
  data: FineTuneData,
  options: SequenceFineTuneOptions<NextSentenceMetrics>,
): AsyncGenerator<FitEvent<NextSentenceMetrics>, void>;
export function fineTune(
  model: { readonly head: HeadName },
  data: FineTuneData<unknown>,
  options: TrainOptions,
): AsyncGenerator<FitEvent<Metrics>, void> {
  switch (model.head) {
    case "sequence-classification":
      return fineTuneSequences(model as ClassifierModel, data, options);
    case "token-classification":
      return start(
        tokenClassification(
          (model as HeadModel<"token-classification">).labels,
        ),
        model as HeadModel<"token-classification">,
        data as FineTuneData<TokenExample>,
        options,
      );
    case "question-answering":
      return fineTuneAnswers(
        model as HeadModel<"question-answering">,
        data as FineTuneData<AnswerExample>,
        options,
      );
    case "next-sentence":
      return start(
        NEXT_SENTENCE,
        model as HeadModel<"next-sentence">,
        data as FineTuneData,
        options,
      );
    case "masked-lm":
    case "pretraining":
      return pretrain(
        model as PretrainableModel,
        data as PretrainData,
        options,
      );
    default:
      throw new TypeError(
        `Cannot fine-tune: the model must have a head; found ` +
          `${JSON.stringify(model.head)}; load the model with a head such as ` +
          `"sequence-classification"`,
      );
  }
}

function fineTuneSequences(
  model: ClassifierModel,
  data: FineTuneData<unknown>,
  options: TrainOptions & { readonly labelSmoothing?: number },
): AsyncGenerator<FitEvent<Metrics>, void> {
  const { problemType = PROBLEM_TYPES[0]! } = model.config;
  if (problemType === "single_label_classification") {
    return fineTuneClassifier(model, data as FineTuneData, options);
  }
  const { labelSmoothing = 0 } = options;
  if (labelSmoothing !== 0) {
    throw new RangeError(
      `Cannot use labelSmoothing: it must be 0 if the model's problemType is ` +
        `"${problemType}"; found ${labelSmoothing}`,
    );
  }
  const task = SEQUENCE_TARGETS[problemType];
  return start(task, model, data as FineTuneData<EncodedTargets>, options);
}

function fineTuneClassifier(
  model: ClassifierModel,
  data: FineTuneData,
  options: FineTuneOptions,
): AsyncGenerator<FitEvent<ClassificationMetrics>, void> {
  const resolved = resolveFineTuneOptions(
    sequenceClassification(),
    model,
    data,
    options,
  );
  const classWeights = resolveClassWeights(
    options.classWeights,
    model.labels,
    data.train,
  );
  return run(sequenceClassification(classWeights), model, data, resolved);
}

function fineTuneAnswers(
  model: HeadModel<"question-answering">,
  data: FineTuneData<AnswerExample>,
  options: TrainOptions,
): AsyncGenerator<FitEvent<Metrics>, void> {
  // The windows of a question are scored together.
  const [first] = data.validation;
  return first !== undefined && "example" in first
    ? start(
      QUESTION_WINDOWS,
      model,
      data as FineTuneData<QuestionWindow>,
      options,
    )
    : start(QUESTION_ANSWERING, model, data, options);
}

function start<T extends HeadTypes>(
  task: HeadTask<T>,
  model: HeadTaskModel<T["params"]>,
  data: FineTuneData<T["example"]>,
  options: HeadFineTuneOptions<T["metrics"]>,
): AsyncGenerator<FitEvent<T["metrics"]>, void> {
  const resolved = resolveFineTuneOptions(task, model, data, options);
  return run(task, model, data, resolved);
}

/** The options of fine-tuning, all of them decided. */
export type ResolvedFineTuneOptions<M extends Metrics> =
  & CheckedTrainOptions
  & EvaluationOptions<M>
  & {
    readonly sampler: SamplerName;
    readonly batching: Batching;
    readonly freeze: readonly FrozenPart[];
    readonly labelSmoothing: number;
  };

/** The names of the options of all heads, besides those of any training. */
const HEAD_OPTIONS: Readonly<
  Record<
    Exclude<keyof HeadFineTuneOptions<Metrics>, keyof TrainOptions>,
    true
  >
> = {
  evalSteps: true,
  metricForBestModel: true,
  patience: true,
  sampler: true,
  freeze: true,
  layerwiseLrDecay: true,
  labelSmoothing: true,
};

/**
 * Checks options and examples, and fills in the defaults.
 *
 * @param task The head's task.
 * @param model Its sizes, class names and parameters.
 * @param data The examples.
 * @param options The user's choices.
 * @returns All options, and the number of steps.
 * @throws {RangeError} If an option is out of its range, or an example does not fit the
 * model.
 * @throws {TypeError} If an option is unknown, an example is not encoded, or the model
 * has been disposed.
 */
export function resolveFineTuneOptions<T extends HeadTypes>(
  task: HeadTask<T>,
  model: HeadTaskModel<T["params"]>,
  data: FineTuneData<T["example"]>,
  options: SequenceFineTuneOptions<T["metrics"]>,
): ResolvedFineTuneOptions<T["metrics"]> {
  checkAlive(model.params, "fine-tune");
  const { train } = data;
  const isStream = areStreamed(train);
  task.check(isStream ? train.extremes : train, model, "training");
  task.check(data.validation, model, "validation");
  const resolved = resolveTrainOptions("fine-tune", options, {
    numExamples: train.length,
    otherOptions: [...Object.keys(HEAD_OPTIONS), ...task.options],
  });
  const {
    evalSteps = Infinity,
    metricForBestModel = task.metrics[0]!,
    patience = Infinity,
    sampler = isStream ? "index-shuffle" : "random",
    batching = "packed",
    freeze = [],
    layerwiseLrDecay = 1,
    labelSmoothing = 0,
  } = options;
  checkOption("evalSteps", evalSteps, RULES.countOrEndless);
  checkOption("patience", patience, RULES.countOrEndless);
  checkOption("layerwiseLrDecay", layerwiseLrDecay, RULES.share);
  checkOption("labelSmoothing", labelSmoothing, RULES.belowOne);
  checkChoice("metricForBestModel", metricForBestModel, task.metrics);
  // Of streamed examples not all lengths are known.
  const samplers = SAMPLERS.filter((name) =>
    !isStream || name !== "length-grouped"
  );
  checkChoice("sampler", sampler, samplers);
  checkChoice("batching", batching, ["packed", "padded"]);
  checkFreeze(freeze, model.config);
  return {
    ...resolved,
    lrMultipliers: layerwiseLrMultipliers(layerwiseLrDecay, model.config),
    noDecay: noDecayPaths(
      HEADS[model.head].parameters(model.config, model.labels.length),
    ),
    evalSteps,
    metricForBestModel,
    patience,
    sampler,
    batching,
    freeze,
    labelSmoothing,
  };
}

async function* run<T extends HeadTypes>(
  task: HeadTask<T>,
  model: HeadTaskModel<T["params"]>,
  data: FineTuneData<T["example"]>,
  resolved: ResolvedFineTuneOptions<T["metrics"]>,
): AsyncGenerator<FitEvent<T["metrics"]>, void> {
  await ensureEngine();
  if (model.inference) model.inference = untuned(model.inference);
  const options = await withMachineDefaults(resolved);
  const { adamW, lrMultipliers, schedule, batchSize, precision } = options;
  const { seed, sampler, batching, freeze, labelSmoothing } = options;
  const { numMicroBatches } = options;
  makeTrainable(model.params as Exclude<TensorTree, tf.Tensor>);
  const frozen = freezeParams(model.params, freeze);
  const active = activeVocabulary(frozen.params, model.config, data.train);
  const { config, examples } = active;
  const numLayers = numLayersWithGradients(freeze, config);
  const lengths = Array.isArray(examples)
    ? (examples as T["example"][]).map(({ inputIds }) => inputIds.length)
    : { length: examples.length };
  const wordDecay = !decays("embedding") ? 0 : adamW.weightDecay *
    lrMultiplier("bert.embeddings.word", lrMultipliers);
  const decayAfter = (steps: number): number => {
    let decay = 1;
    for (let step = 1; step <= steps; step++) {
      decay *= 1 - learningRateAt(step, schedule) * wordDecay;
    }
    return decay;
  };
  try {
    yield* fit({
      params: active.params,
      trainStep: task.trainStep,
      config: labelSmoothing === 0 ? config : { ...config, labelSmoothing },
      *batches(epoch, numTaken = 0): Generator<T["plain"]> {
        const all = sampleOrder(sampler, lengths, { seed, epoch, batchSize });
        for (let i = 0; i < numTaken; i++) {
          const indices = all.slice(i * batchSize, (i + 1) * batchSize);
          yield { indices } as Pick<T["plain"], "indices"> as T["plain"];
        }
        const order = rest(all, numTaken * batchSize);
        const members = { batchSize, order, numMicroBatches };
        yield* task.batchesOf(examples, config, members, batching);
      },
      split: splitBatch,
      tensorsOf: (batch) => task.tensorsOf(batch, config),
      weightOf: task.weightOf,
      memoryOf: (batch) => batchMemory({ ...config, numLayers }, batch),
      writeBack: (step) => active.writeBack(decayAfter(step)),
      evaluate: () => {
        const { run: _, ...own } = model; // it may have other weights
        return task.evaluate(own, data.validation, { batchSize, precision });
      },
      describe: () =>
        describeRun({
          ...model,
          task: model.head,
          options,
          data,
          stopped: model.training,
        }),
      onRecord: (training) => model.training = training,
    }, options);
  } finally {
    active.dispose();
    frozen.dispose();
  }
}

/** An order without its first places. */
function rest(order: Order, start: number): Order {
  return start === 0 ? order : {
    length: Math.max(0, order.length - start),
    slice: (from, to) => order.slice(start + from, start + to),
  };
}
