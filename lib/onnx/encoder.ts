/** The encoder of BERT as an ONNX graph: `lib/model/bert.ts`, operation by operation. @module */

import { type BertConfig, maxSequenceLength } from "../model/config.ts";
import type { OnnxGraph } from "./graph.ts";
import {
  activate,
  additiveMask,
  addNorm,
  firstToken,
  kernelProduct,
  layerNorm,
  linear,
  lookup,
} from "./layers.ts";

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
 * @param needs `firstOnly`: whether the last layer is computed for the first token alone,
 * [B, 1, D]; `attentions`: whether its weights are wanted for all tokens even so.
 * @returns The results.
 */
export function addEncoder(
  graph: OnnxGraph,
  config: BertConfig,
  at: string,
  needs: { readonly firstOnly: boolean; readonly attentions: boolean },
): OnnxEncoderOutput {
  const { numLayers, numHeads, hiddenSize, layerNormEpsilon: epsilon } = config;
  const inputIds = graph.input("input_ids");
  const attentionMask = graph.input("attention_mask");
  const hiddenStates = [embed(`${at}embeddings`)], attentions: string[] = [];
  for (let i = 0; i < numLayers; i++) {
    const isLast = i === numLayers - 1;
    addLayer(
      `${at}layers.${i}`,
      hiddenStates.at(-1)!,
      needs.firstOnly && isLast,
    );
  }
  return { hiddenStates, attentions };

  /** Word, token type and position embeddings, added and normalized, [B, T, D]. */
  function embed(path: string): string {
    const { positionOffset: first, embeddingSize = hiddenSize } = config;
    let sum = lookup(graph, `${path}.word`, inputIds);
    if (config.typeVocabSize > 0) {
      const types = graph.input("token_type_ids");
      const found = lookup(graph, `${path}.tokenType`, types);
      sum = graph.op("Add", `${path}.typed`, sum, found);
    }
    const all = Array.from(
      { length: maxSequenceLength(config) },
      (_, i) => first + i,
    );
    const attributes = { start: 1, end: 2 };
    const positions = graph.op(
      "Slice",
      "positions",
      graph.whole(all, "positions.all"),
      graph.whole([0]),
      graph.node("Shape", "length", [inputIds], attributes),
    );
    const placed = lookup(graph, `${path}.position`, positions);
    sum = graph.op("Add", `${path}.sum`, sum, placed);
    const normalized = layerNorm(graph, `${path}.norm`, sum, epsilon);
    return embeddingSize === hiddenSize
      ? normalized
      : linear(graph, `${path}.project`, normalized);
  }

  /** Attention, then feed-forward, each with its norm after the sum. */
  function addLayer(path: string, hidden: string, isShort: boolean): void {
    const asking = isShort
      ? firstToken(graph, `${path}.first`, hidden)
      : hidden; // [B, Q, D]
    const heads = {
      path: `${path}.attention.output`,
      x: attend(`${path}.attention`, asking, hidden),
    };
    const norm = `${path}.attentionNorm`;
    const middle = addNorm(graph, norm, heads, asking, epsilon);
    const wide = activate(
      graph,
      `${path}.activation`,
      config.activation,
      linear(graph, `${path}.intermediate`, middle),
    ); // [B, Q, F]
    const narrow = { path: `${path}.output`, x: wide };
    hiddenStates.push(
      addNorm(graph, `${path}.outputNorm`, narrow, middle, epsilon),
    );
  }

  /** The contexts of all heads side by side, [B, Q, D]. */
  function attend(path: string, asking: string, hidden: string): string {
    if (graph.isFused) {
      const parts = [
        [`${path}.query`, asking],
        [`${path}.key`, hidden],
        [`${path}.value`, hidden],
      ] as const;
      const products = parts.map(([of, x]) => kernelProduct(graph, of, x));
      const biases = parts.map(([of]) => `${of}.bias`);
      return graph.fused("MultiHeadAttention", path, [
        ...products,
        graph.joined(`${path}.biases`, biases),
        graph.cast("mask.whole", attentionMask, "int32"),
      ], { "num_heads": numHeads, "mask_filter_value": { f: -1e9 } });
    }
    const size = hiddenSize / numHeads;
    const shape = graph.whole([0, 0, numHeads, size]); // 0 keeps a size
    const perm = [0, 2, 1, 3];
    const split = (of: string, x: string, perm: number[], name = of): string =>
      graph.node("Transpose", `${name}.heads`, [
        graph.op(
          "Reshape",
          `${name}.split`,
          linear(graph, of, x, { name }),
          shape,
        ),
      ], { perm });
    const key = split(`${path}.key`, hidden, [0, 2, 3, 1]); // [B, H, K, T]
    const value = split(`${path}.value`, hidden, perm); // [B, H, T, K]
    /** The weights of tokens that ask, [B, H, Q, T]. */
    const weightsOf = (asking: string, at: string): string => {
      const query = split(`${path}.query`, asking, perm, `${at}.query`);
      // Scaled before the product, which float16 could not hold otherwise.
      const scale = graph.scalar(1 / Math.sqrt(size));
      const scaled = graph.op("Mul", `${at}.query.scaled`, query, scale);
      const scores = graph.op("MatMul", `${at}.scores`, scaled, key);
      const mask = additiveMask(graph, attentionMask);
      const masked = graph.op("Add", `${at}.masked`, scores, mask);
      return graph.node("Softmax", `${at}.weights`, [masked], { axis: -1 });
    };
    const weights = weightsOf(asking, path);
    const isWhole = asking === hidden || !needs.attentions;
    attentions.push(isWhole ? weights : weightsOf(hidden, `${path}.all`));
    const context = graph.op("MatMul", `${path}.context`, weights, value);
    const merged = graph.node("Transpose", `${path}.merged`, [context], {
      perm,
    });
    return graph.op("Reshape", path, merged, graph.whole([0, 0, hiddenSize]));
  }
}
