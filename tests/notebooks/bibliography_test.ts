/** Every work that a notebook cites is in the bibliography. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT } from "../../tools/shell/project.ts";
import { markdownOf } from "./_terms.ts";
import { PAGES } from "./_pages.ts";

/** The first author and the year, as in "Guo et al. (2017)" and "(Efron 1979)". */
const CITATIONS = [
  /(\p{Lu}\p{L}+) et\s+al\.,?\s+\(?((?:19|20)\d\d)/gu,
  /(\p{Lu}\p{L}+)\s+and\s+\p{Lu}\p{L}+,?\s+\(?((?:19|20)\d\d)/gu,
  /\((\p{Lu}\p{L}+),?\s+((?:19|20)\d\d)/gu,
];

function citationsIn(text: string): string[] {
  return CITATIONS.flatMap((pattern) => [...text.matchAll(pattern)])
    .map(([, author, year]) => `${author} ${year}`);
}

Deno.test("every citation in a notebook is in the bibliography", () => {
  const text = Deno.readTextFileSync(join(PROJECT, "docs", "bibliography.md"));
  const known = citationsIn(text.replaceAll(/\*\*(.*?)\.\*\*/gs, "($1)"));
  const unknown = PAGES.flatMap(({ name, notebook }) =>
    citationsIn(markdownOf(notebook))
      .filter((citation) => !known.includes(citation))
      .map((citation) => `${name}: ${citation}`)
  );
  assert.deepEqual(unknown, []);
});

Deno.test("a citation is found in each of its forms", () => {
  const text =
    "Guo et al. (2017) and others (Efron 1979; Jain and\nWallace 2019).";
  assert.deepEqual(citationsIn(text), [
    "Guo 2017",
    "Jain 2019",
    "Efron 1979",
  ]);
});
