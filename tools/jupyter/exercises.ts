/** Exercises in a notebook: the cell of each, its number and its solution. @module */

import { type CodeCell, codeCells, type Notebook } from "./notebook.ts";

/** An exercise as it stands in a notebook. */
export type ExerciseCell = {
  /** Its number, such as "4.1". */
  readonly id: string;
  readonly cell: CodeCell;
  /** Code for the place of the open answer, from the folded text below the cell. */
  readonly solution: string | undefined;
};

/** Where an exercise cell waits for the answer. */
const OPEN_ANSWER = /^const \w+:\s*Answer<\s*"[\d.]+"\s*>\s*=\s*undefined;.*$/m;

const CHECK = /\bcheck\(\s*["'](\d+\.\d+)["']/;

const SOLUTION = /<details>\s*<summary>Solution[^]*?^```ts\n([^]*?)^```$/m;

/**
 * The exercises of a notebook.
 *
 * @example One exercise
 * ```ts
 * import { exerciseCells } from "./exercises.ts";
 * import assert from "node:assert/strict";
 *
 * const source = 'const a: Answer<"1.1"> = undefined;\nawait check("1.1", a);';
 * const [found] = exerciseCells({
 *   cells: [{
 *     cell_type: "code",
 *     id: "one",
 *     metadata: { tags: ["exercise"] },
 *     source,
 *     execution_count: null,
 *     outputs: [],
 *   }],
 *   metadata: {},
 *   nbformat: 4,
 *   nbformat_minor: 5,
 * });
 * assert.equal(found?.id, "1.1");
 * ```
 *
 * @param notebook The notebook.
 * @returns Its code cells that check an answer, in order.
 */
export function exerciseCells({ cells }: Notebook): ExerciseCell[] {
  return cells.flatMap((cell, i) => {
    const id = CHECK.exec(cell.source)?.[1];
    if (cell.cell_type !== "code" || id === undefined) return [];
    const below = cells[i + 1];
    const solution = below?.cell_type === "markdown"
      ? SOLUTION.exec(below.source)?.[1]
      : undefined;
    return [{ id, cell, solution }];
  });
}

/**
 * An exercise cell with an answer instead of the open one.
 *
 * @param source The source of the cell.
 * @param answer The code of the answer, such as `const answer = 4;`.
 * @returns The source with the answer.
 * @throws {SyntaxError} If the cell does not wait for an answer.
 */
export function answerExercise(source: string, answer: string): string {
  if (!OPEN_ANSWER.test(source)) {
    throw new SyntaxError(
      `Cannot answer an exercise: its cell must have a line such as ` +
        `'const answer: Answer<"4.1"> = undefined;'; found ${
          JSON.stringify(source)
        }`,
    );
  }
  return source.replace(OPEN_ANSWER, () => answer.trimEnd());
}

/** An import of names from a module that needs neither a kernel nor TensorFlow. */
const IMPORT =
  /^import(?: type)? \{([^}]*)\} from (["'](?:bertbook(?:\/[^"']*)?|\.\/exercises\/mod\.ts)["']);/gm;

/**
 * An exercise cell with the imports that it needs from other cells: the cells of a page
 * import each name once.
 *
 * @param source The source of the cell.
 * @param notebook The notebook that it is from.
 * @returns The source with the imports before it.
 */
export function withImports(source: string, notebook: Notebook): string {
  source = asInTheirFolder(source);
  const imported = new Set(importsOf(source).map(({ name }) => name));
  const lines: string[] = [];
  const available = [
    ...codeCells(notebook).flatMap(({ source }) => importsOf(source)),
    { name: "check", from: '"./exercises/mod.ts"' }, // its cell may be gone
  ];
  for (const { name, from } of available) {
    if (imported.has(name) || !RegExp(`\\b${name}\\b`).test(source)) continue;
    imported.add(name);
    lines.push(`import { ${name} } from ${from};\n`);
  }
  return lines.join("") + source;
}

function importsOf(source: string): { name: string; from: string }[] {
  return [...asInTheirFolder(source).matchAll(IMPORT)].flatMap((
    [, names, from],
  ) =>
    names!.split(",").map((name) => name.trim().replace(/^type /, ""))
      .filter((name) => /^\w+$/.test(name))
      .map((name) => ({ name, from: from! }))
  );
}

/** Copies for learners lie elsewhere: the exercises are again those beside the pages. */
function asInTheirFolder(source: string): string {
  return source.replaceAll(
    /(["'])(?:\.\.\/)+[\w/-]*exercises\/mod\.ts\1/g,
    '"./exercises/mod.ts"',
  );
}
