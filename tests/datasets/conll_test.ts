import assert from "node:assert/strict";
import fc from "fast-check";
import { type ConllFile, parseConll } from "bertbook/datasets/conll.ts";
import { entitySpans } from "bertbook/evaluation/entities.ts";
import { assertAll } from "../_property.ts";

const parse = (text: string): ConllFile =>
  parseConll(new TextEncoder().encode(text), "x.conll");

/** A sentence with these tags, one word for each. */
const tagged = (tags: string): string =>
  tags.split(" ").map((tag, i) => `w${i} ${tag}\n`).join("");

Deno.test("a file in the form of CoNLL-2003 is read", () => {
  const text = `-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O
# NN B-NP O

-DOCSTART- -X- -X- O

Peter NNP B-NP B-PER
Blackburn NNP I-NP I-PER
`;
  assert.deepEqual(parse(text), {
    scheme: "IOB2",
    sentences: [
      { words: ["EU", "rejects", "#"], tags: ["B-ORG", "O", "O"] },
      { words: ["Peter", "Blackburn"], tags: ["B-PER", "I-PER"] },
    ],
    oddities: [],
  });
});

Deno.test("tabs, spaces, CRLF, a byte order mark, comments and blank lines are read", () => {
  const expected = {
    scheme: "IOB2",
    sentences: [
      { words: ["New York", "#"], tags: ["B-LOC", "O"] },
      { words: ["#1", "hit"], tags: ["O", "O"] },
    ],
    oddities: [],
  };
  const tabs = "\uFEFF# id 7\tdomain=en\r\n# text = vitamin O\r\n" +
    "New York\tB-LOC\r\n#\tO\r\n\t\r\n\r\n#1\tO\r\nhit\tO";
  assert.deepEqual(parse(tabs), expected);
  const spaces = "# a comment\n\n  York   _  B-LOC \n#  _ O\n   \n#1 _ O\n";
  assert.deepEqual(parse(spaces).sentences, [
    { words: ["York", "#"], tags: ["B-LOC", "O"] },
    { words: ["#1"], tags: ["O"] },
  ]);
});

Deno.test("each scheme is recognized and converted to IOB2", () => {
  // Two persons side by side, a place of two words, one of one word.
  const expected = "B-PER I-PER B-PER O B-LOC I-LOC B-ORG".split(" ");
  const forms = {
    IOB1: "I-PER I-PER B-PER O I-LOC I-LOC I-ORG",
    IOB2: "B-PER I-PER B-PER O B-LOC I-LOC B-ORG",
    BIOES: "B-PER E-PER S-PER O B-LOC E-LOC S-ORG",
    BILOU: "B-PER L-PER U-PER O B-LOC L-LOC U-ORG",
  };
  for (const [scheme, tags] of Object.entries(forms)) {
    const file = parse(tagged(tags));
    assert.equal(file.scheme, scheme);
    assert.deepEqual(file.sentences[0]!.tags, expected);
    assert.deepEqual(file.oddities, []);
  }
});

Deno.test("files without entities, or with I- alone, have a scheme too", () => {
  assert.equal(parse(tagged("O O")).scheme, "IOB2");
  const inside = parse(tagged("I-PER I-PER O I-LOC I-PER"));
  assert.equal(inside.scheme, "IOB1");
  assert.deepEqual(
    inside.sentences[0]!.tags,
    "B-PER I-PER O B-LOC B-PER".split(" "),
  );
});

Deno.test("odd sequences are counted with their lines and kept", () => {
  const tags = "B-PER O I-PER I-LOC";
  const iob2 = parse(`${tagged(tags)}\nx I-PER\n`);
  assert.deepEqual(iob2.sentences[0]!.tags, tags.split(" "));
  assert.deepEqual(iob2.oddities, [
    { what: "the tag continues no entity", action: "kept", rows: [3, 4, 6] },
  ]);
  const bioes = parse(`${tagged("B-PER O E-PER I-PER S-LOC")}\nx B-PER\n`);
  assert.deepEqual(
    bioes.sentences[0]!.tags,
    "B-PER O B-PER B-PER B-LOC".split(" "),
  );
  assert.deepEqual(bioes.oddities, [
    { what: "the entity has no end", action: "kept", rows: [1, 4, 7] },
    { what: "the tag continues no entity", action: "kept", rows: [3, 4] },
  ]);
});

Deno.test("BILOU is BIOES in other letters, odd sequences too", () => {
  const letters: Record<string, string> = { L: "E", U: "S" };
  const tags = "B-a U-a L-a B-a L-b I-b U-b I-b L-b U-b O L-a B-a";
  const bilou = parse(tagged(tags));
  const bioes = parse(tagged(tags.replace(/[LU]/g, (each) => letters[each]!)));
  assert.deepEqual([bilou.scheme, bioes.scheme], ["BILOU", "BIOES"]);
  assert.deepEqual(bilou.sentences, bioes.sentences);
  assert.deepEqual(bilou.oddities, bioes.oddities);
});

Deno.test("a word without a visible character is an oddity", () => {
  assert.deepEqual(parse("a\tO\n\u200B\tO\n").oddities, [
    { what: "the word has nothing to see", action: "kept", rows: [2] },
  ]);
});

Deno.test("converted tags mark the same entities", () => {
  const tag = fc.constantFrom(
    ...["O", "B-a", "I-a", "E-a", "S-a", "B-b", "I-b", "E-b", "S-b"],
  );
  assertAll(fc.property(fc.array(tag, { minLength: 1 }), (tags) => {
    const { sentences: [sentence], scheme } = parse(tagged(tags.join(" ")));
    const before = entitySpans(tags);
    assert.deepEqual(entitySpans(sentence!.tags), before);
    if (scheme === "IOB2") assert.deepEqual(sentence!.tags, tags);
  }));
});

Deno.test("malformed files are refused with their line", () => {
  const refused = (text: string, message: string): void =>
    assert.throws(() => parse(text), { name: "SyntaxError", message });
  const start = 'Cannot parse "x.conll":';
  refused("a b O\nc O\n", `${start} line 2 must have 3 columns; found 2`);
  refused("\nword\n", `${start} line 2 must have 2 columns; found 1`);
  refused("a O\n\tO\n", `${start} line 2 must have a word; found ""`);
  for (const tag of ["PER", "X-PER", "B-", "o"]) {
    refused(
      `a O\nb ${tag}\n`,
      `${start} line 2 must end with a tag: O, or a prefix such as B- and a type; ` +
        `found ${JSON.stringify(tag)}`,
    );
  }
  refused("# x\n\n", `${start} it must have a tagged word; found none`);
  refused("", `${start} it must have a line; found an empty file`);
  assert.throws(
    () => parseConll(new Uint8Array([0x61, 0xff, 0x20, 0x4f]), "x.conll"),
    /UTF-8; found other bytes in line 1/,
  );
  const latin1 = new Uint8Array([0xe9, 0x20, 0x4f]);
  const { sentences } = parseConll(latin1, "x", { encoding: "iso-8859-1" });
  assert.deepEqual(sentences[0]!.words, ["é"]);
});
