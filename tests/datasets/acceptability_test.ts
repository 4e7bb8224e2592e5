import assert from "node:assert/strict";
import { type ColaExample, parseCola } from "bertbook/datasets/cola.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { matthewsCorrelation } from "bertbook/evaluation/metrics.ts";
import { buildCorpus } from "../../data/acceptability/corpus.ts";
import {
  adjectiveForms,
  nounForms,
  verbForms,
} from "../../data/acceptability/grammar/morphology.ts";
import { or, pair } from "../../data/acceptability/grammar/pair.ts";
import type { Entry } from "../../data/acceptability/lexicon/entry.ts";
import { ADJECTIVES } from "../../data/acceptability/lexicon/modifiers.ts";
import {
  GENDERED,
  MASS,
  NAMES,
  NOUNS,
  RELATIVES,
} from "../../data/acceptability/lexicon/nouns.ts";
import {
  HOBBIES,
  INTRANSITIVE,
  PASTIMES,
  SELF_ACTIONS,
  TRANSITIVE,
} from "../../data/acceptability/lexicon/verbs.ts";
import phenomena from "../../data/acceptability/phenomena.json" with {
  type: "json",
};

const folder = new URL("../../data/acceptability/", import.meta.url);
const read = (name: string): ColaExample[] =>
  parseCola(Deno.readFileSync(new URL(name, folder)), name);

const train = read("in_domain_train.tsv");
const inDomainDev = read("in_domain_dev.tsv");
const outOfDomainDev = read("out_of_domain_dev.tsv");
const splits = { train, inDomainDev, outOfDomainDev };

/** Lower-case words, and each punctuation mark as a word of its own. */
const wordsOf = (sentence: string): string[] =>
  sentence.toLowerCase().match(/[\w']+|[^\w\s]/g) ?? [];

/** Each sentence as the places of its words in `vocabulary`; words that are not there are left out. */
function bags(
  examples: readonly ColaExample[],
  vocabulary: ReadonlyMap<string, number>,
): number[][] {
  return examples.map(({ text }) =>
    [...new Set(wordsOf(text))]
      .map((word) => vocabulary.get(word)).filter((place) =>
        place !== undefined
      )
  );
}

/** Logistic regression on which words occur, by stochastic gradient descent; returns its scores. */
function bagOfWords(
  examples: readonly ColaExample[],
): (others: readonly ColaExample[]) => number[] {
  const words = new Set(examples.flatMap(({ text }) => wordsOf(text)));
  const vocabulary = new Map([...words].map((word, place) => [word, place]));
  const weights = new Float64Array(vocabulary.size);
  let bias = 0;
  const score = (bag: readonly number[]): number =>
    bag.reduce((sum, place) => sum + weights[place]!, bias);
  const bagsOfExamples = bags(examples, vocabulary);
  const places = examples.map((_, place) => place);
  for (let epoch = 0; epoch < 30; epoch++) {
    const learningRate = 0.1 / (1 + epoch / 5);
    for (const place of randomStream(1, epoch).shuffle(places)) {
      const bag = bagsOfExamples[place]!;
      const error = examples[place]!.label - 1 / (1 + Math.exp(-score(bag)));
      bias += learningRate * error;
      for (const word of bag) weights[word]! += learningRate * error;
    }
  }
  return (others) => bags(others, vocabulary).map(score);
}

Deno.test("the program writes the committed files, byte for byte", () => {
  for (const [name, text] of Object.entries(buildCorpus())) {
    assert.ok(
      Deno.readTextFileSync(new URL(name, folder)) === text,
      `${name} differs`,
    );
  }
});

Deno.test("the splits have their sizes and about CoLA's share of acceptable sentences", () => {
  assert.deepEqual(Object.values(splits).map((split) => split.length), [
    4_000,
    500,
    500,
  ]);
  for (const split of Object.values(splits)) {
    const share = split.filter(({ label }) => label === 1).length /
      split.length;
    assert.ok(share > 0.65 && share < 0.75, `${share} are acceptable`);
  }
});

Deno.test("every code has a legend, and stands only in its own domain", () => {
  const codes = (split: readonly ColaExample[]): string[] =>
    [...new Set(split.map(({ source }) => source))].sort();
  const legend = (outOfDomain: boolean): string[] =>
    Object.entries(phenomena).filter(([, phenomenon]) =>
      phenomenon.outOfDomain === outOfDomain
    )
      .map(([code]) => code).sort();
  assert.deepEqual(codes(train), legend(false));
  assert.deepEqual(codes(inDomainDev), legend(false));
  assert.deepEqual(codes(outOfDomainDev), legend(true));
  assert.ok(legend(false).length >= 12);
});

Deno.test("no sentence stands twice, in one split or two", () => {
  const sentences = Object.values(splits).flat().map(({ text }) =>
    text.toLowerCase()
  );
  assert.equal(new Set(sentences).size, sentences.length);
});

Deno.test("sentences look like CoLA's: a capital, 4 to 16 words, a full stop or question mark", () => {
  for (const { text: sentence, label, mark } of Object.values(splits).flat()) {
    assert.match(sentence, /^[A-Z][A-Za-z']*(,? [A-Za-z']+)+[.?]$/);
    assert.equal(mark, label === 1 ? "" : "*");
    const count = sentence.split(" ").length;
    assert.ok(count >= 4 && count <= 16, sentence);
  }
});

Deno.test("held-out words stand in every sentence out of domain, and nowhere else", () => {
  const lexicon: Entry[] = [
    ...Object.values(NOUNS).flat(),
    ...GENDERED,
    ...RELATIVES,
    ...NAMES,
    ...MASS,
    ...ADJECTIVES,
    ...TRANSITIVE,
    ...INTRANSITIVE,
    ...HOBBIES,
    ...PASTIMES,
    ...SELF_ACTIONS,
  ];
  const forms = ({ heldOut: _, ...entry }: Entry): string[] =>
    Object.entries(entry).filter(([field]) =>
      !["kind", "gender", "tail"].includes(field)
    )
      .flatMap(([, form]) =>
        typeof form === "string" ? [form.toLowerCase()] : []
      );
  const heldOut = new Set(
    lexicon.filter((entry) => entry.heldOut).flatMap(forms),
  );
  const heldOutIn = (examples: readonly ColaExample[]): string[] =>
    [...new Set(examples.flatMap(({ text }) => wordsOf(text)))]
      .filter((word) => heldOut.has(word.replace(/'s$/, "")));
  assert.deepEqual(heldOutIn([...train, ...inDomainDev]), []);
  assert.deepEqual(
    outOfDomainDev.filter((example) => heldOutIn([example]).length === 0),
    [],
  );
});

Deno.test("which words occur does not tell the label: bag of words stays under 0.2 MCC", () => {
  const scores = bagOfWords(train);
  const mcc = (split: readonly ColaExample[], threshold: number): number =>
    matthewsCorrelation(
      scores(split).map((score) => score > threshold ? 1 : 0),
      split.map(({ label }) => label),
    );
  // It does learn: on its own sentences it is far above chance.
  assert.ok(mcc(train, 0) > 0.1);
  // Also at the threshold that predicts the true share of acceptable sentences.
  const sorted = scores(train).sort((a, b) => a - b);
  const share = sorted[Math.floor(0.3 * sorted.length)]!;
  for (const split of [inDomainDev, outOfDomainDev]) {
    for (const threshold of [0, share]) {
      const value = mcc(split, threshold);
      assert.ok(
        Math.abs(value) < 0.2,
        `MCC ${value} at threshold ${threshold}`,
      );
    }
  }
});

Deno.test("a template writes both sentences, with a or an and a capital", () => {
  assert.deepEqual(
    pair`a ${or("old useful", "useful old")} car, is ${""} it?`,
    {
      acceptable: "An old useful car, is it?",
      unacceptable: "A useful old car, is it?",
    },
  );
});

Deno.test("inflection follows the spelling rules and the table", () => {
  assert.deepEqual(Object.values(verbForms("carry")), [
    "carry",
    "carries",
    "carried",
    "carried",
    "carrying",
  ]);
  assert.deepEqual(Object.values(verbForms("jog")), [
    "jog",
    "jogs",
    "jogged",
    "jogged",
    "jogging",
  ]);
  assert.deepEqual(Object.values(verbForms("write")), [
    "write",
    "writes",
    "wrote",
    "written",
    "writing",
  ]);
  assert.deepEqual(Object.values(verbForms("teach")), [
    "teach",
    "teaches",
    "taught",
    "taught",
    "teaching",
  ]);
  assert.deepEqual(Object.values(adjectiveForms("happy")), [
    "happy",
    "happier",
    "happiest",
  ]);
  const plurals = ["box", "city", "boy", "potato", "piano", "shelf"].map((
    noun,
  ) => nounForms(noun).plural);
  assert.deepEqual(plurals, [
    "boxes",
    "cities",
    "boys",
    "potatoes",
    "pianos",
    "shelves",
  ]);
});
