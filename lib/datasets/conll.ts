/**
 * CoNLL files: sentences with a tag for each word. Tjong Kim Sang and De Meulder (2003),
 * "Introduction to the CoNLL-2003 Shared Task", CoNLL.
 *
 * @module
 */

import { quoted } from "../printable.ts";
import type { Oddity } from "./dataset.ts";
import {
  type CharacterEncoding,
  isBlank,
  malformed,
  readTable,
} from "./read_table.ts";

/** A sentence, its words tagged by entity. */
export type EntityExample = {
  readonly words: readonly string[];
  /** Index into the dataset's labels, for each word. */
  readonly tags: readonly number[];
};

/**
 * How tags mark where an entity begins:
 *
 * - `"IOB2"`: every entity begins with `B-` and continues with `I-`;
 * - `"IOB1"`: with `I-`; `B-` only separates it from one of its type just before it
 *   (Ramshaw and Marcus, 1995);
 * - `"BIOES"`: as IOB2, but the last word has `E-`, and a single one `S-`;
 * - `"BILOU"`: the same with `L-` and `U-`.
 */
export type TagScheme = "IOB1" | "IOB2" | "BIOES" | "BILOU";

/** A sentence of a CoNLL file. */
export type ConllSentence = {
  readonly words: readonly string[];
  /** In IOB2, whatever the file has. */
  readonly tags: readonly string[];
};

/** The content of a CoNLL file. */
export type ConllFile = {
  readonly sentences: readonly ConllSentence[];
  /** The scheme of the file. */
  readonly scheme: TagScheme;
  /** What is odd; everything is kept. */
  readonly oddities: readonly Omit<Oddity, "part">[];
};

/** A sentence with its lines in the file. */
type Sentence = { words: string[]; tags: string[]; lines: number[] };

/** A tag as its letter and its type, and what it has to do with the tag before it. */
type Step = {
  readonly prefix: string;
  readonly type: string;
  /** Whether the word before is in an entity of the same type. */
  readonly followsSame: boolean;
  /** Whether that entity may continue here. */
  readonly isOpen: boolean;
};

const TAG = /^(?:O|([BIESLU])-(.+))$/s;

/**
 * Reads a file in CoNLL's form: a line for each word, with the word in its first column
 * and the tag in its last one; an empty line between sentences.
 *
 * Columns are separated by tabs or by spaces. Lines that begin with `-DOCSTART-` end a
 * sentence and are left out, as are comments: lines that begin with `#` and are no row.
 *
 * The scheme is recognized by the tags of the whole file, and converted to IOB2. A
 * sequence that the scheme does not allow, such as `I-PER` after `O`, is kept: it is an
 * oddity, and `entitySpans` says what it means.
 *
 * @example
 * ```ts
 * import { parseConll } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const text = "Ada S-PER\nmet O\nLord B-PER\nByron E-PER\n";
 * const bytes = new TextEncoder().encode(text);
 * const { scheme, sentences } = parseConll(bytes, "x.conll");
 * assert.equal(scheme, "BIOES");
 * assert.deepEqual(sentences[0]!.tags, ["B-PER", "O", "B-PER", "I-PER"]);
 * ```
 *
 * @param bytes The file's content, not compressed.
 * @param file Its name, for errors.
 * @param options `encoding`: UTF-8 by default.
 * @returns The sentences in order.
 * @throws {SyntaxError} If there is no word, or a row has another number of columns than
 * the first one, no word, or a tag that is neither `O` nor a prefix and a type.
 */
export function parseConll(
  bytes: Uint8Array,
  file: string,
  options: { encoding?: CharacterEncoding } = {},
): ConllFile {
  const sentences = readSentences(bytes, file, options);
  if (sentences.length === 0) {
    throw malformed(file, "it must have a tagged word", "none");
  }
  const scheme = schemeOf(sentences);
  const odd: Record<string, number[]> = {};
  const note = (what: string, line: number): void => {
    (odd[what] ??= []).push(line);
  };
  const converted = sentences.map(({ words, tags, lines }) => {
    for (const [i, word] of words.entries()) {
      if (isBlank(word)) note("the word has nothing to see", lines[i]!);
    }
    for (const [what, i] of oddTags(tags, scheme)) note(what, lines[i]!);
    return { words, tags: scheme === "IOB2" ? tags : toIob2(tags) };
  });
  const oddities = Object.entries(odd)
    .map(([what, rows]) => ({ what, action: "kept" as const, rows }));
  return { sentences: converted, scheme, oddities };
}

function readSentences(
  bytes: Uint8Array,
  file: string,
  options: { encoding?: CharacterEncoding },
): Sentence[] {
  const rows = readTable(bytes, { ...options, file, format: "tsv" })
    .map(({ line, cells }) => ({
      line,
      cells: cells.length > 1
        ? cells
        : cells[0]!.replace(/^ +| +$/g, "").split(/ +/),
    }));
  const first = rows.find(({ cells: [word] }) =>
    word !== "" && !word!.startsWith("#") && word !== "-DOCSTART-"
  );
  const columns = Math.max(first?.cells.length ?? 0, 2);
  const sentences: Sentence[] = [];
  let sentence: Sentence | undefined;
  for (const { line, cells } of rows) {
    const [word, tag] = [cells[0]!, cells.at(-1)!];
    if (cells.every((cell) => cell === "") || word === "-DOCSTART-") {
      sentence = undefined;
      continue;
    }
    const isRow = cells.length === columns && TAG.test(tag);
    if (!isRow && word.startsWith("#")) continue;
    const check = (must: string, holds: boolean, found: string): void => {
      if (!holds) throw malformed(file, `line ${line} must ${must}`, found);
    };
    check(
      `have ${columns} columns`,
      cells.length === columns,
      `${cells.length}`,
    );
    check("have a word", word !== "", quoted(word));
    check(
      "end with a tag: O, or a prefix such as B- and a type",
      isRow,
      quoted(tag),
    );
    if (sentence === undefined) {
      sentences.push(sentence = { words: [], tags: [], lines: [] });
    }
    sentence.words.push(word);
    sentence.tags.push(tag);
    sentence.lines.push(line);
  }
  return sentences;
}

/** The tags of a sentence one by one. */
function stepsOf(tags: readonly string[]): Step[] {
  let before: Pick<Step, "prefix" | "type"> | undefined;
  return tags.map((tag) => {
    const [, prefix = "O", type = ""] = TAG.exec(tag)!;
    const followsSame = before?.type === type && prefix !== "O";
    const isOpen = followsSame && "BI".includes(before!.prefix);
    before = { prefix, type };
    return { prefix, type, followsSame, isOpen };
  });
}

function schemeOf(sentences: readonly Sentence[]): TagScheme {
  const steps = sentences.flatMap(({ tags }) => stepsOf(tags));
  const has = (letters: string): boolean =>
    steps.some(({ prefix }) => letters.includes(prefix));
  if (has("LU")) return "BILOU";
  if (has("ES")) return "BIOES";
  // IOB1 has B- only after the same type, and I- where IOB2 has B-.
  const isIob1 =
    steps.some(({ prefix, followsSame }) => prefix === "I" && !followsSame) &&
    steps.every(({ prefix, followsSame }) => prefix !== "B" || followsSame);
  return isIob1 ? "IOB1" : "IOB2";
}

/** Tags that a scheme does not allow: what is odd, and the number of the word. */
function* oddTags(
  tags: readonly string[],
  scheme: TagScheme,
): Generator<[string, number]> {
  if (scheme === "IOB1") return;
  const marksEnd = scheme !== "IOB2";
  let needsEnd = false;
  // The end of the sentence is checked like a word outside.
  for (const [i, { prefix, isOpen }] of stepsOf([...tags, "O"]).entries()) {
    const isInside = "IEL".includes(prefix);
    if (isInside && !isOpen) yield ["the tag continues no entity", i];
    if (needsEnd && !(isInside && isOpen)) {
      yield ["the entity has no end", i - 1];
    }
    needsEnd = marksEnd && "BI".includes(prefix);
  }
}

/** Where an entity begins according to any other scheme, `B-`; then `I-`. */
function toIob2(tags: readonly string[]): string[] {
  return stepsOf(tags).map(({ prefix, type, isOpen }) => {
    if (prefix === "O") return "O";
    return `${isOpen && !"BSU".includes(prefix) ? "I" : "B"}-${type}`;
  });
}
