/** The corpus: questions of every class, divided into three parts. @module */

import {
  type RandomStream,
  randomStream,
} from "bertbook/engine/random/stream.ts";
import { type Gap, LEXICON } from "./lexicon.ts";
import { CLASSES } from "./templates/index.ts";
import type { ClassTemplates } from "./templates/template.ts";

/** What a part is made of, and how many questions of each class it has. */
type Part = {
  readonly sizes: Readonly<Record<string, number>>;
  /** Templates and words that `train` has, or one of both held out. */
  readonly isTest: boolean;
};

const SEED = 2002; // the year of Li and Roth's paper

/** About the shares of the classes in TREC; abbreviations are rare there too. */
const PARTS: Readonly<Record<string, Part>> = {
  "train.label": {
    sizes: { DESC: 330, ENTY: 340, ABBR: 60, HUM: 330, LOC: 220, NUM: 220 },
    isTest: false,
  },
  "dev.label": {
    sizes: { DESC: 44, ENTY: 46, ABBR: 8, HUM: 44, LOC: 29, NUM: 29 },
    isTest: false,
  },
  "test.label": {
    sizes: { DESC: 66, ENTY: 68, ABBR: 12, HUM: 66, LOC: 44, NUM: 44 },
    isTest: true,
  },
};

/** Questions that are drawn before a class counts as exhausted. */
const MAX_DRAWS = 100_000;

/** A template and its class, `DESC:manner`. */
type Template = { readonly label: string; readonly text: string };

/**
 * Builds the three files; the same bytes every time.
 *
 * No question occurs twice. A test question differs from all training questions in
 * its template or in its words: one half has new templates, the other half fills
 * the known ones with words that are held out.
 *
 * @returns The files' texts by name, in TREC's published format.
 */
export function buildCorpus(): Record<string, string> {
  const seen = new Set<string>();
  const files = Object.entries(PARTS).map(([file, part], place) => {
    const lines = CLASSES.flatMap((templates, index) => {
      const random = randomStream(SEED, place, index);
      return linesOf(templates, part, random, seen);
    });
    return [file, randomStream(SEED, place).shuffle(lines).join("")];
  });
  return Object.fromEntries(files);
}

/** The lines of one class in one part, all of them new. */
function linesOf(
  templates: ClassTemplates,
  { sizes, isTest }: Part,
  random: RandomStream,
  seen: Set<string>,
): string[] {
  const known = listOf(templates.code, templates.known);
  const heldOut = listOf(templates.code, templates.heldOut);
  const lines: string[] = [];
  for (let draw = 0; lines.length < sizes[templates.code]!; draw++) {
    if (draw === MAX_DRAWS) throw exhausted(templates.code, lines.length);
    const isNewTemplate = isTest && lines.length % 2 === 0;
    const template = oneOf(isNewTemplate ? heldOut : known, random);
    const question = fill(template.text, isTest && !isNewTemplate, random);
    if (seen.has(question.toLowerCase())) continue;
    seen.add(question.toLowerCase());
    lines.push(`${template.label} ${question}\n`);
  }
  return lines;
}

/** Fills the gaps of a template, none of them twice with one word. */
export function fill(
  template: string,
  heldOut: boolean,
  random: RandomStream,
): string {
  const used = new Set<string>();
  const text = template.replace(/\{(\w+)\}/g, (_, gap: Gap) => {
    const words = LEXICON[gap][heldOut ? "heldOut" : "known"];
    const word = oneOf(words.filter((word) => !used.has(word)), random);
    used.add(word);
    return word;
  });
  return text[0]!.toUpperCase() + text.slice(1);
}

function listOf(
  code: string,
  byFineClass: Readonly<Record<string, readonly string[]>>,
): Template[] {
  return Object.entries(byFineClass).flatMap(([fine, texts]) =>
    texts.map((text) => ({ label: `${code}:${fine}`, text }))
  );
}

function oneOf<T>(items: readonly T[], random: RandomStream): T {
  return items[random.integer(items.length)]!;
}

function exhausted(code: string, count: number): RangeError {
  return new RangeError(
    `Cannot draw more questions of ${code}: the templates must give enough; ` +
      `found ${count}; add templates or words`,
  );
}
