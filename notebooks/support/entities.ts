/** Entities of sentences that are words: marked in a text, and compared. @module */

import { type EntitySpan, entitySpans } from "../../lib/evaluation/entities.ts";
import type { MarkedText } from "../../lib/views/entity_text.ts";

/**
 * A sentence as one text, with spaces between its words, and its entities in it.
 *
 * @param words The words.
 * @param tags Their tags, such as `B-PER`.
 */
export function markWords(
  words: readonly string[],
  tags: readonly string[],
): MarkedText {
  const lengthOf = (some: readonly string[]): number => some.join(" ").length;
  const entities = entitySpans(tags).map(({ type, start, end }) => ({
    type,
    start: start === 0 ? 0 : lengthOf(words.slice(0, start)) + 1,
    end: lengthOf(words.slice(0, end)),
  }));
  return { text: words.join(" "), entities };
}

/**
 * What is wrong with a prediction:
 *
 * - `"wrong type"`: both ends are right;
 * - `"wrong ends"`: some of an entity's words, or more than these;
 * - `"invented"`: no word of it is in an entity;
 * - `"missed"`: an entity of which no word was predicted to be in one.
 */
export type EntityErrorKind =
  | "wrong type"
  | "wrong ends"
  | "invented"
  | "missed";

/** An entity that was not predicted as it is; `predicted` or `actual` may be nothing. */
export type EntityError = {
  readonly kind: EntityErrorKind;
  readonly predicted?: EntitySpan;
  readonly actual?: EntitySpan;
};

/**
 * What is wrong with the entities that were predicted in a sentence.
 *
 * @param predicted The predicted tags.
 * @param actual The actual tags.
 * @returns The errors: first of each predicted entity, then the missed ones.
 */
export function entityErrors(
  predicted: readonly string[],
  actual: readonly string[],
): EntityError[] {
  const [found, right] = [entitySpans(predicted), entitySpans(actual)];
  const meets = (a: EntitySpan) => (b: EntitySpan): boolean =>
    a.start < b.end && b.start < a.end;
  const errors = found.flatMap((span): EntityError[] => {
    const other = right.find(meets(span));
    if (other === undefined) return [{ kind: "invented", predicted: span }];
    const hasEnds = other.start === span.start && other.end === span.end;
    if (hasEnds && other.type === span.type) return [];
    const kind = hasEnds ? "wrong type" : "wrong ends";
    return [{ kind, predicted: span, actual: other }];
  });
  const missed = right.filter((span) => !found.some(meets(span)))
    .map((span): EntityError => ({ kind: "missed", actual: span }));
  return [...errors, ...missed];
}
