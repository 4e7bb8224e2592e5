/** Ten training steps by the core alone: what is bundled for a browser. */

import { randomStream } from "bertbook/engine/random/stream.ts";
import { startEngine } from "bertbook/engine/start_engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import "bertbook/engine/wasm.ts";
import { BERT_TINY } from "bertbook/model/config.ts";
import { initHead } from "bertbook/model/heads/heads.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import {
  parseVocabulary,
  SPECIAL_TOKENS,
} from "bertbook/tokenizer/vocabulary.ts";

/**
 * Trains a small BERT on the wasm engine, with dropout, clipping and weight decay.
 *
 * @param wasmFolder Where a browser finds the engine's binary files.
 * @returns The ten losses.
 */
export async function tenLosses(wasmFolder?: string): Promise<number[]> {
  await startEngine({
    engine: "wasm",
    ...(wasmFolder === undefined ? {} : { wasmFolder }),
  });
  const config = {
    ...BERT_TINY,
    vocabSize: 101,
    hiddenSize: 32,
    intermediateSize: 64,
    maxPositionEmbeddings: 16,
  };
  const examples = Array.from({ length: 40 }, (_, i) => {
    const length = 6 + i % 9;
    return {
      inputIds: Array.from({ length }, (_, t) => 1 + (i * 31 + t * 17) % 100),
      tokenTypeIds: Array.from({ length }, () => 0),
      label: i % 2,
    };
  });
  const params = initHead(
    "sequence-classification",
    { config, numLabels: 2 },
    randomStream(42),
  );
  const pieces = Array.from({ length: 96 }, (_, i) => `word${i}`);
  const vocabulary = parseVocabulary(
    [...SPECIAL_TOKENS, ...pieces].join("\n"),
    "words",
  );
  const model = {
    head: "sequence-classification" as const,
    config,
    params,
    tokenizer: new BertTokenizer(vocabulary),
    labels: ["no", "yes"],
    name: "small",
  };
  const data = { train: examples, validation: examples.slice(0, 8) };
  const losses: number[] = [];
  const recipe = { epochs: 2, batchSize: 8, learningRate: 1e-3, seed: 42 };
  for await (const event of fineTune(model, data, recipe)) {
    if (event.kind === "step") losses.push(event.loss);
  }
  disposeTree(params);
  return losses;
}
