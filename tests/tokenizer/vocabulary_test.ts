import {
  checkVocabularySize,
  idsOf,
  parseVocabulary,
} from "bertbook/tokenizer/vocabulary.ts";
import assert from "node:assert/strict";
import { vocabularyOf } from "./_support.ts";

const LINES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "##s"];
const parse = (...lines: string[]): ReturnType<typeof parseVocabulary> =>
  parseVocabulary([...LINES, ...lines].join("\n"), "vocab.txt");

Deno.test("parseVocabulary() counts ids from the first line, final newline or not", () => {
  const vocabulary = parse();
  assert.deepEqual(vocabulary, parse(""));
  assert.deepEqual(vocabulary.pieces, LINES);
  LINES.forEach((piece, id) => assert.equal(vocabulary.idOf.get(piece), id));
});

Deno.test("parseVocabulary() drops white space at line ends; a blank line keeps its id", () => {
  const { pieces, idOf } = parse("a\r", "", "\u2028", "b \u00a0", "c", "", "");
  assert.deepEqual(pieces.slice(LINES.length), ["a", "", "", "b", "c", ""]);
  assert.deepEqual([idOf.get("c"), idOf.has("")], [LINES.length + 4, false]);
});

Deno.test("parseVocabulary() knows the names of every object", () => {
  assert.equal(parse("constructor", "__proto__").idOf.get("__proto__"), 8);
  assert.equal(parse().idOf.has("constructor"), false);
});

const REFUSED: [title: string, lines: string[], message: RegExp][] = [
  ["a repeated piece", ["a", "the"], /line 9 .* "the", already on line 6$/],
  ["CR line ends", ["a\rb\r"], /line 8 must hold no carriage .* LF line ends/],
  ["lost characters", ["caf\ufffd"], /line 8 .* lost .* U\+FFFD has replaced/],
  ["UTF-8 read as Latin-1", ["Ã©tude"], /line 8 .* found "Ã©tude", once "étu/],
  ["Han in UTF-8 read as Latin-1", ["ä¸\u00ad"], /line 8 .* UTF-8/],
];

for (const [title, lines, message] of REFUSED) {
  Deno.test(`fault 36: parseVocabulary() refuses ${title}`, () => {
    assert.throws(() => parse(...lines), { name: "SyntaxError", message });
  });
}

Deno.test("parseVocabulary() keeps accents that are no mojibake", () => {
  const pieces = ["é", "Ã", "ñandú", "##²", "中", "«é»", "\ufffd", "##\ufffd"];
  assert.deepEqual(parse(...pieces).pieces.slice(LINES.length), pieces);
});

Deno.test("parseVocabulary() keeps a piece of mojibake beside pieces that are none", () => {
  assert.equal(parse("naïve", "##Ã¼", "â€™").idOf.get("##Ã¼"), 8);
});

Deno.test("fault 36: parseVocabulary() names the special tokens that are missing", () => {
  assert.throws(() => parseVocabulary("[PAD]\n[CLS]\n[MASK]\nthe", "small"), {
    name: "SyntaxError",
    message: 'Cannot parse "small": a vocabulary must hold all special ' +
      "tokens; found 4 pieces without [UNK], [SEP]",
  });
  assert.throws(() => parseVocabulary("", "empty"), SyntaxError);
});

Deno.test("fault 36: checkVocabularySize() refuses a table of another size", () => {
  checkVocabularySize(parse(), 7);
  assert.throws(() => checkVocabularySize(parse(), 30_522), {
    name: "RangeError",
    message: /found 7 pieces and 30522 rows/,
  });
});

Deno.test("idsOf() gives strangers the id of [UNK]", () => {
  const vocabulary = vocabularyOf("the");
  assert.deepEqual(idsOf(["the", "[SEP]", "toString"], vocabulary), [5, 3, 1]);
});

Deno.test("fault 36: NUL and UTF-8 read as Windows-1252 are refused", () => {
  const refused: [piece: string, message: RegExp][] = [
    ["\0", /line 8 must be text without NUL; found "\\u0000"$/],
    ["the\0", /without NUL/],
    ["â€™", /line 8 .* Windows-1252; found "â€™", once "’"; take the file/],
    ["##â€œ", /once "##“"/],
    ["Å¡", /once "š"/],
    ["â‚¬", /once "€"/],
    ["ðŸ˜€", /once "😀"/],
  ];
  for (const [piece, message] of refused) {
    assert.throws(() => parse(piece), { name: "SyntaxError", message });
  }
  const kept = ["Úžas", "ß", "€", "š", "…", "–", "«š»", "™", "à la", "Čž"];
  assert.deepEqual(parse(...kept).pieces.slice(LINES.length), kept);
});
