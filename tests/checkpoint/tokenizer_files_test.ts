import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import { readJsonObject } from "bertbook/checkpoint/tokenizer_files.ts";
import {
  readTokenizer,
  tokenizerFiles,
} from "bertbook/checkpoint/tokenizer_files.ts";
import { temporaryFolder } from "./_support.ts";
import { VOCABULARY } from "./_toy.ts";

const vocabulary = parseVocabulary(VOCABULARY, "vocab.txt");

/** Writes a tokenizer's files, changed or left out, and reads them. */
async function reading(
  lowerCase: boolean,
  change: Record<string, string | undefined>,
): ReturnType<typeof readTokenizer> {
  await using folder = await temporaryFolder();
  const files = {
    ...tokenizerFiles(new BertTokenizer(vocabulary, { lowerCase }), {
      maxLength: 16,
      className: "BertTokenizer",
    }),
    ...change,
  };
  for (const [file, text] of Object.entries(files)) {
    if (text === undefined) continue;
    await Deno.writeTextFile(join(folder.path, file), text);
  }
  return await readTokenizer(folder.path);
}

for (const lowerCase of [true, false]) {
  const kind = lowerCase ? "uncased" : "cased";
  Deno.test(`a ${kind} tokenizer is read from vocab.txt or tokenizer.json alone`, async () => {
    const lost = { "vocab.txt": undefined, "tokenizer_config.json": undefined };
    for (const change of [{}, lost]) {
      const tokenizer = await reading(lowerCase, change);
      assert.deepEqual(tokenizer, new BertTokenizer(vocabulary, { lowerCase }));
      const { tokens } = tokenizer.encode("THE dogs");
      const first = lowerCase ? "the" : "[UNK]";
      assert.deepEqual(tokens, ["[CLS]", first, "dog", "##s", "[SEP]"]);
    }
  });
}

Deno.test("readTokenizer() refuses settings that it would not follow", async () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ strip_accents: true, do_lower_case: false }, /"strip_accents" must be/],
    [
      { tokenize_chinese_chars: false },
      /"tokenize_chinese_chars" must be true/,
    ],
    [
      { do_lower_case: "yes" },
      /"do_lower_case" must be true or false; found "y/,
    ],
  ];
  for (const [settings, message] of cases) {
    const change = { "tokenizer_config.json": JSON.stringify(settings) };
    await assert.rejects(reading(true, change), { name: "TypeError", message });
  }
});

Deno.test("readTokenizer() refuses a tokenizer.json without a whole vocabulary", async () => {
  const cases: [unknown, string, RegExp][] = [
    [
      { type: "BPE", vocab: {} },
      "TypeError",
      /must be WordPiece .* found "BPE"/,
    ],
    [undefined, "TypeError", /must be WordPiece/],
    [
      { type: "WordPiece", vocab: { a: 0, b: 2 } },
      "SyntaxError",
      /line 2 .* empty/,
    ],
    [
      { type: "WordPiece", vocab: { a: 1e9 } },
      "SyntaxError",
      /line 1 .* empty/,
    ],
  ];
  for (const [model, name, message] of cases) {
    const change = {
      "vocab.txt": undefined,
      "tokenizer.json": JSON.stringify({ model }),
    };
    await assert.rejects(reading(true, change), { name, message });
  }
});

Deno.test("readJsonObject() names the file and what is wrong", async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(readJsonObject(folder.path, "config.json"), {
    name: "RangeError",
    message: /Cannot read "config\.json": it must be in the folder "bertb/,
  });
  const cases: [string, RegExp][] = [
    ["{", /Cannot parse "config\.json": it must be JSON; found its end/],
    ["[]", /must be an object/],
    ['{"a":1,"a":2}', /free of duplicates; found "a" twice/],
    ["[".repeat(1e6), /nested at most 32 deep/],
  ];
  for (const [text, message] of cases) {
    await Deno.writeTextFile(join(folder.path, "config.json"), text);
    await assert.rejects(readJsonObject(folder.path, "config.json"), {
      name: "SyntaxError",
      message,
    });
  }
});
