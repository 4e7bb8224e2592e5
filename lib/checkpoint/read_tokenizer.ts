/** A tokenizer in Hugging Face's files, read and written. @module */

// deno-lint-ignore-file camelcase -- the names in the files are Hugging Face's

import { quoted } from "../printable.ts";
import {
  BertTokenizer,
  type BertTokenizerOptions,
} from "../tokenizer/bert_tokenizer.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import {
  checkSpecialTokens,
  parseVocabulary,
  type Vocabulary,
  vocabularyLines,
} from "../tokenizer/vocabulary.ts";
import { BERT_TOKENIZERS, JSON_TOKENIZERS } from "./architectures.ts";
import {
  checkAddedIds,
  collectAddedTokens,
  SPECIAL_TOKEN_SETTINGS,
} from "./listed_tokens.ts";
import { type ModelFiles, readObject, requireObject } from "./model_files.ts";
import { isObject } from "./strict_json.ts";
import {
  differenceFrom,
  notFollowed,
  orOf,
  tokenizerFromJson,
  tokenizerJson,
  wordPiecesOf,
} from "./tokenizer_json.ts";

type Json = Record<string, unknown>;

/** A tokenizer, and what its files say otherwise. */
export type OpenedTokenizer = {
  readonly tokenizer: BertTokenizer;
  /** Sentences; none if its files agree. */
  readonly warnings: readonly string[];
};

/**
 * Reads a tokenizer from the files of a model, and says where they contradict one another.
 *
 * @param files The files.
 * @returns The tokenizer and the warnings.
 * @throws As `readTokenizer` does.
 */
export async function tokenizerFrom(
  files: ModelFiles,
): Promise<OpenedTokenizer> {
  const objectIn = async (file: string): Promise<Json> =>
    await readObject(files, file) ?? {};
  const config = await objectIn("config.json");
  const own = await objectIn("tokenizer_config.json");
  // Python reads the files of older versions only where this list is missing.
  const map = "added_tokens_decoder" in own
    ? {}
    : await objectIn("special_tokens_map.json");
  const settings = checkedSettings({
    "config.json": { tokenizer_class: config["tokenizer_class"] },
    "tokenizer_config.json": own,
    "special_tokens_map.json": map,
  });
  const text = await files.text("vocab.txt");
  const followsJson = JSON_TOKENIZERS.includes(
    `${settings["tokenizer_class"]}`,
  );
  const needsJson = followsJson || text === undefined;
  const json = await (needsJson ? requireObject : readObject)(
    files,
    "tokenizer.json",
  );
  const listed = collectAddedTokens({
    own,
    settings,
    json,
    older: await objectIn("added_tokens.json"),
    followsJson,
  });
  const addedTokens = listed.map(({ token }) => token);
  const tokenizer = json && followsJson
    ? tokenizerFromJson(json, addedTokens)
    : new BertTokenizer(
      json ? wordPiecesOf(json) : parseVocabulary(text!, "vocab.txt"),
      { ...rulesIn(settings), addedTokens },
    );
  const { vocabulary, wordPieces } = tokenizer;
  checkSpecialTokens(vocabulary, json ? "tokenizer.json" : "vocab.txt");
  checkAddedIds(vocabulary, listed);
  const warnings = [
    json && contradictionIn(json, tokenizer, followsJson),
    followsJson ? contradictionOf(settings, tokenizer) : undefined,
    json && text !== undefined ? stalenessOf(text, wordPieces) : undefined,
    capitalsIn(tokenizer),
  ].filter((warning) => warning !== undefined);
  return { tokenizer, warnings };
}

/** The settings of all files; refuses those that this tokenizer does not follow. */
function checkedSettings(files: Record<string, Json>): Json {
  const settings: Json = Object.assign({}, ...Object.values(files));
  const allowed: Record<string, readonly unknown[]> = {
    tokenizer_class: [null, ...BERT_TOKENIZERS, ...JSON_TOKENIZERS],
    do_lower_case: [true, false],
    strip_accents: [null, true, false],
    tokenize_chinese_chars: [true, false],
    do_basic_tokenize: [true],
    never_split: [null],
    split_special_tokens: [false],
    ...Object.fromEntries(
      Object.entries(SPECIAL_TOKEN_SETTINGS)
        .map(([name, token]) => [name, [token]]),
    ),
    padding_side: ["right"],
    truncation_side: ["right"],
  };
  for (const [name, values] of Object.entries(allowed)) {
    let value = settings[name];
    if (isObject(value) && "content" in value) value = value["content"];
    const isEmpty = Array.isArray(value) && value.length === 0;
    if (value === undefined || values.includes(isEmpty ? null : value)) {
      continue;
    }
    const last = Object.keys(files).findLast((file) =>
      files[file]![name] !== undefined
    );
    throw notFollowed(last!, name, value, orOf(values));
  }
  return settings;
}

/** How `BertTokenizer` normalizes with these settings. */
function rulesIn(settings: Json): BertTokenizerOptions {
  const lowerCase = settings["do_lower_case"] !== false;
  return {
    normalizers: [{
      type: "BertNormalizer",
      cleanText: true,
      handleChineseChars: settings["tokenize_chinese_chars"] !== false,
      stripAccents: (settings["strip_accents"] ?? lowerCase) === true,
      lowerCase,
    }],
  };
}

/** Refuses, or warns of, what `tokenizer.json` says otherwise. */
function contradictionIn(
  json: Json,
  tokenizer: BertTokenizer,
  followsJson: boolean,
): string | undefined {
  const difference = differenceFrom(json, tokenizer);
  if (difference === undefined) return undefined;
  const [path, found, expected] = difference;
  const isNeeded = ["version", "truncation", "padding"].includes(path);
  if (followsJson || isNeeded) {
    throw notFollowed("tokenizer.json", path, found, quoted(expected));
  }
  return `In tokenizer.json "${path}" is ${
    quoted(found)
  }; BertTokenizer uses ` +
    `${
      quoted(expected)
    } instead, as in Python; to follow tokenizer.json, set ` +
    `"tokenizer_class" to "PreTrainedTokenizerFast" in tokenizer_config.json`;
}

/** A warning of a setting that `tokenizer.json` overrules. */
function contradictionOf(
  settings: Json,
  tokenizer: BertTokenizer,
): string | undefined {
  const followed = settingsOf(tokenizer);
  followed["strip_accents"] ??= tokenizer.lowerCase;
  for (const [name, value] of Object.entries(followed)) {
    const found = settings[name] ?? value;
    if (found === value) continue;
    return `In tokenizer_config.json "${name}" is ${
      quoted(found)
    }; the tokenizer ` +
      `follows tokenizer.json, where it is ${quoted(value)}, as Python's ` +
      `PreTrainedTokenizerFast does`;
  }
}

/** A warning of a `vocab.txt` that an older model left, or a newer one. */
function stalenessOf(text: string, { pieces }: Vocabulary): string | undefined {
  const lines = vocabularyLines(text);
  const ids = Math.max(pieces.length, lines.length);
  for (let id = 0; id < ids; id++) {
    const [line, piece] = [lines[id], pieces[id]];
    if (line === piece?.trimEnd()) continue;
    return `vocab.txt has ${quoted(line)} and tokenizer.json ${
      quoted(piece)
    } for ` +
      `id ${id}; the tokenizer follows tokenizer.json, as Python's does; remove ` +
      `vocab.txt if it is of another model`;
  }
}

/** A warning of pieces that the tokenizer never uses. */
function capitalsIn(
  { wordPieces, lowerCase }: BertTokenizer,
): string | undefined {
  const cased = wordPieces.pieces.filter((piece) => /^(##)?[A-Z]/.test(piece));
  if (!lowerCase || cased.length === 0) return undefined;
  return `The vocabulary has ${cased.length} pieces with capitals, such as ` +
    `${quoted(cased[0])}, that a tokenizer which lower-cases never uses; ` +
    `set "do_lower_case" to false in tokenizer_config.json`;
}

/** The settings of `BertTokenizer` that normalize as the tokenizer does, if any do. */
function settingsOf({ normalizers, lowerCase }: BertTokenizer): Json {
  const step = normalizers.find((step) => step.type === "BertNormalizer");
  const { handleChineseChars = true, stripAccents = lowerCase } = step ?? {};
  return {
    do_lower_case: lowerCase,
    tokenize_chinese_chars: handleChineseChars,
    strip_accents: stripAccents === lowerCase ? null : stripAccents,
  };
}

/**
 * The files from which Python's transformers, and {@linkcode readTokenizer}, open
 * a tokenizer.
 *
 * @param tokenizer The tokenizer.
 * @param model The longest sequence of its model, in tokens, and the class of its
 * tokenizer in Python.
 * @returns Content by file name.
 * @throws {TypeError} If it is not BERT's.
 */
export function tokenizerFiles(
  tokenizer: Tokenizer,
  model: { maxLength: number; className: string },
): Record<string, string> {
  if (!(tokenizer instanceof BertTokenizer)) {
    throw new TypeError(
      `Cannot save a tokenizer: it must be a BertTokenizer; found another one`,
    );
  }
  const json = tokenizerJson(tokenizer);
  const settings = settingsOf(tokenizer);
  // Whether these settings say all that there is to say of the tokenizer.
  const { wordPieces, addedTokens } = tokenizer;
  const isBert = differenceFrom(
    json,
    new BertTokenizer(wordPieces, { ...rulesIn(settings), addedTokens }),
  ) === undefined;
  const files = {
    "tokenizer.json": JSON.stringify(json),
    "tokenizer_config.json": JSON.stringify(
      {
        do_lower_case: tokenizer.lowerCase,
        ...SPECIAL_TOKEN_SETTINGS,
        ...settings,
        tokenizer_class: isBert ? model.className : JSON_TOKENIZERS[0],
        model_max_length: model.maxLength,
      },
      null,
      2,
    ) + "\n",
    "special_tokens_map.json": JSON.stringify(SPECIAL_TOKEN_SETTINGS, null, 2) +
      "\n",
  };
  return isBert
    ? { ...files, "vocab.txt": wordPieces.pieces.join("\n") + "\n" }
    : files;
}
