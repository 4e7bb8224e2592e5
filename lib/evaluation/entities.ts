/** Named entities: the spans that tags mark, and how well they are found. @module */

import { checkPaired } from "./check_predictions.ts";
import { type ClassScores, meansOf, scoresOf } from "./report.ts";

/** An entity in a sentence: the words `start` … `end` − 1. */
export type EntitySpan = {
  /** What it is, such as `"PER"`. */
  readonly type: string;
  readonly start: number;
  readonly end: number;
};

/** How well entities are found, by their types and on the whole. */
export type EntityReport = {
  /** The scores of each type that occurs, sorted by type. */
  readonly types: Readonly<Record<string, ClassScores>>;
  /** All entities, each counting the same. */
  readonly micro: ClassScores;
  /** Mean over the types, each counting the same. */
  readonly macro: ClassScores;
  /** Mean over the types, each counting by its support. */
  readonly weighted: ClassScores;
};

const TAG = /^([BIES])-(.+)$/s;

/**
 * Whether classes mark entities: one of them is `O`, and each other one begins with `B-`,
 * `I-`, `E-` or `S-`.
 *
 * @param labels The names of the classes.
 */
export function areEntityTags(labels: readonly string[]): boolean {
  return labels.includes("O") && labels.length > 1 &&
    labels.every((label) => label === "O" || TAG.test(label));
}

/**
 * The entities that the tags of a sentence mark, the same as those of `seqeval` in its
 * default mode.
 *
 * No sequence is refused: an `I-` that continues nothing begins an entity (Ramshaw and
 * Marcus, 1995, whose tags had no `B-` there), so a model's odd tags have a meaning too.
 *
 * @example `I-LOC` cannot continue a person
 * ```ts
 * import { entitySpans } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(entitySpans(["B-PER", "I-PER", "I-LOC", "O"]), [
 *   { type: "PER", start: 0, end: 2 },
 *   { type: "LOC", start: 2, end: 3 },
 * ]);
 * ```
 *
 * @param tags `O`, or `B-`, `I-`, `E-` or `S-` and a type, for each word.
 * @returns The entities in their order.
 * @throws {RangeError} If a tag is another one.
 */
export function entitySpans(tags: readonly string[]): EntitySpan[] {
  const spans: { type: string; start: number; end: number }[] = [];
  let open: typeof spans[number] | undefined;
  for (const [index, tag] of tags.entries()) {
    const [, prefix, type] = TAG.exec(tag) ?? [];
    if (type === undefined) {
      if (tag !== "O") throw unknownTag(tag);
      open = undefined;
      continue;
    }
    const continues = open?.type === type && (prefix === "I" || prefix === "E");
    if (!continues) {
      open = { type, start: index, end: index };
      spans.push(open);
    }
    open!.end = index + 1;
    if (prefix === "E" || prefix === "S") open = undefined;
  }
  return spans;
}

/**
 * Precision, recall and F₁ of the entities of each type: an entity is right if its type
 * and all its words are right (Tjong Kim Sang and De Meulder, 2003, section 2.3).
 *
 * The numbers are those of `seqeval.metrics.classification_report`.
 *
 * @example Half of a name is no name
 * ```ts
 * import { entityReport } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const tags = [["B-PER", "I-PER", "O", "B-LOC"]];
 * const { types, micro } = entityReport([["B-PER", "O", "O", "B-LOC"]], tags);
 * assert.equal(types["PER"]!.fScore, 0);
 * assert.equal(types["LOC"]!.fScore, 1);
 * assert.equal(micro.fScore, 0.5);
 * ```
 *
 * @param predictions The predicted tags of each sentence.
 * @param tags Its actual tags.
 * @returns The scores.
 * @throws {RangeError} If the lengths differ, or a tag marks no entity.
 */
export function entityReport(
  predictions: readonly (readonly string[])[],
  tags: readonly (readonly string[])[],
): EntityReport {
  checkPaired(predictions, tags);
  const total = { right: 0, predicted: 0, support: 0 };
  const counts = new Map<string, typeof total>();
  const count = (type: string, what: keyof typeof total): void => {
    const ofType = counts.get(type) ?? { right: 0, predicted: 0, support: 0 };
    counts.set(type, ofType);
    ofType[what]++;
    total[what]++;
  };
  for (const [sentence, actual] of tags.entries()) {
    checkPaired(predictions[sentence]!, actual);
    const byStart = new Map(
      entitySpans(actual).map((span) => [span.start, span]),
    );
    for (const { type } of byStart.values()) count(type, "support");
    for (const { type, start, end } of entitySpans(predictions[sentence]!)) {
      count(type, "predicted");
      const same = byStart.get(start);
      if (same?.type === type && same.end === end) count(type, "right");
    }
  }
  const types = [...counts.keys()].sort()
    .map((type) => [type, scoresOf(counts.get(type)!)] as const);
  return {
    types: Object.fromEntries(types),
    micro: scoresOf(total),
    ...meansOf(types.map(([, scores]) => scores)),
  };
}

function unknownTag(tag: string): RangeError {
  return new RangeError(
    `Cannot find entities: every tag must be O, or B-, I-, E- or S- and a type; ` +
      `found ${JSON.stringify(tag)}`,
  );
}
