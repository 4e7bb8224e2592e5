/** The corpus: entries with questions, divided into three parts. @module */

// deno-lint-ignore-file camelcase -- the names in the files are SQuAD's

import {
  type RandomStream,
  randomStream,
} from "bertbook/engine/random/stream.ts";
import type { Fact, Kind, Ways } from "./entries/entry.ts";
import { INVENTIONS } from "./entries/inventions.ts";
import { PEOPLE } from "./entries/people.ts";
import { PLACES } from "./entries/places.ts";
import { draw } from "./words.ts";

const KINDS: readonly Kind[] = [PLACES, PEOPLE, INVENTIONS];
const SEED = 2018; // the year of SQuAD 2.0
/** Facts that an entry tells. */
const NUM_TOLD = 6;
const NUM_ANSWERABLE = 3;

/** Entries of each part. */
const PARTS: Readonly<Record<string, number>> = {
  "train.json": 165,
  "dev.json": 30,
  "test.json": 45,
};

/** An answer, as SQuAD has it. */
type Answer = { text: string; answer_start: number };

/** A question, as SQuAD 2.0 has it. */
type Question = {
  id: string;
  question: string;
  answers: Answer[];
  is_impossible: boolean;
};

/** An article of one paragraph. */
export type Entry = {
  title: string;
  paragraphs: [{ context: string; qas: Question[] }];
};

/** A sentence of an entry, and the words of its gaps. */
type Sentence = { fact: Fact; gaps: Map<string, Filled> };

/** What fills a gap, from which list, and where it is in the entry. */
type Filled = Answer & { list: string };

/** A question that may be asked about a subject. */
type Asked = { subject: string; ways: Ways };

/**
 * Builds the three files; the same bytes every time.
 *
 * @returns The files' texts by name, in the form of SQuAD 2.0, an entry a line.
 */
export function buildCorpus(): Record<string, string> {
  const titles = new Set<string>();
  const files = Object.entries(PARTS).map(([file, size], place) => {
    const entries = Array.from({ length: size }, (_, number) => {
      const random = randomStream(SEED, place, number);
      const kind = KINDS[number % KINDS.length]!;
      const part = file.replace(".json", "");
      const entry = writeEntry(kind, part, random, titles);
      for (const [i, question] of entry.paragraphs[0].qas.entries()) {
        question.id = `${part}-${number + 1}-${i + 1}`;
      }
      return JSON.stringify(entry);
    });
    const text = `{"version": "v2.0", "data": [\n${entries.join(",\n")}\n]}\n`;
    return [file, text];
  });
  return Object.fromEntries(files);
}

/** Writes an entry and its questions: of its facts some are told, and some asked for. */
function writeEntry(
  { subject, facts: [first, ...others] }: Kind,
  part: string,
  random: RandomStream,
  titles: Set<string>,
): Entry {
  const [isTraining, isTest] = [part === "train", part === "test"];
  const begin = 1701 + random.integer(150);
  const used = new Set<string>(); // no two gaps of an entry have the same words
  const fresh = (list: string, taken = used): string => {
    for (let draws = 0; draws < 1_000; draws++) {
      const word = draw(list, { heldOut: isTest, begin }, random);
      if (taken.has(word)) continue;
      taken.add(word);
      used.add(word);
      return word;
    }
    throw new RangeError(
      `Cannot fill {${list}}: its words must be enough; found none that is new`,
    );
  };
  const title = fresh(subject, titles);
  const shuffled = random.shuffle(others);
  const told = [first!, ...shuffled.slice(0, NUM_TOLD - 1)];
  let context = "";
  const sentences = told.map((fact): Sentence => {
    if (context !== "") context += " ";
    const start = context.length;
    const filled = new Map<string, Filled>();
    for (const part of oneOf(fact.says, isTest, random).split(/(\{[^}]+\})/)) {
      const [, list, gap = list] = /^\{(\w+)(?::(\w+))?\}$/.exec(part) ?? [];
      const text = list === undefined
        ? part
        : list === "subject"
        ? title
        : fresh(list);
      if (list !== undefined) {
        filled.set(gap!, { list, text, answer_start: context.length });
      }
      context += text;
    }
    context = context.slice(0, start) + context[start]!.toUpperCase() +
      context.slice(start + 1);
    return { fact, gaps: filled };
  });
  const answerable = random.shuffle(
    sentences.flatMap(({ fact, gaps }) =>
      Object.entries(fact.asks).map(([gap, ways]) => ({
        ways,
        filled: gaps.get(gap)!,
      }))
    ),
  ).slice(0, NUM_ANSWERABLE).map(({ ways, filled }) => ({
    id: "",
    question: ask({ ways, subject: title }, isTest, random),
    answers: answersOf(filled, context, isTraining),
    is_impossible: false,
  }));
  // What is not told of the subject, and what is told of it but asked of another.
  const untold = shuffled.slice(NUM_TOLD - 1)
    .flatMap((fact) => questionsOf(fact, title));
  const swapped = sentences.flatMap(({ fact, gaps }) => {
    if (fact.other === undefined) return [];
    const other = gaps.get(fact.other)!.text;
    return told.filter((each) => each !== fact)
      .flatMap((each) => questionsOf(each, other));
  });
  const impossible = new Set<string>();
  const numImpossible = 1 + random.integer(2);
  while (impossible.size < numImpossible) {
    const isSwapped = swapped.length > 0 && random.integer(3) === 0;
    const from = isSwapped ? swapped : untold;
    impossible.add(ask(from[random.integer(from.length)]!, isTest, random));
  }
  const qas = random.shuffle([
    ...answerable,
    ...[...impossible].map((question) => ({
      id: "",
      question,
      answers: [],
      is_impossible: true,
    })),
  ]);
  return { title, paragraphs: [{ context, qas }] };
}

function questionsOf({ asks }: Fact, subject: string): Asked[] {
  return Object.values(asks).map((ways) => ({ subject, ways }));
}

function ask(
  { ways, subject }: Asked,
  isTest: boolean,
  random: RandomStream,
): string {
  return oneOf(ways, isTest, random).replaceAll("{subject}", subject);
}

/** Known ways; in the test, held-out ones for every second sentence or question. */
function oneOf(
  { known, heldOut }: Ways,
  isTest: boolean,
  random: RandomStream,
): string {
  const choices = isTest && random.integer(2) === 0 ? heldOut : known;
  return choices[random.integer(choices.length)]!;
}

/** The answer; beside it a shorter one that is right as well, except in training. */
function answersOf(
  { list, text: given, answer_start }: Filled,
  context: string,
  isTraining: boolean,
): Answer[] {
  // At the beginning of a sentence it has a capital.
  const text = context.slice(answer_start, answer_start + given.length);
  const shorter = list === "person"
    ? text.split(" ").at(-1)! // the last name
    : /^\d+(?= \w+$)/.exec(text)?.[0]; // the number without its unit
  if (isTraining || shorter === undefined) return [{ text, answer_start }];
  const start = answer_start + text.indexOf(shorter);
  return [{ text, answer_start }, { text: shorter, answer_start: start }];
}
