import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { normalize } from "bertbook/tokenizer/normalize.ts";
import {
  parseVocabulary,
  SPECIAL_TOKENS,
} from "bertbook/tokenizer/vocabulary.ts";
import fc from "fast-check";

/** Texts of letters, of any characters, and of lone surrogates. */
export const anyText: fc.Arbitrary<string> = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."playing THE \u00c9,.' "),
    fc.nat(0xffff).map((unit) => String.fromCharCode(unit)),
    fc.nat(0x10ffff).map((point) => String.fromCodePoint(point)),
  ),
});

/** A vocabulary of the special tokens, ids 0 to 4, and these pieces. */
export function vocabularyOf(
  ...pieces: string[]
): ReturnType<typeof parseVocabulary> {
  return parseVocabulary([...SPECIAL_TOKENS, ...pieces].join("\n"), "test");
}

/** An uncased tokenizer for a few words; every letter can be spelled. */
export function smallTokenizer(): BertTokenizer {
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  const vocabulary = vocabularyOf(
    ...["play", "##ing", "##s", "the", "he", "中", "文", ".", ",", "'", "!"],
    ...letters,
    ...letters.map((x) => `##${x}`).filter((piece) => piece !== "##s"),
  );
  return new BertTokenizer(vocabulary);
}

/** The text in which two texts of the same pieces agree. */
export function withoutSpace(text: string): string {
  return normalize(text).replaceAll(" ", "");
}
