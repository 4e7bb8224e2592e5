// deno-lint-ignore-file camelcase -- the names in the files are Hugging Face's
import {
  BertTokenizer,
  type BertTokenizerOptions,
} from "bertbook/tokenizer/bert_tokenizer.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import {
  openTokenizer,
  readJsonObject,
  readTokenizer,
} from "bertbook/checkpoint/tokenizer_files.ts";
import { tokenizerFiles } from "bertbook/checkpoint/read_tokenizer.ts";
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
    for (const lost of ["vocab.txt", "tokenizer.json", "no file"]) {
      const tokenizer = await reading(lowerCase, { [lost]: undefined });
      assert.deepEqual(tokenizer, new BertTokenizer(vocabulary, { lowerCase }));
      const { tokens } = tokenizer.encode("THE dogs");
      const first = lowerCase ? "the" : "[UNK]";
      assert.deepEqual(tokens, ["[CLS]", first, "dog", "##s", "[SEP]"]);
    }
  });
}

Deno.test("readTokenizer() reads vocab.txt as Python does: CRLF, blank lines, white space at line ends", async () => {
  const lines = VOCABULARY.trimEnd().split("\n");
  const changed = [...lines.slice(0, -1), " ", "", lines.at(-1) + "\u00a0", ""];
  const { wordPieces } = await reading(true, {
    "tokenizer.json": undefined,
    "vocab.txt": changed.join("\r\n") + "\r\n",
  });
  const [blank, last] = [lines.length - 1, lines.length + 1];
  assert.deepEqual(wordPieces.pieces.slice(blank), ["", "", lines.at(-1), ""]);
  assert.equal(wordPieces.idOf.get(lines.at(-1)!), last);
  assert.equal(wordPieces.idOf.has(""), false);
});

Deno.test("fault 36: a vocab.txt in another encoding is refused, with the right reason", async () => {
  const bytes = [
    [Uint8Array.of(0x63, 0xe9, 0x0a), /must be UTF-8; found other bytes; save/],
    [
      Uint8Array.of(0xff, 0xfe, 0x63, 0x00),
      /must be UTF-8; found other bytes; save/,
    ],
  ] as const;
  for (const [content, message] of bytes) {
    await using folder = await temporaryFolder();
    await Deno.writeFile(join(folder.path, "vocab.txt"), content);
    const error = { name: "SyntaxError", message };
    await assert.rejects(readTokenizer(folder.path), error);
  }
});

Deno.test("readTokenizer() follows the settings of vocab.txt, and refuses those that are no flags", async () => {
  const text = "the do\u0301g \u4e2d\u6587";
  const cases: [Record<string, unknown>, string][] = [
    [{ strip_accents: false }, "the do\u0301g  \u4e2d  \u6587 "],
    [{ tokenize_chinese_chars: false }, "the dog \u4e2d\u6587"],
    [{ do_lower_case: false, strip_accents: true }, "the dog  \u4e2d  \u6587 "],
  ];
  for (const [settings, normalized] of cases) {
    const tokenizer = await reading(true, {
      "tokenizer.json": undefined,
      "tokenizer_config.json": JSON.stringify(settings),
    });
    assert.equal(tokenizer.tokenizeInPhases(text).normalized, normalized);
  }
  const refused: [Record<string, unknown>, RegExp][] = [
    [{ strip_accents: "yes" }, /"strip_accents" must be null or true or false/],
    [
      { do_lower_case: "yes" },
      /"do_lower_case" must be true or false; found "y/,
    ],
    [{ do_basic_tokenize: false }, /"do_basic_tokenize" must be true; found/],
    [{ split_special_tokens: true }, /"split_special_tokens" must be false/],
    [{ unk_token: "<unk>" }, /"unk_token" must be "\[UNK\]"; found "<unk>"$/],
    [{ never_split: ["a"] }, /"never_split" must be null/],
    [{ truncation_side: "left" }, /"truncation_side" must be "right"/],
    [
      { tokenizer_class: "BertJapaneseTokenizer" },
      /"tokenizer_class" .* found "BertJapaneseTokenizer"$/,
    ],
  ];
  for (const [settings, message] of refused) {
    for (const json of [{}, { "tokenizer.json": undefined }]) {
      const change = {
        ...json,
        "special_tokens_map.json": undefined,
        "tokenizer_config.json": JSON.stringify(settings),
      };
      const error = { name: "TypeError", message };
      await assert.rejects(reading(true, change), error);
    }
  }
});

Deno.test("readTokenizer() names the file that has a setting", async () => {
  const unknown = JSON.stringify({ unk_token: "<unk>" });
  const kitten = JSON.stringify({ tokenizer_class: "KittenTokenizer" });
  const cases = [
    ["tokenizer_config.json", unknown],
    ["special_tokens_map.json", unknown],
    ["config.json", kitten],
  ] as const;
  const none = {
    "tokenizer_config.json": "{}",
    "special_tokens_map.json": undefined,
  };
  for (const [file, text] of cases) {
    await assert.rejects(reading(true, { ...none, [file]: text }), {
      name: "TypeError",
      message: new RegExp(`^Cannot read "${file}": "\\w+" must be`),
    });
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
      { type: "WordPiece", vocab: { a: 0, b: 0 } },
      "SyntaxError",
      /each of its 2 pieces must have another id, from 0 on; found 0 for "b"/,
    ],
    [
      { type: "WordPiece", vocab: { a: 1e9 } },
      "SyntaxError",
      /found 1000000000 for "a"/,
    ],
    [
      { type: "WordPiece", vocab: { "a\0": 0 } },
      "SyntaxError",
      /the piece of id 0 must be text without NUL/,
    ],
    [
      { type: "WordPiece", vocab: { a: 0 } },
      "SyntaxError",
      /must hold all special tokens; found \d pieces without \[PAD\]/,
    ],
  ];
  for (const [model, name, message] of cases) {
    const change = {
      "vocab.txt": undefined,
      "special_tokens_map.json": undefined,
      "tokenizer.json": JSON.stringify({ model }),
      "tokenizer_config.json": JSON.stringify({
        tokenizer_class: "PreTrainedTokenizerFast",
      }),
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

/** Settings of a class that follows `tokenizer.json` in all it says. */
const WHOLE = { tokenizer_class: "PreTrainedTokenizerFast" };

/** Writes `tokenizer.json` after a change, its settings and a `vocab.txt`; opens them. */
async function openingJson(
  // deno-lint-ignore no-explicit-any
  change: (json: any) => void,
  settings: Record<string, unknown> = WHOLE,
  lines = VOCABULARY,
): ReturnType<typeof openTokenizer> {
  await using folder = await temporaryFolder();
  const json = jsonOf();
  change(json);
  const files = {
    "tokenizer.json": JSON.stringify(json),
    "tokenizer_config.json": JSON.stringify(settings),
    "vocab.txt": lines,
  };
  for (const [file, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(folder.path, file), text);
  }
  return await openTokenizer(folder.path);
}

const FLAGS = { single_word: false, lstrip: false, rstrip: false };

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
  [
    "an unknown normalizer",
    (json) => json.normalizer = { type: "Nmt" },
    /"normalizer\.type" must be "BertNormalizer" or .* found "Nmt"$/,
  ],
  [
    "an unknown step of a list of normalizers",
    (json) => {
      json.normalizer = {
        type: "Sequence",
        normalizers: [json.normalizer, { type: "Replace", content: "" }],
      };
    },
    /"normalizer\.type" must be .* found "Replace"$/,
  ],
  [
    "a flag that is none",
    (json) => json.normalizer.clean_text = 1,
    /"normalizer\.clean_text" must be true; found 1$/,
  ],
  [
    "words of bytes",
    (json) => json.pre_tokenizer = { type: "ByteLevel" },
    /"pre_tokenizer\.type" must be "BertPreTokenizer" or .* found "ByteLevel"$/,
  ],
  [
    "punctuation thrown away",
    (json) => json.pre_tokenizer = { type: "Punctuation", behavior: "Removed" },
    /"pre_tokenizer\.behavior" must be "Isolated"; found "Removed"$/,
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
    "an added token without its flags",
    (json) => json.added_tokens.push({ id: 16, content: "[SUBJ]" }),
    /"added_tokens\.5\.single_word" must be false; found nothing$/,
  ],
  [
    "padding on the left",
    (json) => json.padding = { strategy: "BatchLongest", direction: "Left" },
    /"padding" must be null; found {/,
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
  ["spaces kept", (json) => json.decoder.cleanup = false, /"decoder\.cleanup"/],
  ["what nobody knows", (json) => json.x = 1, /"x" must be nothing; found 1$/],
];

for (const [what, change, message] of NOT_FOLLOWED) {
  Deno.test(`fault 72: a tokenizer.json with ${what} is refused`, async () => {
    await assert.rejects(openingJson(change), { name: "TypeError", message });
  });
}

Deno.test("fault 72: an added token with the id of another, or after a gap, is refused", async () => {
  for (const id of [7, 17]) {
    const token = { id, content: "[SUBJ]", ...FLAGS, special: true };
    await assert.rejects(
      openingJson((json) =>
        json.added_tokens.push({ ...token, normalized: false })
      ),
      {
        name: "RangeError",
        message:
          `Cannot read a tokenizer: the added token "[SUBJ]" must have ` +
          `the id of its piece, or else the next id, 16; found ${id}`,
      },
    );
  }
});

Deno.test("fault 72: BertTokenizer follows its settings and warns of tokenizer.json", async () => {
  const { tokenizer, warnings } = await openingJson((json) => {
    json.normalizer.lowercase = false;
    json.pre_tokenizer = { type: "WhitespaceSplit" };
  }, { tokenizer_class: "BertTokenizer" });
  assert.deepEqual(tokenizer, new BertTokenizer(vocabulary));
  assert.deepEqual(warnings, [
    `In tokenizer.json "normalizer.lowercase" is false; BertTokenizer uses ` +
    `true instead, as in Python; to follow tokenizer.json, set ` +
    `"tokenizer_class" to "PreTrainedTokenizerFast" in tokenizer_config.json`,
  ]);
});

Deno.test("fault 72: what both classes need of tokenizer.json is refused of both", async () => {
  for (const settings of [WHOLE, { tokenizer_class: "BertTokenizer" }]) {
    await assert.rejects(
      openingJson((json) => json.version = "2.0", settings),
      { name: "TypeError", message: /"version" must be "1.0"; found "2.0"$/ },
    );
  }
});

Deno.test("fault 72: a class that follows tokenizer.json warns of its settings", async () => {
  const settings = { ...WHOLE, do_lower_case: false, strip_accents: null };
  const { tokenizer, warnings } = await openingJson(() => {}, settings);
  assert.equal(tokenizer.lowerCase, true);
  assert.match(
    warnings.join(),
    /^In tokenizer_config\.json "do_lower_case" is false; .* where it is true, as/,
  );
});

Deno.test("fault 72: of two vocabularies tokenizer.json is followed, with a warning", async () => {
  const older = VOCABULARY.replace("dog\n##s", "##s\ndog");
  const settings = { tokenizer_class: "BertTokenizer" };
  const { tokenizer, warnings } = await openingJson(() => {}, settings, older);
  assert.deepEqual(tokenizer, new BertTokenizer(vocabulary));
  assert.match(
    warnings.join(),
    /^vocab\.txt has "##s" and tokenizer\.json "dog" for id 7; .* remove vocab\.txt/,
  );
});

Deno.test("openTokenizer() warns of capitals that lower-casing never meets", async () => {
  const { warnings } = await openingJson(
    (json) => {
      json.model.vocab["The"] = 16;
    },
    WHOLE,
    VOCABULARY + "The\n",
  );
  assert.match(warnings.join(), /has 1 pieces with capitals, such as "The"/);
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
      const normalizers = [json.normalizer];
      json.normalizer = { type: "Sequence", normalizers };
    },
    (json) => {
      json.post_processor = {
        type: "BertProcessing",
        sep: ["[SEP]", 3],
        cls: ["[CLS]", 2],
      };
    },
  ];
  for (const change of spellings) {
    for (const tokenizer_class of ["BertTokenizer", WHOLE.tokenizer_class]) {
      const { tokenizer, warnings } = await openingJson(change, {
        tokenizer_class,
        mask_token: { content: "[MASK]", lstrip: false, normalized: false },
        extra_special_tokens: {},
      });
      assert.deepEqual(tokenizer, new BertTokenizer(vocabulary));
      assert.deepEqual(warnings, []);
    }
  }
});

Deno.test("a tokenizer that no BertTokenizer is, is saved for a class that follows tokenizer.json", () => {
  const model = { maxLength: 16, className: "BertTokenizer" };
  const classOf = (options: BertTokenizerOptions): unknown => {
    const files = tokenizerFiles(new BertTokenizer(vocabulary, options), model);
    return [
      JSON.parse(files["tokenizer_config.json"]!).tokenizer_class,
      "vocab.txt" in files,
    ];
  };
  assert.deepEqual(classOf({ lowerCase: false }), ["BertTokenizer", true]);
  assert.deepEqual(classOf({ maxInputCharsPerWord: 20 }), [
    WHOLE.tokenizer_class,
    false,
  ]);
});
