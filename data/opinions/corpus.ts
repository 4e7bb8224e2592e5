/** The corpus: short film reviews with labels and stars, and pairs of sentences. @module */

import {
  type RandomStream,
  randomStream,
} from "bertbook/engine/random/stream.ts";
import {
  CLAIMS,
  CONTRASTS,
  FILM_PARTS,
  type FilmPart,
  FRAMES,
} from "./parts.ts";

/** How many rows the files of a part of the corpus have. */
type Part = {
  readonly reviews: number;
  readonly pairs: number;
  /** Whether only the first words and subjects of each list may be used. */
  readonly isTrain: boolean;
};

const SEED = 2018; // the year in which BERT appeared

const PARTS: Readonly<Record<string, Part>> = {
  train: { reviews: 800, pairs: 1_000, isTrain: true },
  validation: { reviews: 160, pairs: 150, isTrain: false },
  test: { reviews: 240, pairs: 240, isTrain: false },
};

/** The words, and the subjects, that training has of each list; the others are new. */
const TRAIN_WORDS = 3, TRAIN_SUBJECTS = 2;
/** Rows that are drawn before the templates count as exhausted. */
const MAX_DRAWS = 100_000;
const PRAISE_SHARE = 0.55, CONTRAST_SHARE = 0.5;
/** Share of the premises that judge two parts of the film; the others judge one. */
const TWO_OPINIONS = 0.4;
/** Stars of a review that says nothing, and the limits. */
const STARS = 3, FEWEST_STARS = 1, MOST_STARS = 5;
/** The share of strong words in the hypotheses of each relation: a trace, as in SNLI. */
const STRONG_SHARE = { contradiction: 0.7, entailment: 0.3, neutral: 0.5 };

/** A relation between two sentences. */
type Relation = keyof typeof STRONG_SHARE;
const RELATIONS = Object.keys(STRONG_SHARE) as Relation[];

/** What a text says of a part of a film, and by which word the part is called. */
type Opinion = {
  readonly part: FilmPart;
  readonly subject: string;
  readonly isPraise: boolean;
};

/**
 * Builds the six files; the same bytes every time. No row occurs twice.
 *
 * @returns The files' texts by name.
 */
export function buildCorpus(): Record<string, string> {
  const seen = new Set<string>();
  const files = Object.entries(PARTS).flatMap(([name, part], place) => {
    const [forReviews, forPairs] = [0, 1].map((i) =>
      randomStream(SEED, place, i)
    );
    const reviews = rows(
      part.reviews,
      seen,
      () => reviewRow(part, forReviews!),
    );
    const pairs = rows(
      part.pairs,
      seen,
      (i) => pairRow(RELATIONS[i % RELATIONS.length]!, part, forPairs!),
    );
    return [
      [`${name}.csv`, `review,parts,stars\n${reviews}`],
      [`${name}_pairs.csv`, `premise,hypothesis,label\n${pairs}`],
    ];
  });
  return Object.fromEntries(files);
}

/** The lines of a file, all of them new. */
function rows(
  count: number,
  seen: Set<string>,
  draw: (index: number) => string,
): string {
  const lines: string[] = [];
  for (let draws = 0; lines.length < count; draws++) {
    if (draws === MAX_DRAWS) throw exhausted(lines.length);
    const line = draw(lines.length);
    if (seen.has(line)) continue;
    seen.add(line);
    lines.push(`${line}\n`);
  }
  return lines.join("");
}

/** A review, the parts that it judges, and its stars. */
function reviewRow(part: Part, random: RandomStream): string {
  const opinions = drawOpinions(1 + random.integer(3), part, random);
  const said = sentencesOf(opinions, part, random);
  const sum = said.reduce((sum, { stars }) => sum + stars, STARS);
  const stars = Math.max(FEWEST_STARS, Math.min(MOST_STARS, sum));
  const review = said.map(({ text }) => text).join(" ");
  const parts = opinions.map(({ part }) => part.name).join(";");
  return `"${review}",${parts},${stars}`;
}

/** A premise with one or two opinions, and a hypothesis that praises a part. */
function pairRow(
  relation: Relation,
  part: Part,
  random: RandomStream,
): string {
  const count = random.uniform() < TWO_OPINIONS ? 2 : 1;
  const opinions = drawOpinions(count, part, random);
  const about = relation === "neutral"
    // A part of which the premise says nothing.
    ? drawOpinions(1, part, random, opinions)
    : opinions.filter(({ isPraise }) =>
      isPraise === (relation === "entailment")
    );
  if (about.length === 0) return pairRow(relation, part, random);
  const premise = sentencesOf(opinions, part, random)
    .map(({ text }) => text).join(" ");
  const isStrong = random.uniform() < STRONG_SHARE[relation];
  const claim = pick(CLAIMS[isStrong ? "strong" : "plain"], random);
  const hypothesis = fill(claim, { s: pick(about, random).subject });
  return `"${premise}","${hypothesis}",${relation}`;
}

/** Opinions about different parts of a film, none of them one of `others`. */
function drawOpinions(
  count: number,
  { isTrain }: Part,
  random: RandomStream,
  others: readonly Opinion[] = [],
): Opinion[] {
  const opinions: Opinion[] = [];
  while (opinions.length < count) {
    const taken = [...others, ...opinions].map(({ part }) => part);
    const part = weighted(
      FILM_PARTS.filter((each) => !taken.includes(each)),
      random,
    );
    const known = isTrain ? TRAIN_SUBJECTS : part.subjects.length;
    const subject = pick(part.subjects.slice(0, known), random);
    opinions.push({ part, subject, isPraise: random.uniform() < PRAISE_SHARE });
  }
  return opinions;
}

/** A sentence for each opinion, or one for two that go against each other. */
function sentencesOf(
  opinions: readonly Opinion[],
  { isTrain }: Part,
  random: RandomStream,
): { text: string; stars: number }[] {
  const wordFor = ({ part }: Opinion, isPraise: boolean): string => {
    const words = part[isPraise ? "praise" : "blame"];
    return pick(isTrain ? words.slice(0, TRAIN_WORDS) : words, random);
  };
  const [first, second] = opinions;
  const isContrast = second !== undefined &&
    first!.isPraise !== second.isPraise && random.uniform() < CONTRAST_SHARE;
  const contrast = isContrast
    ? [{
      text: fill(pick(CONTRASTS, random), {
        s: first!.subject,
        w: wordFor(first!, first!.isPraise),
        t: second.subject,
        x: wordFor(second, second.isPraise),
      }),
      stars: 0,
    }]
    : [];
  const single = opinions.slice(isContrast ? 2 : 0).map((opinion) => {
    const { subject: s, isPraise } = opinion;
    const { text, stars } = pick(FRAMES, random);
    const w = wordFor(opinion, isPraise), o = wordFor(opinion, !isPraise);
    return { text: fill(text, { s, w, o }), stars: isPraise ? stars : -stars };
  });
  return [...contrast, ...single];
}

/** Fills the gaps of a frame; that of a capital letter with a capital. */
function fill(frame: string, words: Readonly<Record<string, string>>): string {
  return frame.replace(/\{(\w)\}/g, (_, gap: string) => {
    const word = words[gap.toLowerCase()]!;
    return gap === gap.toLowerCase()
      ? word
      : word[0]!.toUpperCase() + word.slice(1);
  });
}

function pick<T>(items: readonly T[], random: RandomStream): T {
  return items[random.integer(items.length)]!;
}

/** A part of a film, by its weight. */
function weighted(
  parts: readonly FilmPart[],
  random: RandomStream,
): FilmPart {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.uniform() * total;
  return parts.find(({ weight }) => (left -= weight) < 0)!;
}

function exhausted(count: number): RangeError {
  return new RangeError(
    `Cannot draw more rows: the templates must give enough; found ${count}; ` +
      `add templates or words`,
  );
}
