/** The parts of a film, how often they are judged, and the sentences that judge them. @module */

import { type Aspect, ASPECTS } from "../reviews/opinions.ts";

/** A part of a film: what it is called, and what can be said about it. */
export type FilmPart = Aspect & {
  readonly name: string;
  /** How often it is judged, relative to the others. */
  readonly weight: number;
};

/** Six of the parts of `data/reviews`: some are judged often, one hardly ever. */
export const FILM_PARTS: readonly FilmPart[] = [
  { name: "acting", weight: 10, ...ASPECTS[0]! },
  { name: "story", weight: 8, ...ASPECTS[1]! },
  { name: "pace", weight: 4, ...ASPECTS[3]! },
  { name: "pictures", weight: 3, ...ASPECTS[5]! },
  { name: "music", weight: 2, ...ASPECTS[4]! },
  { name: "ending", weight: 1, ...ASPECTS[6]! },
];

/** A sentence about the subject `{s}`, and what it is worth in stars. */
export type Frame = { readonly text: string; readonly stars: number };

/** `{w}` is a word that says what the sentence says, `{o}` the opposite, denied. */
export const FRAMES: readonly Frame[] = [
  { text: "{S} is {w}.", stars: 1 },
  { text: "I find that {s} is {w}.", stars: 1 },
  { text: "{S} is really {w}.", stars: 1.5 },
  { text: "{S} is rather {w}.", stars: 0.5 },
  { text: "{S} is not {o}.", stars: 0.5 },
];

/** Two judgments in one sentence, each worth a star; `{t}` and `{x}` are the second. */
export const CONTRASTS: readonly string[] = [
  "{S} is {w}, but {t} is {x}.",
  "While {s} is {w}, {t} is {x}.",
];

/** Hypotheses: the subject is praised in words that say little, or in strong ones. */
export const CLAIMS = {
  plain: ["{S} is good.", "{S} is fine."],
  strong: ["{S} is wonderful.", "{S} is perfect."],
} as const;
