import assert from "node:assert/strict";
import { entityErrors, markWords } from "../../notebooks/support/entities.ts";

Deno.test("markWords() finds the entities of words in their text", () => {
  const words = ["Zoë", "Poe", "met", "Ada", "🙂", "in", "Oslo"];
  const tags = ["B-PER", "I-PER", "O", "B-PER", "O", "O", "B-LOC"];
  const { text, entities } = markWords(words, tags);
  assert.equal(text, "Zoë Poe met Ada 🙂 in Oslo");
  assert.deepEqual(
    entities.map(({ type, start, end }) => [type, text.slice(start, end)]),
    [["PER", "Zoë Poe"], ["PER", "Ada"], ["LOC", "Oslo"]],
  );
  assert.deepEqual(markWords([], []), { text: "", entities: [] });
});

Deno.test("entityErrors() tells wrong types, wrong ends, invented and missed", () => {
  const errors = entityErrors(
    "B-PER O B-ORG I-ORG B-LOC O B-LOC O O".split(" "),
    "B-PER O B-LOC I-LOC B-LOC I-LOC O O B-ORG".split(" "),
  );
  assert.deepEqual(
    errors.map(({ kind, predicted, actual }) => [
      kind,
      predicted?.start,
      actual?.type,
    ]),
    [
      ["wrong type", 2, "LOC"],
      ["wrong ends", 4, "LOC"],
      ["invented", 6, undefined],
      ["missed", undefined, "ORG"],
    ],
  );
});

Deno.test("entityErrors() counts each part of an entity that was cut in two", () => {
  const cut = entityErrors(["B-ORG", "I-PER"], ["B-ORG", "I-ORG"]);
  assert.deepEqual(cut.map(({ kind }) => kind), ["wrong ends", "wrong ends"]);
  assert.deepEqual(entityErrors(["B-ORG", "I-ORG"], ["B-ORG", "I-ORG"]), []);
});
