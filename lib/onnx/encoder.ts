/** The encoder of BERT as an ONNX graph: `lib/model/bert.ts`, operation by operation. @module */

import { type BertConfig, maxSequenceLength } from "../model/config.ts";
import type { OnnxGraph } from "./graph.ts";

/** What the encoder gives: names of results. */
export type OnnxEncoderOutput = {
  /** The embeddings, then the output of every layer, [B, T, D]. */
  readonly hiddenStates: readonly string[];
  /** The weights of every layer, [B, H, T, T]; none if attention is fused. */
  readonly attentions: readonly string[];
};

/**
 * Adds the encoder to a graph, with its inputs.
 *
 * @param graph The graph.
 * @param config The sizes and choices.
 * @param at The encoder's path in the tree of parameters: "bert.", or "" for a bare one.
 * @param isShort Whether the last layer is computed for the first token alone, [B, 1, D].
 * @returns The results.
 */
export function addEncoder(
  graph: OnnxGraph,
  config: BertConfig,
  at: string,
  isShort: boolean,
): OnnxEncoderOutput {
  const inputIds = graph.input("input_ids");
  const attentionMask = graph.input("attention_mask");
  const embedded = embed(graph, config, `${at}embeddings`, inputIds);
  const hiddenStates = [embedded], attentions: string[] = [];
  for (let layer = 0; layer < config.numLayers; layer++) {
    const isLast = layer === config.numLayers - 1;
    const output = addLayer(graph, config, `${at}layers.${layer}`, {
      hidden: hiddenStates.at(-1)!,
      attentionMask,
      isShort: isShort && isLast,
    });
    hiddenStates.push(output.hidden);
    if (output.weights !== undefined) attentions.push(output.weights);
  }
  return { hiddenStates, attentions };
}

/** Word, position and token type embeddings, added and normalized, [B, T, D]. */
function embed(
  graph: OnnxGraph,
  config: BertConfig,
  path: string,
  inputIds: string,
): string {
  const { positionOffset, layerNormEpsilon } = config;
  const end = positionOffset + maxSequenceLength(config);
  const length = graph.node("Shape", "length", [inputIds], {
    start: 1,
    end: 2,
  });
  const positions = graph.node("Slice", "positions", [
    graph.range(positionOffset, end),
    graph.whole([0]),
    length,
  ]);
  let sum = graph.lookup(`${path}.words`, `${path}.word`, inputIds);
  if (config.typeVocabSize > 0) {
    const types = graph.input("token_type_ids");
    const found = graph.lookup(`${path}.types`, `${path}.tokenType`, types);
    sum = graph.node("Add", `${path}.typed`, [sum, found]);
  }
  const placed = graph.lookup(`${path}.places`, `${path}.position`, positions);
  sum = graph.node("Add", `${path}.sum`, [sum, placed]);
  const normalized = graph.layerNorm(`${path}.norm`, sum, layerNormEpsilon);
  const { embeddingSize = config.hiddenSize } = config;
  return embeddingSize === config.hiddenSize
    ? normalized
    : graph.linear(`${path}.project`, normalized);
}

/** One encoder layer with its norms after the sums. */
function addLayer(
  graph: OnnxGraph,
  config: BertConfig,
  path: string,
  { hidden, attentionMask, isShort }: {
    readonly hidden: string;
    readonly attentionMask: string;
    readonly isShort: boolean;
  },
): { hidden: string; weights: string | undefined } {
  const { layerNormEpsilon: epsilon } = config;
  const residual = isShort
    ? firstToken(graph, `${path}.first`, hidden)
    : hidden;
  const { context, weights } = attention(graph, config, `${path}.attention`, {
    asking: residual,
    hidden,
    attentionMask,
  });
  const output = `${path}.attention.output`;
  const middle = graph.addNorm(
    `${path}.attentionNorm`,
    graph.product(output, context),
    `${output}.bias`,
    residual,
    epsilon,
  );
  const wide = graph.activation(
    `${path}.activation`,
    config.activation,
    graph.linear(`${path}.intermediate`, middle),
  ); // [B, T, F]
  const fed = graph.product(`${path}.output`, wide);
  const bias = `${path}.output.bias`;
  const normalized = graph.addNorm(
    `${path}.outputNorm`,
    fed,
    bias,
    middle,
    epsilon,
  );
  return { hidden: normalized, weights };
}

/** The contexts of all heads side by side, [B, Q, D], and the weights, [B, H, Q, T]. */
function attention(
  graph: OnnxGraph,
  { numHeads, hiddenSize }: BertConfig,
  path: string,
  { asking, hidden, attentionMask }: {
    readonly asking: string;
    readonly hidden: string;
    readonly attentionMask: string;
  },
): { context: string; weights: string | undefined } {
  const [q, k, v] = [`${path}.query`, `${path}.key`, `${path}.value`] as const;
  if (graph.isFused) {
    const biases = [q, k, v].map((each) => `${each}.bias`);
    const products = [
      graph.product(q, asking),
      graph.product(k, hidden),
      graph.product(v, hidden),
    ] as const;
    const bias = graph.joined(`${path}.biases`, biases);
    const context = graph.fusedAttention(path, products, {
      bias,
      attentionMask,
      numHeads,
    });
    return { context, weights: undefined };
  }
  const size = hiddenSize / numHeads;
  const headsOf = (of: string, x: string, perm: readonly number[]): string => {
    const shape = graph.whole([0, 0, numHeads, size]); // 0 keeps a size
    const split = graph.node("Reshape", `${of}.split`, [
      graph.linear(of, x),
      shape,
    ]);
    return graph.node("Transpose", `${of}.heads`, [split], { perm });
  };
  const query = headsOf(q, asking, [0, 2, 1, 3]); // [B, H, Q, K]
  const key = headsOf(k, hidden, [0, 2, 3, 1]); // [B, H, K, T]
  const value = headsOf(v, hidden, [0, 2, 1, 3]); // [B, H, T, K]
  // Scaled before the product, which float16 could not hold otherwise.
  const scaled = graph.node("Mul", `${q}.scaled`, [
    query,
    graph.scalar(1 / Math.sqrt(size)),
  ]);
  const scores = graph.node("MatMul", `${path}.scores`, [scaled, key]);
  const masked = graph.node("Add", `${path}.masked`, [
    scores,
    graph.mask(attentionMask),
  ]);
  const weights = graph.node("Softmax", `${path}.weights`, [masked], {
    axis: -1,
  });
  const context = graph.node("MatMul", `${path}.context`, [weights, value]);
  const merged = graph.node("Transpose", `${path}.merged`, [context], {
    perm: [0, 2, 1, 3],
  });
  const flat = [merged, graph.whole([0, 0, hiddenSize])];
  return { context: graph.node("Reshape", path, flat), weights };
}

/** The states of the first tokens, [B, 1, D]. */
function firstToken(graph: OnnxGraph, name: string, hidden: string): string {
  const [start, end, axis] = [[0], [1], [1]].map((each) => graph.whole(each));
  return graph.node("Slice", name, [hidden, start!, end!, axis!]);
}

/**
 * The state of the first token of each sequence, [B, D].
 *
 * @param graph The graph.
 * @param hidden The last hidden states, [B, T, D] or [B, 1, D].
 */
export function addClsState(graph: OnnxGraph, hidden: string): string {
  const first = firstToken(graph, "cls.token", hidden);
  return graph.node("Squeeze", "cls", [first, graph.whole([1])]);
}
