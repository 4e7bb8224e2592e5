/** All figures by name: `await show(figure("bert_stack"))`. @module */

import { answerSpan, stridedWindows } from "./answers.ts";
import type { compose, Figure } from "./drawing.ts";
import { meanPooling } from "./embeddings.ts";
import { modelRoutes } from "./export.ts";
import {
  attentionHead,
  bertGptElmo,
  bertStack,
  encoderDecoder,
  manyHeads,
  sevenHeads,
  threeOutputs,
} from "./model.ts";
import {
  attentionMask,
  entityTags,
  inputEmbeddings,
  packing,
  textToNumbers,
} from "./text.ts";
import {
  dataSplits,
  fineTuning,
  labelLoop,
  maskedWords,
  trainingLoop,
} from "./training.ts";
import { dataParallel } from "./workers.ts";

type Variant = Parameters<typeof compose>[1];

/** Every figure by its name. */
export const FIGURES = {
  text_to_numbers: textToNumbers,
  input_embeddings: inputEmbeddings,
  bert_stack: bertStack,
  attention_head: attentionHead,
  many_heads: manyHeads,
  attention_mask: attentionMask,
  fine_tuning: fineTuning,
  training_loop: trainingLoop,
  data_splits: dataSplits,
  label_loop: labelLoop,
  seven_heads: sevenHeads,
  masked_words: maskedWords,
  bert_gpt_elmo: bertGptElmo,
  encoder_decoder: encoderDecoder,
  entity_tags: entityTags,
  packing,
  answer_span: answerSpan,
  strided_windows: stridedWindows,
  three_outputs: threeOutputs,
  mean_pooling: meanPooling,
  model_routes: modelRoutes,
  data_parallel: dataParallel,
} as const satisfies Record<string, (variant?: Variant) => Figure>;

/** A name of a figure. */
export type FigureName = keyof typeof FIGURES;

/**
 * Draws a figure.
 *
 * @param name Which one.
 * @param variant `"light"` or `"dark"` for one set of colours only; by default the
 *   drawing follows the reader's system.
 * @returns A drawing that `show` shows, with its text for readers who cannot see it.
 * @throws {RangeError} If there is no such figure.
 */
export function figure(name: FigureName, variant?: Variant): Figure {
  const draw = FIGURES[name] as typeof FIGURES[FigureName] | undefined;
  if (draw !== undefined) return draw(variant);
  throw new RangeError(
    `Cannot draw a figure: its name must be one of ` +
      `${Object.keys(FIGURES).join(", ")}; found "${name}"`,
  );
}
