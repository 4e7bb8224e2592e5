/** A head task: how one head of BERT is fine-tuned and evaluated. @module */

import type { EncodedExample } from "../../batches/batches.ts";
import type { TokenArrays } from "../../batches/batch_tensors.ts";
import type { ModelSizes } from "../../batches/check_examples.ts";
import type { Batching } from "../../batches/packed_batches.ts";
import type { Precision } from "../../engine/precision.ts";
import type { TensorTree } from "../../engine/tensor_tree.ts";
import type { EncoderParams } from "../../model/bert.ts";
import type { BertConfig } from "../../model/config.ts";
import type { HeadName } from "../../model/heads/heads.ts";
import type { Evaluation, Metrics } from "../fit.ts";
import type { CompiledTrainStep } from "../train_step.ts";

/** The sizes of the model, and ε of label smoothing unless it is 0. */
export type LossConfig = BertConfig & { readonly labelSmoothing?: number };

/** What all examples have, whatever their labels are. */
export type EncodedInput = Pick<EncodedExample, "inputIds" | "tokenTypeIds">;

/** A model with one of the heads. */
export type HeadTaskModel<Params> = ModelSizes & {
  readonly head: HeadName;
  readonly params: Params;
};

/** How one head is fine-tuned and evaluated. */
export type HeadTask<
  Params extends TensorTree & { bert: EncoderParams },
  Example extends EncodedInput,
  Plain extends TokenArrays,
  Batch extends TensorTree,
  M extends Metrics,
> = {
  readonly trainStep: CompiledTrainStep<Params, Batch, LossConfig>;
  /** Refuses examples that the model cannot read, or whose labels it has not. */
  readonly check: (
    examples: readonly Example[],
    model: ModelSizes,
    purpose: string,
  ) => void;
  /** The batches of an epoch. */
  readonly batchesOf: (
    examples: readonly Example[],
    config: BertConfig,
    members: { readonly batchSize: number; readonly order: readonly number[] },
    batching: Batching,
  ) => Iterable<Plain>;
  readonly tensorsOf: (batch: Plain, config: BertConfig) => Batch;
  /** What the mean loss of a batch is a mean over. */
  readonly weightOf: (batch: Plain) => number;
  readonly evaluate: (
    model: HeadTaskModel<Params>,
    examples: readonly Example[],
    options: { readonly batchSize: number; readonly precision: Precision },
  ) => Promise<Evaluation<M>>;
  /** The names of all metrics, the default of `metricForBestModel` first. */
  readonly metrics: readonly (keyof M & string)[];
  /** The names of the options that not every head has. */
  readonly options: readonly string[];
};
