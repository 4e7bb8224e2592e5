import assert from "node:assert/strict";
import {
  isRhyme,
  parseRhymes,
  soundsOf,
} from "bertbook/datasets/toy/rhymes.ts";
import { loadRhymes } from "bertbook/datasets/load_dataset.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";
import { makeRhyme, rhymesFile } from "../../../data/rhymes/rhyme.ts";
import { FAMILIES, PEOPLE, POSSESSIVES } from "../../../data/rhymes/words.ts";

const rhymes = await loadRhymes();
const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("the committed rhymes are what the program writes", async () => {
  const url = new URL("../../../data/rhymes/rhymes.tsv", import.meta.url);
  assert.equal(await Deno.readTextFile(url), rhymesFile());
  assert.equal(rhymes.length, 600);
  const texts = new Set(rhymes.map(({ words }) => words.join(" ")));
  assert.equal(texts.size, 600);
});

Deno.test("every rhyme rhymes, and no word has two sounds", () => {
  const sounds = soundsOf(rhymes);
  for (const { words } of rhymes) assert.ok(isRhyme(words, sounds));
  const ends = Object.values(FAMILIES)
    .flatMap(({ places, things }) => [...places, ...things]);
  assert.equal(new Set(ends).size, ends.length);
  assert.equal(sounds.size, ends.length);
});

Deno.test("every pronoun takes up the noun of the first line", () => {
  const pronouns = Object.keys(PEOPLE) as (keyof typeof PEOPLE)[];
  for (const { words } of rhymes) {
    const who = pronouns.find((who) =>
      PEOPLE[who].some((noun) => words.includes(noun))
    )!;
    for (const other of pronouns.filter((other) => other !== who)) {
      assert.ok(!words.includes(other), words.join(" "));
      assert.ok(!words.includes(POSSESSIVES[other]), words.join(" "));
    }
  }
});

Deno.test("the surprise of a rhyme is the sum over its draws", () => {
  const text =
    "the lazy twins walked past the spring , and dreamt about a purple ring .";
  const rhyme = rhymes.find(({ words }) => words.join(" ") === text)!;
  // Pronoun 3, noun 5, opening 2, mood 12, deed 8, sound 12, place 2, closing 5,
  // look 10, thing 3.
  const ways = 3 * 5 * 2 * 12 * 8 * 12 * 2 * 5 * 10 * 3;
  assert.ok(Math.abs(rhyme.nats - Math.log(ways)) < 1e-4, `${rhyme.nats}`);
});

Deno.test("rhymes come as often as their surprise says", () => {
  // exp(nats) is one over a probability, so over draws from the grammar
  // the mean of 1 / p is the number of different rhymes: each counts once.
  const random = randomStream(5);
  const draws = Array.from({ length: 20_000 }, () => makeRhyme(random));
  const numRhymes = draws.reduce((sum, { nats }) => sum + Math.exp(nats), 0) /
    draws.length;
  // 15 nouns with 12 moods or 6 times, 8 deeds; then closings with 6 finds or none,
  // 10 looks; and the pairs of places and things.
  const pairs = Object.values(FAMILIES)
    .reduce(
      (sum, { places, things }) => sum + places.length * things.length,
      0,
    );
  const expected = 15 * (12 + 6) * 8 * (3 * 6 + 2) * 10 * pairs;
  assert.ok(
    Math.abs(numRhymes / expected - 1) < 0.02,
    `${numRhymes / expected}`,
  );
});

Deno.test("isRhyme() wants two lines and one sound", () => {
  const sounds = new Map([["sea", "ee"], ["bee", "ee"], ["well", "ell"]]);
  const says = (text: string) => isRhyme(text.split(" "), sounds);
  assert.ok(says("by the sea , a bee ."));
  assert.ok(!says("by the sea , a well ."));
  assert.ok(!says("by the sea , a dog ."));
  assert.ok(!says("by the sea , a bee"));
  assert.ok(!says("by the dog , a dog ."));
});

Deno.test("parseRhymes() names the file and the line", () => {
  assert.throws(() => parseRhymes(bytesOf("ee\t1\ta\nee\tmany\ta"), "x.tsv"), {
    name: "SyntaxError",
    message:
      'Cannot parse "x.tsv": column 2 of line 2 must be a number of nats; found "many"',
  });
});
