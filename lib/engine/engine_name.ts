/**
 * The names of the engines.
 *
 * @module
 */

/** Every engine, the fastest first. */
export const ENGINES = ["tensorflow", "webgpu", "wasm"] as const;

/** What can do the arithmetic. */
export type EngineName = (typeof ENGINES)[number];

/**
 * Reads the name of an engine.
 *
 * @param text What the user wrote, in BERTBOOK_ENGINE for example.
 * @returns The name.
 * @throws {RangeError} If there is no such engine; it names the nearest one.
 */
export function parseEngineName(text: string): EngineName {
  const found = ENGINES.find((name) => name === text);
  if (found !== undefined) return found;
  const nearest =
    ENGINES.toSorted((a, b) =>
      editDistance(a, text) - editDistance(b, text)
    )[0];
  throw new RangeError(
    `Cannot start the engine as BERTBOOK_ENGINE must be one of ` +
      `${ENGINES.join(", ")}: current value is "${text}"; did you mean ` +
      `"${nearest}"?`,
  );
}

/** Letters to insert, delete or change: Levenshtein (1966), row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const change = row[j]! + (letter === b[j] ? 0 : 1);
      next.push(Math.min(change, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
