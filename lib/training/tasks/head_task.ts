/** A head task: how one head of BERT is fine-tuned and evaluated. @module */

import type { EncodedExample } from "../../batches/batches.ts";
import type { TokenArrays } from "../../batches/batch_tensors.ts";
import type {
  ExampleSource,
  NumberedExamples,
} from "../../batches/example_source.ts";
import type { ModelSizes } from "../../batches/check_examples.ts";
import type { Batching, BatchMembers } from "../../batches/packed_batches.ts";
import type { InferenceSettings } from "../../checkpoint/inference_settings.ts";
import type { TrainingRecord } from "../../checkpoint/receipt.ts";
import type { Precision } from "../../engine/precision.ts";
import type { TensorTree } from "../../engine/tensor_tree.ts";
import type { EncoderParams } from "../../model/bert.ts";
import type { ModelOrigin, RunModel } from "../../checkpoint/pretrained.ts";
import type { BertConfig } from "../../model/config.ts";
import type { HeadName } from "../../model/heads/heads.ts";
import type { Evaluation, Metrics } from "../events.ts";
import type { CompiledTrainStep } from "../train_step.ts";

/** The sizes of the model, and ε of label smoothing unless it is 0. */
export type LossConfig = BertConfig & { readonly labelSmoothing?: number };

/** What all examples have, whatever their labels are. */
export type EncodedInput = Pick<EncodedExample, "inputIds" | "tokenTypeIds">;

/** The types that one head's training is about. */
export type HeadTypes = {
  params: TensorTree & { bert: EncoderParams };
  example: EncodedInput;
  /** A batch as plain arrays. */
  plain: TokenArrays;
  /** Its tensors. */
  batch: TensorTree;
  metrics: Metrics;
};

/** A model with one of the heads. */
export type HeadTaskModel<Params> = ModelSizes & {
  readonly head: HeadName;
  readonly params: Params;
  readonly origin?: ModelOrigin;
  training?: TrainingRecord;
  inference?: InferenceSettings;
  readonly run?: RunModel;
};

/** How one head is fine-tuned and evaluated. */
export type HeadTask<T extends HeadTypes> = {
  readonly trainStep: CompiledTrainStep<T["params"], T["batch"], LossConfig>;
  /** Refuses examples that the model cannot read, or whose labels it has not. */
  readonly check: (
    examples: NumberedExamples<T["example"]>,
    model: ModelSizes,
    purpose: string,
  ) => void;
  /** The batches of an epoch. */
  readonly batchesOf: (
    examples: ExampleSource<T["example"]>,
    config: BertConfig,
    members: BatchMembers,
    batching: Batching,
  ) => Iterable<T["plain"]>;
  readonly tensorsOf: (batch: T["plain"], config: BertConfig) => T["batch"];
  /** What the mean loss of a batch is a mean over. */
  readonly weightOf: (batch: T["plain"]) => number;
  readonly evaluate: (
    model: HeadTaskModel<T["params"]>,
    examples: readonly T["example"][],
    options: { readonly batchSize: number; readonly precision: Precision },
  ) => Promise<Evaluation<T["metrics"]>>;
  /** The names of all metrics, the default of `metricForBestModel` first. */
  readonly metrics: readonly (keyof T["metrics"] & string)[];
  /** The names of the options that not every head has. */
  readonly options: readonly string[];
};
