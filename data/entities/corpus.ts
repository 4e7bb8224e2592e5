/** The corpus: sentences with tagged words, divided into three parts. @module */

import {
  type RandomStream,
  randomStream,
} from "bertbook/engine/random/stream.ts";
import { FORMS, LEXICON } from "./names.ts";
import { HELD_OUT, KNOWN } from "./templates.ts";

/** What a part is made of. */
type Part = {
  readonly size: number;
  /** Names that are held out, and templates of which half are. */
  readonly isTest: boolean;
};

const SEED = 2003; // the year of the CoNLL task

const PARTS: Readonly<Record<string, Part>> = {
  "train.conll": { size: 1_100, isTest: false },
  "validation.conll": { size: 200, isTest: false },
  "test.conll": { size: 200, isTest: true },
};

/** Sentences that are drawn before the templates count as exhausted. */
const MAX_DRAWS = 100_000;

/** A word and its tag. */
type TaggedWord = readonly [word: string, tag: string];

/** The types of gaps that are entities; the others are words. */
const TYPES: Readonly<Record<string, string>> = {
  PER: "PER",
  NAME: "PER",
  LOC: "LOC",
  ORG: "ORG",
  FIRM: "ORG",
  PROD: "PROD",
};

/**
 * Builds the three files; the same bytes every time.
 *
 * No sentence occurs twice. All names of test sentences are nowhere in the other files,
 * and every second template, too.
 *
 * @returns The files' texts by name: a word and its tag in each line, an empty line after
 * each sentence.
 */
export function buildCorpus(): Record<string, string> {
  const seen = new Set<string>();
  const files = Object.entries(PARTS).map(([file, part], place) => [
    file,
    sentencesOf(part, randomStream(SEED, place), seen)
      .map((words) => words.map(([word, tag]) => `${word} ${tag}\n`).join(""))
      .join("\n"),
  ]);
  return Object.fromEntries(files);
}

function sentencesOf(
  { size, isTest }: Part,
  random: RandomStream,
  seen: Set<string>,
): TaggedWord[][] {
  const sentences: TaggedWord[][] = [];
  const known = KNOWN.filter((text) => !isTest || !text.includes("="));
  // All templates in turn, in a new order each time: none is missing.
  const turns: Record<"known" | "heldOut", string[]> = {
    known: [],
    heldOut: [],
  };
  for (let draw = 0; sentences.length < size; draw++) {
    if (draw === MAX_DRAWS) throw exhausted(sentences.length);
    const kind = isTest && sentences.length % 2 === 0 ? "heldOut" : "known";
    if (turns[kind].length === 0) {
      turns[kind] = random.shuffle(kind === "known" ? known : HELD_OUT);
    }
    const words = fill(turns[kind].pop()!, isTest, random);
    const text = words.map(([word]) => word.toLowerCase()).join(" ");
    if (seen.has(text)) continue;
    seen.add(text);
    sentences.push(words);
  }
  return sentences;
}

/**
 * Fills the gaps of a template, none of them twice with one word.
 *
 * @param template One of `templates.ts`.
 * @param heldOut Whether with the words that are held out.
 * @param random Chooses the words.
 * @returns The words of the sentence with their tags.
 */
export function fill(
  template: string,
  heldOut: boolean,
  random: RandomStream,
): TaggedWord[] {
  const used = new Set<string>();
  const part = heldOut ? "heldOut" : "known";
  const draw = (list: readonly string[]): string => {
    const fresh = list.filter((word) => !used.has(word));
    return fresh[random.integer(fresh.length)]!;
  };
  const wordFor = (gap: keyof typeof LEXICON): string => {
    const word = draw(LEXICON[gap][part]);
    used.add(word);
    return word;
  };
  const textFor = (gap: string, given: string | undefined): string => {
    if (given !== undefined) return given;
    if (!(gap in FORMS)) return wordFor(gap as keyof typeof LEXICON);
    const form = draw(FORMS[gap as keyof typeof FORMS][part]);
    if (!form.includes("{")) used.add(form);
    return form.replace(/\{(\w+)\}/g, (_, name) => wordFor(name));
  };
  const words = template.split(" ").flatMap((piece): TaggedWord[] => {
    const [, gap, given] = /^\{(\w+)(?:=(\w+))?\}$/.exec(piece) ?? [];
    if (gap === undefined) return [[piece, "O"]];
    const type = TYPES[gap];
    return textFor(gap, given).split(" ").map((word, i) => [
      word,
      type === undefined ? "O" : `${i === 0 ? "B" : "I"}-${type}`,
    ]);
  });
  const [[first, tag] = ["", ""], ...rest] = words;
  return [[first[0]!.toUpperCase() + first.slice(1), tag], ...rest];
}

function exhausted(count: number): RangeError {
  return new RangeError(
    `Cannot draw more sentences: the templates must give enough; found ${count}; ` +
      `add templates or words`,
  );
}
