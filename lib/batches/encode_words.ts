/** Encoding of words: sentences become token ids, long ones windows that end between words. @module */

import { checkOption, RULES } from "../options.ts";
import { buildInputsWithSpecialTokens } from "../tokenizer/encoding.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { UNK } from "../tokenizer/vocabulary.ts";
import { splitIntoWords } from "../tokenizer/words.ts";
import type { TokenExample } from "./head_batches.ts";

/** How long sentences are encoded. */
export type EncodeWordsOptions = {
  /** The longest sequence in tokens, at least 3. */
  readonly maxLength: number;
  /** Tokens that neighbouring windows of a longer sentence share at most; default 0. */
  readonly stride?: number;
};

/** A sentence as token ids, or a window of one. */
export type EncodedWords = Pick<TokenExample, "inputIds" | "tokenTypeIds"> & {
  /** Which of the sentences it is, or is a window of. */
  readonly sentence: number;
  /** The number of its first word in the sentence. */
  readonly firstWord: number;
  /** Where its words begin, from the first on: the position of a token for each. */
  readonly wordPositions: readonly number[];
};

/** The words of a window: those that it reads, and those of them that are its own. */
type Window = { start: number; end: number; first: number; last: number };

/**
 * Encodes sentences of words, each as one sequence or, if it is too long, as several
 * windows that end between words.
 *
 * Every word is in the `wordPositions` of just one window: of the words that neighbouring
 * windows share, half belong to each, so that no word is judged without its neighbours.
 * A word that the tokenizer makes nothing of becomes `[UNK]`. Of a word that is longer
 * than a window the last pieces are cut off.
 *
 * @param tokenizer The tokenizer of the model that will read them.
 * @param sentences The words of each sentence.
 * @param options The lengths.
 * @returns The windows in the order of the sentences; none of a sentence without words.
 * @throws {RangeError} If `maxLength` leaves no room, or `stride` is not shorter.
 */
export function encodeWords(
  tokenizer: Tokenizer,
  sentences: readonly (readonly string[])[],
  { maxLength, stride = 0 }: EncodeWordsOptions,
): EncodedWords[] {
  const room = maxLength - 2; // [CLS] and [SEP]
  checkOption("maxLength", maxLength, {
    must: "a whole number of at least 3",
    holds: (value) => Number.isSafeInteger(value) && value >= 3,
  });
  checkOption("stride", stride, RULES.countOrNone);
  if (stride >= room) {
    throw new RangeError(
      `Cannot encode words: maxLength must leave room for more tokens than stride; ` +
        `found maxLength=${maxLength}, stride=${stride}`,
    );
  }
  return sentences.flatMap((words, sentence) => {
    const pieces = words.map((word) => {
      const ofWord = splitIntoWords([word], tokenizer);
      return ofWord.length === 0 ? [UNK] : ofWord.slice(0, room);
    });
    const lengths = pieces.map(({ length }) => length);
    return [...windowsOf(lengths, room, stride)].map((window): EncodedWords => {
      const { start, end, first, last } = window;
      const { inputIds, tokenTypeIds } = buildInputsWithSpecialTokens(
        pieces.slice(start, end).flat(),
        undefined,
        tokenizer.vocabulary,
      );
      let position = 1;
      const positions = lengths.slice(start, end).map((length) => {
        position += length;
        return position - length;
      });
      const wordPositions = positions.slice(first - start, last - start);
      return {
        inputIds,
        tokenTypeIds,
        sentence,
        firstWord: first,
        wordPositions,
      };
    });
  });
}

/** Cuts words of these lengths into windows. */
function* windowsOf(
  lengths: readonly number[],
  room: number,
  stride: number,
): Generator<Window> {
  for (let start = 0, first = 0; first < lengths.length;) {
    let end = start, size = 0;
    while (end < lengths.length && size + lengths[end]! <= room) {
      size += lengths[end++]!;
    }
    let next = end, shared = 0;
    if (end < lengths.length) {
      // The next window must have room for a new word, too.
      const most = Math.min(stride, room - lengths[end]!);
      while (next - 1 > start && shared + lengths[next - 1]! <= most) {
        shared += lengths[--next]!;
      }
    }
    const last = end === lengths.length ? end : Math.ceil((next + end) / 2);
    yield { start, end, first, last };
    [start, first] = [next, last];
  }
}
