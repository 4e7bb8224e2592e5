/** Entities of sentences that are words: marked in texts, scored, and compared. @module */

import type { EncodedEntities } from "../../lib/batches/encode_entities.ts";
import type { HeadModel } from "../../lib/checkpoint/pretrained.ts";
import type { EntityExample } from "../../lib/datasets/conll.ts";
import {
  entityReport,
  type EntitySpan,
  entitySpans,
} from "../../lib/evaluation/entities.ts";
import { argMax } from "../../lib/evaluation/probabilities.ts";
import type { MarkedText } from "../../lib/views/entity_text.ts";

/** The tags of some sentences, such as `B-PER`: a list for each sentence. */
type Tags = readonly (readonly string[])[];

/**
 * A sentence as one text, with spaces between its words, and its entities in it.
 *
 * @param words The words.
 * @param tags Their tags.
 * @param note What to write before the text.
 */
export function markWords(
  words: readonly string[],
  tags: readonly string[],
  note?: string,
): MarkedText {
  const startOf = (word: number): number =>
    words.slice(0, word).reduce((sum, { length }) => sum + length + 1, 0);
  const entities = entitySpans(tags).map(({ type, start, end }) => (
    { type, start: startOf(start), end: startOf(end) - 1 }
  ));
  const text = words.join(" ");
  return note === undefined ? { text, entities } : { text, entities, note };
}

/** A token, its label, and the tag that this is. */
export type LabelledToken = {
  readonly token: string;
  readonly label: number;
  readonly tag: string;
};

/**
 * The tokens of an encoded sentence with their labels.
 *
 * @param example The sentence.
 * @param model The model that will read it.
 */
export function labelledTokens(
  { inputIds, tokenLabels }: EncodedEntities,
  { tokenizer, labels }: Pick<
    HeadModel<"token-classification">,
    "tokenizer" | "labels"
  >,
): LabelledToken[] {
  return Array.from(inputIds, (id, i) => ({
    token: tokenizer.vocabulary.pieces[id]!,
    label: tokenLabels[i]!,
    tag: labels[tokenLabels[i]!] ?? "ignored",
  }));
}

/**
 * The tag that each word most often has in training; that of other words is `O`.
 *
 * @param dataset Its training sentences and labels.
 * @returns The tag of a word.
 */
export function usualTags(
  { train, labels }: {
    readonly train: readonly EntityExample[];
    readonly labels: readonly string[];
  },
): (word: string) => string {
  const counts = new Map<string, number[]>();
  for (const { words, tags } of train) {
    for (const [i, word] of words.entries()) {
      const own = counts.get(word) ?? labels.map(() => 0);
      own[tags[i]!]!++;
      counts.set(word, own);
    }
  }
  return (word) => {
    const own = counts.get(word);
    return own === undefined ? "O" : labels[argMax(own)]!;
  };
}

/** How many words have the right tag, and how well entities are found. */
export type EntityScores = Readonly<
  Record<"accuracy" | "precision" | "recall" | "F1", number>
>;

/**
 * The scores of predicted tags.
 *
 * @param predicted The predicted tags of each sentence.
 * @param actual Its actual tags.
 */
export function entityScores(predicted: Tags, actual: Tags): EntityScores {
  const { precision, recall, fScore } = entityReport(predicted, actual).micro;
  const all = actual.flat();
  const right = predicted.flat().filter((tag, i) => tag === all[i]).length;
  return { accuracy: right / all.length, precision, recall, F1: fScore };
}

/** Words of the test that are in no name, and how many were taken for one. */
export type OrdinaryWords = {
  readonly words: "new" | "known";
  readonly number: number;
  readonly "taken for names": number;
  readonly percent: number;
};

/**
 * How many of the ordinary test words were taken for names: of those that are new, and
 * of those that were in the training sentences, in upper or lower case.
 *
 * @param dataset Its training and test sentences.
 * @param predicted The predicted tags of each test sentence.
 */
export function ordinaryWords(
  { train, test }: Record<"train" | "test", readonly EntityExample[]>,
  predicted: Tags,
): [OrdinaryWords, OrdinaryWords] {
  const lower = (words: readonly string[]): string[] =>
    words.map((word) => word.toLowerCase());
  const seen = new Set(train.flatMap(({ words }) => lower(words)));
  const ordinary = test.flatMap(({ words, tags }, i) =>
    lower(words).map((word, k) => ({
      isKnown: seen.has(word),
      isTaken: predicted[i]![k] !== "O",
      isOrdinary: tags[k] === 0,
    }))
  ).filter(({ isOrdinary }) => isOrdinary);
  const row = (words: "new" | "known"): OrdinaryWords => {
    const all = ordinary.filter(({ isKnown }) =>
      isKnown === (words === "known")
    );
    const taken = all.filter(({ isTaken }) => isTaken).length;
    const percent = Number((100 * taken / all.length).toFixed(1));
    return { words, number: all.length, "taken for names": taken, percent };
  };
  return [row("new"), row("known")];
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

/** An entity that was not predicted as it is. */
export type EntityError = {
  readonly kind: EntityErrorKind;
  /** The number of its sentence. */
  readonly sentence: number;
  /** Nothing if the entity was missed. */
  readonly predicted?: EntitySpan;
  /** Nothing if it was invented. */
  readonly actual?: EntitySpan;
};

/**
 * What is wrong with predicted tags.
 *
 * @param predicted The predicted tags of each sentence.
 * @param actual Its actual tags.
 * @returns The errors of each sentence: of predicted entities, then the missed ones.
 */
export function entityErrors(predicted: Tags, actual: Tags): EntityError[] {
  return predicted.flatMap((tags, sentence) => {
    const [found, right] = [entitySpans(tags), entitySpans(actual[sentence]!)];
    const errors = found.flatMap((predicted): EntityError[] => {
      const actual = right.find(meets(predicted));
      if (actual === undefined) {
        return [{ kind: "invented", sentence, predicted }];
      }
      const hasEnds = actual.start === predicted.start &&
        actual.end === predicted.end;
      if (hasEnds && actual.type === predicted.type) return [];
      const kind = hasEnds ? "wrong type" : "wrong ends";
      return [{ kind, sentence, predicted, actual }];
    });
    const missed = right.filter((span) => !found.some(meets(span)))
      .map((actual): EntityError => ({ kind: "missed", sentence, actual }));
    return [...errors, ...missed];
  });
}

/** Whether two spans share a word. */
function meets(a: EntitySpan): (b: EntitySpan) => boolean {
  return (b) => a.start < b.end && b.start < a.end;
}
