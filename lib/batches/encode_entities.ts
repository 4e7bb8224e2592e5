/** Encoding of tagged words: sentences become token ids with a class for each word. @module */

import { checkOption, RULES } from "../options.ts";
import { buildInputsWithSpecialTokens } from "../tokenizer/encoding.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { UNK } from "../tokenizer/vocabulary.ts";
import { splitIntoWords } from "../tokenizer/words.ts";
import { IGNORE_INDEX } from "./batches.ts";
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

/** The same with the classes of its words. */
export type EncodedEntities = EncodedWords & TokenExample;

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

/**
 * Encodes tagged sentences for `fineTune`: the first piece of a word has its class; its
 * later pieces and special tokens have `IGNORE_INDEX`, as in Devlin et al. (2019),
 * section 5.3.
 *
 * A sentence that is too long becomes several examples with the same `sentence`, in which
 * every word has its class once: see {@linkcode encodeWords}.
 *
 * @example
 * ```ts
 * import { BertTokenizer, encodeEntities, parseVocabulary } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nada\nmet\nby\n##ron";
 * const tokenizer = new BertTokenizer(parseVocabulary(pieces, "vocab.txt"));
 * const examples = [{ words: ["Ada", "met", "Byron"], tags: [1, 0, 1] }];
 * assert.deepEqual(encodeEntities(tokenizer, examples, { maxLength: 8 }), [{
 *   inputIds: [2, 5, 6, 7, 8, 3],
 *   tokenTypeIds: [0, 0, 0, 0, 0, 0],
 *   tokenLabels: [-100, 1, 0, 1, -100, -100],
 *   sentence: 0,
 *   firstWord: 0,
 *   wordPositions: [1, 2, 3],
 * }]);
 * ```
 *
 * @param tokenizer The tokenizer of the model that will read them.
 * @param examples The words of each sentence, and a class for each.
 * @param options The lengths.
 * @returns The examples, in the order of the sentences.
 * @throws {RangeError} If an example has not as many tags as words, or as
 * {@linkcode encodeWords}.
 */
export function encodeEntities(
  tokenizer: Tokenizer,
  examples: readonly {
    readonly words: readonly string[];
    readonly tags: readonly number[];
  }[],
  options: EncodeWordsOptions,
): EncodedEntities[] {
  for (const [index, { words, tags }] of examples.entries()) {
    if (words.length === tags.length) continue;
    throw new RangeError(
      `Cannot encode example ${index}: it must have a tag for each word; found ` +
        `${words.length} words, ${tags.length} tags`,
    );
  }
  const sentences = examples.map(({ words }) => words);
  return encodeWords(tokenizer, sentences, options).map((window) => {
    const { inputIds, sentence, firstWord, wordPositions } = window;
    const tokenLabels = inputIds.map(() => IGNORE_INDEX);
    for (const [i, position] of wordPositions.entries()) {
      tokenLabels[position] = examples[sentence]!.tags[firstWord + i]!;
    }
    return { ...window, tokenLabels };
  });
}
