/** Rhymes that this project makes: texts of a small language. @module */

import { malformed, readTable } from "../read_table.ts";

/** Two lines that rhyme. */
export type Rhyme = {
  /** The sound that both lines end in, such as "ee". */
  readonly sound: string;
  /** −ln of the probability that the grammar gives the rhyme. */
  readonly nats: number;
  /** Words and marks in order; a comma ends the first line, a full stop the second. */
  readonly words: readonly string[];
};

/**
 * Reads rhymes from a file of three columns: sound, nats, words.
 *
 * @example
 * ```ts
 * import { parseRhymes } from "bertbook/datasets/toy/rhymes.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = new TextEncoder().encode("ee\t1.5\tby the sea , a bee .");
 * const [rhyme] = parseRhymes(bytes, "two.tsv");
 * assert.equal(rhyme!.words.length, 7);
 * ```
 *
 * @param bytes The file's content, UTF-8.
 * @param file The file's name, for errors.
 * @throws {SyntaxError} If a line does not have three columns, or no number in the
 * second.
 */
export function parseRhymes(bytes: Uint8Array, file: string): Rhyme[] {
  return readTable(bytes, { file, format: "tsv", columns: 3 }).map((row) => {
    const [sound = "", surprise = "", text = ""] = row.cells;
    const nats = Number(surprise);
    if (surprise !== "" && nats >= 0) {
      return { sound, nats, words: text.split(" ") };
    }
    const rule = `column 2 of line ${row.line} must be a number of nats`;
    throw malformed(file, rule, `"${surprise}"`);
  });
}

/**
 * The sound of every word that ends a line.
 *
 * @param rhymes The rhymes.
 */
export function soundsOf(rhymes: readonly Rhyme[]): Map<string, string> {
  return new Map(
    rhymes.flatMap(({ sound, words }) =>
      lineEnds(words).map((word) => [word, sound] as const)
    ),
  );
}

/**
 * Whether text is two lines that rhyme.
 *
 * @param words A comma ends the first line, a full stop the second.
 * @param sounds From {@linkcode soundsOf}; other words rhyme with nothing.
 */
export function isRhyme(
  words: readonly string[],
  sounds: ReadonlyMap<string, string>,
): boolean {
  const ends = lineEnds(words).map((word) => sounds.get(word));
  return ends.length === 2 && ends[0] !== undefined && ends[0] === ends[1];
}

/** The words before the comma and before the full stop. */
function lineEnds(words: readonly string[]): string[] {
  return words.filter((_, i) => [",", "."].includes(words[i + 1] ?? ""));
}
