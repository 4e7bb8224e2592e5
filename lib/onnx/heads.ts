/** The heads of BERT as ONNX graphs, with the outputs that Python's optimum names. @module */

import { type BertConfig, classifierHeadOf } from "../model/config.ts";
import type { HeadName } from "../model/heads/heads.ts";
import { addEncoder } from "./encoder.ts";
import type { OnnxGraph } from "./graph.ts";
import {
  activate,
  firstToken,
  layerNorm,
  linear,
  rowScores,
} from "./layers.ts";

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
 * The last layer of a head is small, and stays out of int8.
 *
 * @param graph The graph.
 * @param head The head.
 * @param sizes The configuration, and C if the head has classes.
 * @param outputs Further outputs.
 */
export function addModel(
  graph: OnnxGraph,
  head: HeadName,
  { config, numLabels: C }: {
    readonly config: BertConfig;
    readonly numLabels: number;
  },
  { hiddenStates = false, attentions = false }: OnnxOutputs,
): void {
  const { hiddenSize: D, vocabSize: V, numHeads: H } = config;
  const readsFirst = head === "sequence-classification" ||
    head === "next-sentence";
  const firstOnly = readsFirst && !hiddenStates;
  const at = head === "base" ? "" : "bert.";
  const encoder = addEncoder(graph, config, at, { firstOnly, attentions });
  const last = encoder.hiddenStates.at(-1)!;
  const exact = (path: string, x: string) =>
    linear(graph, path, x, { isExact: true });
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
      graph.output("logits", classes(), [B, C]);
      break;
    case "token-classification":
      graph.output("logits", exact("classifier", last), [B, T, C]);
      break;
    case "question-answering": {
      const both = exact("answer", last); // [B, T, 2]
      for (const [i, name] of ["start_logits", "end_logits"].entries()) {
        const inputs = [both, graph.whole(i)];
        const column = graph.node("Gather", `answer.${i}`, inputs, { axis: 2 });
        graph.output(name, column, [B, T]);
      }
    }
  }
  for (const [i, state] of encoder.hiddenStates.entries()) {
    if (hiddenStates) graph.output(`hidden_states.${i}`, state, [B, T, D]);
  }
  for (const [i, weights] of encoder.attentions.entries()) {
    if (attentions) graph.output(`attentions.${i}`, weights, [B, H, T, T]);
  }

  /** The last state of `[CLS]`, [B, D]. */
  function clsState(): string {
    const first = firstToken(graph, "cls.token", last);
    return graph.op("Squeeze", "cls", first, graph.whole([1]));
  }

  function pooled(): string {
    return graph.op("Tanh", "pooled", linear(graph, "bert.pooler", clsState()));
  }

  function pairs(): string {
    return exact("nextSentence", pooled());
  }

  function classes(): string {
    const { pooling, hiddenSizes, activation = "relu" } = classifierHeadOf(
      config,
    );
    let x = pooling === "pooler" ? pooled() : clsState();
    for (const i of hiddenSizes.keys()) {
      const hidden = linear(graph, `hidden.${i}`, x);
      x = activate(graph, `hidden.${i}.active`, activation, hidden);
    }
    return exact("classifier", x);
  }

  /** Scores of all words for each token, [B, T, V]. */
  function words(): string {
    const { activation, layerNormEpsilon, tieWordEmbeddings = true } = config;
    const hidden = linear(graph, "predictions.transform", last);
    const active = activate(graph, "predictions.active", activation, hidden);
    const norm = "predictions.norm";
    const states = layerNorm(graph, norm, active, layerNormEpsilon);
    const table = tieWordEmbeddings
      ? "bert.embeddings.word"
      : "predictions.decoder";
    const scores = rowScores(graph, "predictions.scores", states, table);
    const bias = graph.weight("predictions.bias");
    return graph.op("Add", "predictions", scores, bias);
  }
}
