import assert from "node:assert/strict";
import { loadStories } from "bertbook/datasets/load_dataset.ts";
import { parseDocuments } from "bertbook/datasets/toy/stories.ts";
import { buildStories } from "../../../data/stories/corpus.ts";
import { NAMES, THEMES } from "../../../data/stories/themes.ts";

const stories = await loadStories();

Deno.test("the shipped stories are those that the program tells", async () => {
  const file = new URL("../../../data/stories/stories.txt", import.meta.url);
  assert.equal(await Deno.readTextFile(file), buildStories());
  assert.equal(stories.length, 600);
  assert.ok(stories.every((sentences) => sentences.length === 6));
  assert.equal(new Set(stories.map((story) => story.join(" "))).size, 600);
});

Deno.test("each story keeps to one world, one name and its pronoun", () => {
  const worldsOf = new Map(
    Object.entries(THEMES).flatMap(([world, lists]) =>
      Object.values(lists).flat().map((word) => [word, world] as const)
    ),
  );
  const numWords = Object.values(THEMES)
    .flatMap((lists) => Object.values(lists).flat()).length;
  assert.equal(worldsOf.size, numWords, "a word stands in two worlds");
  for (const story of stories) {
    const words = story.join(" ").match(/\w+/g)!;
    const worlds = words.map((word) => worldsOf.get(word))
      .filter((world) => world !== undefined);
    assert.equal(new Set(worlds).size, 1);
    const isShe = words.some((word) => NAMES.she.includes(word));
    assert.notEqual(isShe, words.some((word) => NAMES.he.includes(word)));
    assert.ok(
      !words.some((word) => word.toLowerCase() === (isShe ? "he" : "she")),
    );
  }
});

Deno.test("parseDocuments() reads any line ends and passes over blank lines", () => {
  const text = "\n\nOne.\r\nTwo.\r\n\r\n \r\nThree. \n";
  assert.deepEqual(parseDocuments(text), [["One.", "Two."], ["Three."]]);
  assert.deepEqual(parseDocuments(""), []);
});
