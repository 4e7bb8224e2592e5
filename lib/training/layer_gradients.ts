/** How much of the loss's gradient reaches each layer. @module */

import * as tf from "@tensorflow/tfjs";
import { ensureEngine } from "../engine/start_engine.ts";
import { namedLeaves } from "../engine/tensor_tree.ts";
import { globalNorm } from "./clip.ts";
import { type LanguageModel } from "../model/language_model.ts";
import { nextTokenLoss } from "./train_language_model.ts";
import {
  lengthFor,
  nextTokenBatches,
  type TokenSequence,
} from "../batches/next_token.ts";
import { nextTokenTensors } from "../batches/batch_tensors.ts";

/**
 * The length of the gradient by the parameters of each layer, from the bottom up.
 *
 * Xiong et al. (2020), "On Layer Normalization in the Transformer Architecture",
 * figure 3: layers that normalize after the sum have long gradients near the output.
 *
 * @param model Its parameters stay as they are.
 * @param sequences One batch.
 * @returns One norm for each layer, [L].
 * @throws {RangeError} If a sequence does not fit the model.
 */
export async function layerGradientNorms(
  { params, config }: LanguageModel,
  sequences: readonly TokenSequence[],
): Promise<number[]> {
  const length = lengthFor(sequences, config);
  const batchSize = sequences.length;
  const [plain] = nextTokenBatches(sequences, { batchSize, length });
  await ensureEngine();
  using batch = nextTokenTensors(plain!);
  const norms = tf.tidy(() => {
    const layers = params.layers.map((layer) =>
      namedLeaves(layer).map(([, leaf]) => leaf)
    );
    const gradients = tf.grads(() => nextTokenLoss(params, batch, config))(
      layers.flat(),
    );
    let start = 0;
    return tf.stack(layers.map((leaves) => {
      const ofLayer = gradients.slice(start, start += leaves.length);
      return globalNorm(ofLayer);
    }));
  });
  try {
    return [...await norms.data<"float32">()];
  } finally {
    norms.dispose();
  }
}
