/** Which corpus was found, in words for a reader. @module */

import type { CorpusSource, Origin } from "./corpus_source.ts";

/** Which corpus it is. */
export type CorpusTitle = {
  /** Its name, for headings and chart titles. */
  title: string;
  /** How it came here. */
  origin: Origin;
  /** What it is, how large, and why this one; without paths of the machine. */
  description: string;
};

/** What a corpus and its stand-in are called. */
export type CorpusNames = {
  readonly title: string;
  /** Authors and year. */
  readonly paper: string;
  /** The name in short, where the title is longer. */
  readonly short?: string;
  /** The corpus of this project, and what is in it. */
  readonly embedded: { readonly title: string; readonly content: string };
};

/**
 * Says which corpus was found.
 *
 * @param source From `findCorpus`.
 * @param names What it may be.
 * @param sizes From {@linkcode describeSizes}.
 * @returns Title, origin and description.
 */
export function corpusTitle(
  { origin, reason }: CorpusSource,
  { title, paper, short = title, embedded }: CorpusNames,
  sizes: string,
): CorpusTitle {
  if (origin === "embedded") {
    const description = `${embedded.title}, ${embedded.content} that this ` +
      `project generates: ${sizes}. Not real ${short}: ${reason}`;
    return { title: embedded.title, origin, description };
  }
  const how = origin === "folder"
    ? "from a local folder"
    : "from its home page";
  return {
    title,
    origin,
    description: `${title} (${paper}), ${how}: ${sizes}`,
  };
}

/**
 * Counts the examples of each part.
 *
 * @example
 * ```ts
 * import { describeSizes } from "bertbook/datasets/corpus_title.ts";
 * import assert from "node:assert/strict";
 *
 * const parts = { train: new Array(5_000), dev: new Array(452), test: [1] };
 * assert.equal(
 *   describeSizes(parts, "questions"),
 *   "5,000 train, 452 dev and 1 test questions",
 * );
 * ```
 *
 * @param parts At least two, by their names.
 * @param things What the examples are.
 * @returns The counts in words.
 */
export function describeSizes(
  parts: Readonly<Record<string, readonly unknown[]>>,
  things: string,
): string {
  const counts = Object.entries(parts).map(([name, examples]) =>
    `${examples.length.toLocaleString("en-US")} ${name}`
  );
  return `${counts.slice(0, -1).join(", ")} and ${counts.at(-1)} ${things}`;
}
