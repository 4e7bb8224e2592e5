// Needs --allow-read: tests/golden/tokenizer_files.json, written by the program beside it.
import { applyNormalizer, preTokenize } from "bertbook/tokenizer/normalize.ts";
import type { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { tokenizerFiles } from "bertbook/checkpoint/read_tokenizer.ts";
import { openTokenizer } from "bertbook/checkpoint/tokenizer_files.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { temporaryFolder } from "./_support.ts";

type Files = Record<string, Record<string, unknown>>;
type Golden = {
  vocabulary: string[];
  texts: string[];
  blocks: number[];
  leftOut: number[];
  configurations: {
    name: string;
    files: Files;
    ids: string;
    offsets?: string;
    characters?: string;
  }[];
};

const file = new URL("../golden/tokenizer_files.json", import.meta.url);
const golden: Golden = JSON.parse(await Deno.readTextFile(file));
const { vocabulary, texts, configurations } = golden;
const leftOut = new Set(golden.leftOut);

/** Writes the files as the golden program did, and opens them. */
async function opened(files: Files): ReturnType<typeof openTokenizer> {
  await using folder = await temporaryFolder();
  const model = {
    ...Object(files["tokenizer.json"]?.["model"]),
    vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])),
  };
  const all: Record<string, unknown> = {
    ...files,
    ...files["tokenizer.json"] && {
      "tokenizer.json": { ...files["tokenizer.json"], model },
    },
  };
  for (const [name, json] of Object.entries(all)) {
    await Deno.writeTextFile(join(folder.path, name), JSON.stringify(json));
  }
  const lines = join(folder.path, "vocab.txt");
  await Deno.writeTextFile(lines, vocabulary.join("\n"));
  return await openTokenizer(folder.path);
}

/** What the golden program calls the checksum. */
function checksum(numbers: Iterable<number>): string {
  let total = 0;
  for (const number of numbers) total = (total * 31 + number + 1) % 36 ** 4;
  return total.toString(36).padStart(4, "0");
}

function isCharacter(point: number): boolean {
  return point < 0xd800 || point >= 0xe000;
}

/** What the golden program calls the words of a text, in one line. */
function wordsOf(text: string, tokenizer: BertTokenizer): string {
  const { normalizers, preTokenizers } = tokenizer;
  return preTokenizers.reduce(
    (words, step) => words.flatMap((word) => preTokenize(word, step)),
    [normalizers.reduce(applyNormalizer, text)],
  ).join("|");
}

/** The texts whose ids differ from Python's, with what they are here. */
function differences(tokenizer: BertTokenizer, expected: string): unknown[] {
  return texts.flatMap((text, i) => {
    const { inputIds, tokens } = tokenizer.encode(text);
    return checksum(inputIds) === expected.slice(4 * i, 4 * i + 4)
      ? []
      : [{ text, tokens }];
  });
}

/** The texts whose tokens are elsewhere than Python's. */
function displaced(tokenizer: BertTokenizer, expected: string): unknown[] {
  return texts.flatMap((text, i) => {
    const { tokens, offsets } = tokenizer.tokenizeWithOffsets(text);
    assert.deepEqual(tokens, tokenizer.tokenize(text));
    return checksum(offsets.flat()) === expected.slice(4 * i, 4 * i + 4)
      ? []
      : [{ text, tokens, offsets }];
  });
}

/** Saves a tokenizer and opens what was saved. */
async function saved(tokenizer: BertTokenizer): Promise<BertTokenizer> {
  await using folder = await temporaryFolder();
  const files = tokenizerFiles(tokenizer, {
    maxLength: 16,
    className: "BertTokenizer",
  });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(folder.path, name), text);
  }
  const again = await openTokenizer(folder.path);
  assert.deepEqual(
    again.warnings.filter((each) => !each.includes("capitals")),
    [],
  );
  return again.tokenizer;
}

for (const { name, files, ids, offsets, characters } of configurations) {
  Deno.test(`fault 72: ${name}: 1,000 texts have the ids of Python's transformers`, async () => {
    const { tokenizer } = await opened(files);
    assert.deepEqual(differences(tokenizer, ids), []);
    const again = await saved(tokenizer);
    assert.deepEqual(differences(again, ids), []);
    assert.deepEqual(again.addedTokens, tokenizer.addedTokens);
  });

  if (offsets !== undefined) {
    Deno.test(`${name}: the tokens of 1,000 texts are where Python has them`, async () => {
      const { tokenizer } = await opened(files);
      assert.deepEqual(displaced(tokenizer, offsets), []);
    });
  }

  if (characters === undefined) continue;
  Deno.test(`fault 72: ${name}: every character alone is that of Python's tokenizers`, async () => {
    const { tokenizer } = await opened(files);
    const different = golden.blocks.filter((first, i) => {
      const words = Array.from({ length: 0x1000 }, (_, n) => first + n)
        .filter((point) => !leftOut.has(point) && isCharacter(point))
        .map((point) => wordsOf(`a${String.fromCodePoint(point)}b`, tokenizer));
      const points = Array.from(words.join("\n"), (c) => c.codePointAt(0)!);
      return checksum(points) !== characters.slice(4 * i, 4 * i + 4);
    });
    assert.deepEqual(different, []);
  });
}
