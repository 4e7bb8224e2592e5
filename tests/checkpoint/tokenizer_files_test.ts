import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import {
  readJsonObject,
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
    const change = {
      "tokenizer.json": undefined,
      "tokenizer_config.json": JSON.stringify(settings),
    };
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

/** What our own `tokenizer.json` holds, as `JSON.parse` gives it. */
// deno-lint-ignore no-explicit-any -- tests change any part of it
const jsonOf = (): any =>
  JSON.parse(
    tokenizerFiles(new BertTokenizer(vocabulary), {
      maxLength: 16,
      className: "BertTokenizer",
    })["tokenizer.json"]!,
  );

/** Reads `tokenizer.json` after a change, beside a sound `vocab.txt`. */
function readingJson(
  // deno-lint-ignore no-explicit-any
  change: (json: any) => void,
  files: Record<string, string | undefined> = {},
): ReturnType<typeof readTokenizer> {
  const json = jsonOf();
  change(json);
  return reading(true, { "tokenizer.json": JSON.stringify(json), ...files });
}

const NOT_FOLLOWED: [
  what: string,
  // deno-lint-ignore no-explicit-any
  change: (json: any) => void,
  message: RegExp,
][] = [
  [
    "an older version",
    (json) => json.version = "0.9",
    /"version" must be "1.0/,
  ],
  ["no normalizer", (json) => json.normalizer = null, /"normalizer" must be {/],
  ["a list of normalizers", (json) => {
    json.normalizer = { type: "Sequence", normalizers: [json.normalizer] };
  }, /"normalizer\.type" must be "BertNormalizer"; found "Sequence"$/],
  [
    "accents kept",
    (json) => json.normalizer.strip_accents = false,
    /"normalizer\.strip_accents" must be null; found false$/,
  ],
  [
    "Han in words",
    (json) => json.normalizer.handle_chinese_chars = false,
    /"normalizer\.handle_chinese_chars" must be true; found false$/,
  ],
  [
    "controls kept",
    (json) => json.normalizer.clean_text = false,
    /"normalizer\.clean_text" must be true/,
  ],
  [
    "words at white space",
    (json) => json.pre_tokenizer = { type: "WhitespaceSplit" },
    /"pre_tokenizer\.type" must be "BertPreTokenizer"; found "WhitespaceSplit"$/,
  ],
  [
    "no template",
    (json) => json.post_processor = null,
    /"post_processor" must be {/,
  ],
  [
    "a template without [SEP]",
    (json) => json.post_processor.single.pop(),
    /"post_processor\.single\.2" must be {.*; found nothing$/,
  ],
  [
    "an added token",
    (json) => json.added_tokens.push({ id: 99, content: "[SUBJ]" }),
    /"added_tokens\.5" must be nothing; found {"id":99,"content":"\[SUBJ\]"}$/,
  ],
  [
    "a special token as text",
    (json) => json.added_tokens.pop(),
    /"added_tokens\.4" must be {"id":4,"content":"\[MASK\]".*; found nothing$/,
  ],
  [
    "a mask that swallows spaces",
    (json) => json.added_tokens[4].lstrip = true,
    /"added_tokens\.4\.lstrip" must be false; found true$/,
  ],
  [
    "another unknown token",
    (json) => json.model.unk_token = "<unk>",
    /"model\.unk_token" must be "\[UNK\]"; found "<unk>"$/,
  ],
  [
    "another prefix",
    (json) => json.model.continuing_subword_prefix = "@@",
    /"model\.continuing_subword_prefix" must be "##"/,
  ],
  [
    "longer words",
    (json) => json.model.max_input_chars_per_word = 200,
    /"model\.max_input_chars_per_word" must be 100; found 200$/,
  ],
  ["spaces kept", (json) => json.decoder.cleanup = false, /"decoder\.cleanup"/],
  ["what nobody knows", (json) => json.x = 1, /"x" must be nothing; found 1$/],
];

for (const [what, change, message] of NOT_FOLLOWED) {
  Deno.test(`fault 72: a tokenizer.json with ${what} is refused`, async () => {
    await assert.rejects(readingJson(change), { name: "TypeError", message });
  });
}

Deno.test("fault 72: two files that contradict one another are refused", async () => {
  const older = VOCABULARY.replace("dog\n##s", "##s\ndog");
  await assert.rejects(readingJson(() => {}, { "vocab.txt": older }), {
    name: "RangeError",
    message: /"vocab\.txt": .* found "##s" and "dog" for id 7; remove the/,
  });
  const settings: [Record<string, unknown>, RegExp][] = [
    [{ do_lower_case: false }, /"do_lower_case" must be true; found false$/],
    [
      { strip_accents: false },
      /"strip_accents" must be null or true; found fa/,
    ],
    [{ unk_token: "<unk>" }, /"unk_token" must be "\[UNK\]"; found "<unk>"$/],
    [{ never_split: ["a"] }, /"never_split" must be null/],
    [{ additional_special_tokens: ["[a]"] }, /"additional_special_tokens"/],
    [{ truncation_side: "left" }, /"truncation_side" must be "right"/],
    [
      { tokenizer_class: "BertJapaneseTokenizer" },
      /"tokenizer_class" .* found "BertJapaneseTokenizer"$/,
    ],
  ];
  for (const [change, message] of settings) {
    const file = { "tokenizer_config.json": JSON.stringify(change) };
    const error = { name: "TypeError", message };
    await assert.rejects(readingJson(() => {}, file), error);
    if ("do_lower_case" in change) continue;
    const alone = { ...file, "tokenizer.json": undefined };
    await assert.rejects(reading(true, alone), error);
  }
});

Deno.test("fault 72: other spellings of the same tokenizer are read", async () => {
  // deno-lint-ignore no-explicit-any
  const spellings: ((json: any) => void)[] = [
    // As all-MiniLM-L6-v2 was published.
    (json) => {
      json.truncation = {
        max_length: 128,
        strategy: "LongestFirst",
        stride: 0,
      };
      json.padding = {
        strategy: { Fixed: 128 },
        pad_id: 0,
        pad_token: "[PAD]",
      };
    },
    (json) => json.added_tokens.reverse(),
    (json) => json.normalizer.strip_accents = true,
    (json) => delete json.model.type,
    (json) => {
      json.post_processor = {
        type: "BertProcessing",
        sep: ["[SEP]", 3],
        cls: ["[CLS]", 2],
      };
    },
  ];
  for (const change of spellings) {
    for (const vocab of [{}, { "vocab.txt": undefined }]) {
      const settings = JSON.stringify({
        tokenizer_class: "PreTrainedTokenizerFast",
        mask_token: { content: "[MASK]", lstrip: false },
        extra_special_tokens: {},
      });
      assert.deepEqual(
        await readingJson(change, {
          ...vocab,
          "tokenizer_config.json": settings,
        }),
        new BertTokenizer(vocabulary, { lowerCase: true }),
      );
    }
  }
});

Deno.test("fault 72: an id of two pieces is refused", async () => {
  const lost = { "vocab.txt": undefined };
  await assert.rejects(
    readingJson((json) => json.model.vocab["the"] = 5, lost),
    {
      name: "SyntaxError",
      message: /"tokenizer\.json": line 7 must hold a word piece/,
    },
  );
});
