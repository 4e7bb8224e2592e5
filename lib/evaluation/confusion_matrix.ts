/** A confusion matrix that grows, and every score that it decides. @module */

import { checkSome } from "./check_predictions.ts";
import { confusionMatrix } from "./confusion.ts";
import { type ClassScores, reportOf } from "./report.ts";

/**
 * What a score is of: a class, by its name; the second of two classes, the
 * "positive" one; or a mean over the classes, each counting the same or by its
 * support.
 */
export type Average =
  | { readonly class: string }
  | "two-class"
  | "macro"
  | "weighted";

/**
 * Counts which class was taken for which, batch by batch.
 *
 * @example
 * ```ts
 * import { ConfusionMatrix } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const matrix = new ConfusionMatrix(["no", "yes"]);
 * matrix.addBatch([1, 1, 0], [1, 0, 0]);
 * assert.equal(matrix.precision({ class: "yes" }), 1 / 2);
 * assert.equal(matrix.recall("two-class"), 1);
 * assert.equal(matrix.toString(), "     no  yes\nno    1    1\nyes   0    1");
 * ```
 */
export class ConfusionMatrix {
  /** The names of the classes, [C]. */
  readonly classNames: readonly string[];
  #counts: number[][];

  /**
   * Begins with no examples.
   *
   * @param classNames The names of the classes, each one used once, [C].
   * @throws {RangeError} If a name stands twice, or there is none.
   */
  constructor(classNames: readonly string[]) {
    const numNames = new Set(classNames).size;
    if (numNames === 0 || numNames < classNames.length) {
      throw new RangeError(
        `Cannot count classes: each must have its own name; ` +
          `found ${classNames.map((name) => `"${name}"`).join(", ") || "none"}`,
      );
    }
    this.classNames = [...classNames];
    this.#counts = confusionMatrix([], [], classNames.length);
  }

  /** Counts [actual][predicted], [C, C]; a copy. */
  get counts(): number[][] {
    return this.#counts.map((row) => [...row]);
  }

  /** How many examples were added. */
  get total(): number {
    return this.#counts.flat().reduce((sum, count) => sum + count, 0);
  }

  /**
   * Counts one example.
   *
   * @param prediction Predicted class, below C.
   * @param label Actual class, below C.
   * @throws {RangeError} If a class is outside 0 … C - 1.
   */
  add(prediction: number, label: number): void {
    this.addBatch([prediction], [label]);
  }

  /**
   * Counts a batch of examples, all of them or, after an error, none.
   *
   * @param predictions Predicted classes, [B].
   * @param labels Actual classes, [B].
   * @throws {RangeError} If the lengths differ or a class is outside 0 … C - 1.
   */
  addBatch(predictions: ArrayLike<number>, labels: ArrayLike<number>): void {
    const more = confusionMatrix(predictions, labels, this.classNames.length);
    this.#counts = this.#counts.map((row, actual) =>
      row.map((count, predicted) => count + more[actual]![predicted]!)
    );
  }

  /** Forgets all examples. */
  reset(): void {
    this.#counts = confusionMatrix([], [], this.classNames.length);
  }

  /**
   * The share of examples on the diagonal.
   *
   * @throws {RangeError} If no example was added.
   */
  accuracy(): number {
    checkSome({ length: this.total });
    const right = this.#counts.reduce((sum, row, c) => sum + row[c]!, 0);
    return right / this.total;
  }

  /**
   * Of those predicted as a class, the share that belongs to it.
   *
   * @param average Which class, or which mean.
   * @returns A share in [0, 1]; 0 where nothing was predicted as the class.
   * @throws {RangeError} If there is no such class, or if the positive one is asked
   * for and there are not two.
   */
  precision(average: Average): number {
    return this.#scores(average).precision;
  }

  /**
   * Of those that belong to a class, the share predicted as it.
   *
   * @param average Which class, or which mean.
   * @returns A share in [0, 1]; 0 where nothing belongs to the class.
   * @throws {RangeError} As {@linkcode ConfusionMatrix.precision}.
   */
  recall(average: Average): number {
    return this.#scores(average).recall;
  }

  /**
   * F_β, the harmonic mean of precision and recall in which recall counts β times as
   * much.
   *
   * @param average Which class, or which mean.
   * @param beta β: weight of recall.
   * @returns A score in [0, 1].
   * @throws {RangeError} As {@linkcode ConfusionMatrix.precision}, or if `beta` is no
   * finite number of at least 0.
   */
  fScore(average: Average, beta: number = 1): number {
    return this.#scores(average, beta).fScore;
  }

  /**
   * Examples that belong to a class, or to all.
   *
   * @param average Which class, or which mean.
   * @throws {RangeError} As {@linkcode ConfusionMatrix.precision}.
   */
  support(average: Average): number {
    return this.#scores(average).support;
  }

  /**
   * All scores: a row for each class, for two classes one of the positive class,
   * and the means.
   *
   * @param beta β: weight of recall in F.
   * @returns Rows for a table.
   * @throws {RangeError} If `beta` is no finite number of at least 0.
   */
  metrics(beta: number = 1): ({ of: string } & ClassScores)[] {
    const { classes, macro, weighted } = reportOf(this.#counts, { beta });
    return [
      ...classes.map((scores, c) => ({ of: this.classNames[c]!, ...scores })),
      ...(classes.length === 2 ? [{ of: "two-class", ...classes[1]! }] : []),
      { of: "macro", ...macro },
      { of: "weighted", ...weighted },
    ];
  }

  /**
   * The counts as rows for a table; actual classes go down.
   *
   * A class whose name is a number stands as `class 0`, since JavaScript puts such
   * keys before all others.
   */
  rows(): Record<string, string | number>[] {
    const heading = (name: string): string =>
      /^\d+$/.test(name) ? `class ${name}` : name;
    return this.#counts.map((row, actual) => ({
      "actual \\ predicted": this.classNames[actual]!,
      ...Object.fromEntries(
        row.map((count, c) => [heading(this.classNames[c]!), count]),
      ),
    }));
  }

  /** The counts as aligned text; actual classes go down, predicted ones across. */
  toString(): string {
    const cells = [
      ["", ...this.classNames],
      ...this.#counts.map((
        row,
        c,
      ) => [this.classNames[c]!, ...row.map(String)]),
    ];
    const widths = cells[0]!.map((_, column) =>
      Math.max(...cells.map((row) => row[column]!.length))
    );
    return cells.map(([name, ...counts]) =>
      [
        name!.padEnd(widths[0]!),
        ...counts.map((count, c) => count.padStart(widths[c + 1]!)),
      ].join("  ")
    ).join("\n");
  }

  /** The counts as CSV, one row for each actual class, with the names of all. */
  toCsv(): string {
    const names = this.classNames
      .map((name) => `"${name.replaceAll('"', '""')}"`);
    const rows = this.#counts.map((counts, c) => [names[c], ...counts]);
    return [["actual", ...names], ...rows]
      .map((cells) => cells.join(",") + "\n").join("");
  }

  #scores(average: Average, beta: number = 1): ClassScores {
    const { classes, macro, weighted } = reportOf(this.#counts, { beta });
    if (average === "macro") return macro;
    if (average === "weighted") return weighted;
    if (average === "two-class") return this.#positive(classes);
    const scores = classes[this.classNames.indexOf(average.class)];
    if (scores) return scores;
    throw new RangeError(
      `Cannot score "${average.class}": it must be one of the classes ` +
        `${
          this.classNames.map((name) => `"${name}"`).join(", ")
        }; found no such name`,
    );
  }

  #positive(classes: readonly ClassScores[]): ClassScores {
    if (classes.length === 2) return classes[1]!;
    throw new RangeError(
      `Cannot score the positive class: there must be two classes; ` +
        `found ${classes.length}; choose "macro" or "weighted"`,
    );
  }
}
