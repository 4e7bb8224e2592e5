/** The model and the sequences of `tests/golden/bert_formula.py`. @module */

import type { BertInput } from "bertbook/model/bert.ts";
import { BERT_TINY, type BertConfig } from "bertbook/model/config.ts";
import { inputFrom } from "bertbook/model/input.ts";
import golden from "../golden/bert_formula.json" with { type: "json" };

/** The sizes of the model. */
export const GOLDEN_CONFIG: BertConfig = {
  ...BERT_TINY,
  vocabSize: 24,
  hiddenSize: 8,
  intermediateSize: 16,
  maxPositionEmbeddings: 9,
};

/** The sequences `rows`, the first `length` tokens of each. */
export function goldenInput(
  rows: readonly number[] = [0, 1, 2],
  length = 7,
): BertInput {
  const pick = (table: number[][]): number[] =>
    rows.flatMap((row) => table[row]!.slice(0, length));
  return inputFrom({
    inputIds: pick(golden.ids),
    tokenTypeIds: pick(golden.segments),
    attentionMask: pick(golden.attentionMask),
    length,
  }, GOLDEN_CONFIG);
}
