/** The heads of BERT as ONNX graphs, with the outputs that Python's optimum names. @module */

import { type BertConfig, classifierHeadOf } from "../model/config.ts";
import type { HeadName } from "../model/heads/heads.ts";
import { addClsState, addEncoder } from "./encoder.ts";
import type { OnnxGraph } from "./graph.ts";

/** Further outputs of a file. */
export type OnnxOutputs = {
  /** `hidden_states.0` … `hidden_states.L`, [B, T, D]; default false. */
  readonly hiddenStates?: boolean;
  /** `attentions.0` … `attentions.L−1`, [B, H, T, T]; default false. */
  readonly attentions?: boolean;
};

/** The axes of the inputs, whose sizes are not fixed. */
const B = "batch_size", T = "sequence_length";

/**
 * Adds a model to a graph: inputs, encoder, head, outputs.
 *
 * @param graph The graph.
 * @param head The head.
 * @param sizes The configuration, and C if the head has classes.
 * @param outputs Further outputs.
 */
export function addModel(
  graph: OnnxGraph,
  head: HeadName,
  { config, numLabels }: {
    readonly config: BertConfig;
    readonly numLabels: number;
  },
  { hiddenStates = false, attentions = false }: OnnxOutputs,
): void {
  const { hiddenSize: D, vocabSize: V, numHeads: H } = config;
  const readsFirst = head === "sequence-classification" ||
    head === "next-sentence";
  const isShort = readsFirst && !hiddenStates && !attentions;
  const at = head === "base" ? "" : "bert.";
  const encoder = addEncoder(graph, config, at, isShort);
  const last = encoder.hiddenStates.at(-1)!;
  switch (head) {
    case "base":
      graph.output("last_hidden_state", last, [B, T, D]);
      break;
    case "pretraining":
      graph.output("prediction_logits", words(), [B, T, V]);
      graph.output("seq_relationship_logits", pairs(), [B, 2]);
      break;
    case "masked-lm":
      graph.output("logits", words(), [B, T, V]);
      break;
    case "next-sentence":
      graph.output("logits", pairs(), [B, 2]);
      break;
    case "sequence-classification":
      graph.output("logits", classes(), [B, numLabels]);
      break;
    case "token-classification":
      graph.output("logits", graph.linear("classifier", last, true), [
        B,
        T,
        numLabels,
      ]);
      break;
    case "question-answering": {
      const both = graph.linear("answer", last, true); // [B, T, 2]
      for (const [column, name] of ["start_logits", "end_logits"].entries()) {
        const one = graph.node("Gather", `answer.${column}`, [
          both,
          graph.position(column),
        ], { axis: 2 });
        graph.output(name, one, [B, T]);
      }
    }
  }
  const extra = (name: string, states: readonly string[]) =>
    states.map((state, i) => [`${name}.${i}`, state] as const);
  if (hiddenStates) {
    for (const [name, state] of extra("hidden_states", encoder.hiddenStates)) {
      graph.output(name, state, [B, T, D]);
    }
  }
  if (attentions) {
    for (const [name, state] of extra("attentions", encoder.attentions)) {
      graph.output(name, state, [B, H, T, T]);
    }
  }

  /** tanh(W h + b) of the state of `[CLS]`, [B, D]. */
  function pooled(): string {
    const linear = graph.linear("bert.pooler", addClsState(graph, last));
    return graph.node("Tanh", "pooled", [linear]);
  }

  function pairs(): string {
    return graph.linear("nextSentence", pooled(), true);
  }

  function classes(): string {
    const { pooling, hiddenSizes, activation = "relu" } = classifierHeadOf(
      config,
    );
    let features = pooling === "pooler" ? pooled() : addClsState(graph, last);
    for (const i of hiddenSizes.keys()) {
      const hidden = graph.linear(`hidden.${i}`, features);
      features = graph.activation(`hidden.${i}.activation`, activation, hidden);
    }
    return graph.linear("classifier", features, true);
  }

  /** Scores of all words for each token, [B, T, V]. */
  function words(): string {
    const { activation, layerNormEpsilon, tieWordEmbeddings = true } = config;
    const hidden = graph.linear("predictions.transform", last);
    const active = graph.activation("predictions.active", activation, hidden);
    const states = graph.layerNorm(
      "predictions.norm",
      active,
      layerNormEpsilon,
    );
    const table = tieWordEmbeddings
      ? "bert.embeddings.word"
      : "predictions.decoder";
    const scores = graph.scores("predictions.scores", states, table);
    return graph.node("Add", "predictions", [
      scores,
      graph.weight("predictions.bias"),
    ]);
  }
}
