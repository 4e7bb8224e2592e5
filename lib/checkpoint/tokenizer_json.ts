/** The file `tokenizer.json` of Hugging Face's tokenizers library, read and written. @module */

// deno-lint-ignore-file camelcase -- the names in the file are Hugging Face's

import { quoted } from "../printable.ts";
import type { AddedToken } from "../tokenizer/added_tokens.ts";
import { BertTokenizer } from "../tokenizer/bert_tokenizer.ts";
import {
  type Normalizer,
  PRE_TOKENIZERS,
  type PreTokenizer,
} from "../tokenizer/normalize.ts";
import {
  CLS,
  CONTINUATION,
  SEP,
  UNK,
  type Vocabulary,
  vocabularyOf,
} from "../tokenizer/vocabulary.ts";
import { isObject } from "./strict_json.ts";

const FILE = "tokenizer.json";

type Json = Record<string, unknown>;

/**
 * The vocabulary inside `tokenizer.json`, without added tokens.
 *
 * @param json The parsed file.
 * @returns The word pieces; "" for an id that has none.
 * @throws {TypeError} If it is of another kind of tokenizer.
 * @throws {SyntaxError} If it is malformed.
 */
export function wordPiecesOf({ model }: Json): Vocabulary {
  const { type = "WordPiece", vocab } = isObject(model) ? model : {};
  if (type !== "WordPiece" || !isObject(vocab)) {
    throw new TypeError(
      `Cannot read "${FILE}": its model must be WordPiece with a vocabulary; ` +
        `found ${quoted(isObject(model) ? model["type"] : model)}`,
    );
  }
  const entries = Object.entries(vocab);
  const pieces: string[] = [];
  for (const [piece, id] of entries) {
    // Blank lines of a vocab.txt leave ids without a piece; most ids have one.
    const isId = Number.isInteger(id) && Number(id) >= 0 &&
      Number(id) < 2 * entries.length;
    if (!isId || pieces[Number(id)] !== undefined) {
      throw new SyntaxError(
        `Cannot parse "${FILE}": each of its ${entries.length} pieces must have ` +
          `another id, from 0 on; found ${quoted(id)} for ${quoted(piece)}`,
      );
    }
    pieces[Number(id)] = piece;
  }
  return vocabularyOf(
    Array.from(pieces, (piece) => piece ?? ""),
    FILE,
    (id) => `the piece of id ${id}`,
  );
}

/**
 * Makes the tokenizer that a `tokenizer.json` describes.
 *
 * @param json The parsed file.
 * @param addedTokens What stays whole in a text: the file's own, and those of others.
 * @returns The tokenizer; {@linkcode firstDifference} says whether it is that of the file.
 * @throws {TypeError} If it has a step that is not known.
 * @throws {SyntaxError} If its vocabulary is malformed.
 */
export function tokenizerFromJson(
  json: Json,
  addedTokens: readonly AddedToken[],
): BertTokenizer {
  const { normalizer, pre_tokenizer, model } = json;
  const most = Object(model)["max_input_chars_per_word"];
  return new BertTokenizer(wordPiecesOf(json), {
    normalizers: stepsOf(normalizer, "normalizers").map(normalizerOf),
    preTokenizers: stepsOf(pre_tokenizer, "pretokenizers").map(preTokenizerOf),
    ...Number.isInteger(most) && { maxInputCharsPerWord: most },
    addedTokens,
  });
}

/**
 * The first thing in a `tokenizer.json` by which a text could get other ids, or ids
 * another text, than from a tokenizer.
 *
 * `truncation` and `padding` are passed over, but for their side: Python's transformers,
 * too, asks for both at each call.
 *
 * @param json The parsed file.
 * @param tokenizer The tokenizer.
 * @returns The path, what the file has there, and what it would have to have; undefined
 * if there is no difference.
 */
export function differenceFrom(
  json: Json,
  tokenizer: BertTokenizer,
): [path: string, found: unknown, expected: unknown] | undefined {
  const { model, added_tokens, post_processor } = json;
  const expected = tokenizerJson(tokenizer);
  const idOf = (token: string): number => tokenizer.vocabulary.idOf.get(token)!;
  const sideOf = (part: unknown): unknown =>
    isObject(part) && part["direction"] === "Left" ? part : null;
  const normalizers = stepsOf(json["normalizer"], "normalizers").map((step) =>
    // Two ways to say the same of accents.
    isObject(step) && step["type"] === "BertNormalizer" &&
      step["strip_accents"] === step["lowercase"]
      ? { ...step, strip_accents: null }
      : step
  );
  const found = {
    ...json,
    truncation: sideOf(json["truncation"]),
    padding: sideOf(json["padding"]),
    added_tokens: Array.isArray(added_tokens)
      ? added_tokens.toSorted((a, b) => a?.id - b?.id)
      : added_tokens,
    normalizer: sequenceOf(normalizers, "normalizers"),
    pre_tokenizer: sequenceOf(
      stepsOf(json["pre_tokenizer"], "pretokenizers"),
      "pretokenizers",
    ),
    // Older files do not name the kind of model.
    model: { type: "WordPiece", ...model as object, vocab: null },
  };
  return firstDifference(found, {
    ...expected,
    model: { ...expected["model"] as object, vocab: null },
    ...isObject(post_processor) &&
      post_processor["type"] === "BertProcessing" && {
      // The older name of the same template.
      post_processor: {
        type: "BertProcessing",
        sep: [SEP, idOf(SEP)],
        cls: [CLS, idOf(CLS)],
      },
    },
  });
}

/**
 * The error for what is not followed.
 *
 * @param file The file that has it.
 * @param path Where.
 * @param found What it is there.
 * @param must What it must be: words, or a value.
 */
export function notFollowed(
  file: string,
  path: string,
  found: unknown,
  must: string,
): TypeError {
  return new TypeError(
    `Cannot read "${file}": "${path}" must be ${must}; found ${quoted(found)}`,
  );
}

/** The steps of a part of the tokenizer: of a sequence, each; of nothing, none. */
function stepsOf(part: unknown, list: string): unknown[] {
  if (part === null || part === undefined) return [];
  const isSequence = isObject(part) && part["type"] === "Sequence";
  const steps = isSequence ? part[list] : undefined;
  return Array.isArray(steps)
    ? steps.flatMap((step) => stepsOf(step, list))
    : [part];
}

/** The way back: steps as one part of the tokenizer. */
function sequenceOf(steps: readonly unknown[], list: string): unknown {
  if (steps.length > 1) return { type: "Sequence", [list]: steps };
  return steps[0] ?? null;
}

const PLAIN_NORMALIZERS = [
  ...["Lowercase", "StripAccents"] as const,
  ...["NFC", "NFD", "NFKC", "NFKD"] as const,
];

function normalizerOf(step: unknown): Normalizer {
  const json = isObject(step) ? step : {};
  const isSet = (flag: string): boolean => json[flag] !== false;
  if (json["type"] === "BertNormalizer") {
    return {
      type: "BertNormalizer",
      cleanText: isSet("clean_text"),
      handleChineseChars: isSet("handle_chinese_chars"),
      stripAccents: (json["strip_accents"] ?? json["lowercase"]) !== false,
      lowerCase: isSet("lowercase"),
    };
  }
  const type = PLAIN_NORMALIZERS.find((name) => name === json["type"]);
  if (type !== undefined) return { type };
  const known = orOf(["BertNormalizer", ...PLAIN_NORMALIZERS]);
  throw notFollowed(FILE, "normalizer.type", json["type"], known);
}

function normalizerJson(step: Normalizer): Json {
  if (step.type !== "BertNormalizer") return step;
  const { type, cleanText, handleChineseChars, stripAccents, lowerCase } = step;
  return {
    type,
    clean_text: cleanText,
    handle_chinese_chars: handleChineseChars,
    strip_accents: stripAccents === lowerCase ? null : stripAccents,
    lowercase: lowerCase,
  };
}

function preTokenizerOf(step: unknown): PreTokenizer {
  const { type } = isObject(step) ? step : {};
  const known = PRE_TOKENIZERS.find((name) => name === type);
  if (known !== undefined) return known;
  throw notFollowed(FILE, "pre_tokenizer.type", type, orOf(PRE_TOKENIZERS));
}

function preTokenizerJson(type: PreTokenizer): Json {
  return type === "Punctuation" ? { type, behavior: "Isolated" } : { type };
}

/**
 * The values that are allowed, for a message.
 *
 * @param values Any values.
 */
export function orOf(values: readonly unknown[]): string {
  return values.map(quoted).join(" or ");
}

/** Where two JSON values differ first, and what they are there. */
function firstDifference(
  found: unknown,
  expected: unknown,
  path = "",
): [path: string, found: unknown, expected: unknown] | undefined {
  const isLeaf = [found, expected].some((value) =>
    typeof value !== "object" || value === null
  );
  if (isLeaf || Array.isArray(found) !== Array.isArray(expected)) {
    return found === expected ? undefined : [path, found, expected];
  }
  const [a, b] = [found, expected] as Record<string, unknown>[];
  for (const name of Object.keys({ ...b, ...a })) {
    const inside = path === "" ? name : `${path}.${name}`;
    const difference = firstDifference(a![name], b![name], inside);
    if (difference !== undefined) return difference;
  }
}

/**
 * A tokenizer in the form of Hugging Face's tokenizers library, version 1.0.
 *
 * @param tokenizer The tokenizer.
 * @returns An object for `JSON.stringify`.
 */
export function tokenizerJson(tokenizer: BertTokenizer): Json {
  const { vocabulary, normalizers, preTokenizers } = tokenizer;
  const idOf = (token: string): number => vocabulary.idOf.get(token)!;
  const special = (id: string, segment: number): object => ({
    SpecialToken: { id, type_id: segment },
  });
  const sentence = (id: string, segment: number): object => ({
    Sequence: { id, type_id: segment },
  });
  const single = [special(CLS, 0), sentence("A", 0), special(SEP, 0)];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: tokenizer.addedTokens.map((token) => ({
      id: idOf(token.content),
      content: token.content,
      single_word: token.singleWord,
      lstrip: token.lstrip,
      rstrip: token.rstrip,
      normalized: token.normalized,
      special: token.special,
    })),
    normalizer: sequenceOf(normalizers.map(normalizerJson), "normalizers"),
    pre_tokenizer: sequenceOf(
      preTokenizers.map(preTokenizerJson),
      "pretokenizers",
    ),
    post_processor: {
      type: "TemplateProcessing",
      single,
      pair: [...single, sentence("B", 1), special(SEP, 1)],
      special_tokens: Object.fromEntries(
        [CLS, SEP].map((id) => [id, { id, ids: [idOf(id)], tokens: [id] }]),
      ),
    },
    decoder: { type: "WordPiece", prefix: CONTINUATION, cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: UNK,
      continuing_subword_prefix: CONTINUATION,
      max_input_chars_per_word: tokenizer.maxInputCharsPerWord,
      // Of several blank pieces the last, as Python's.
      vocab: Object.fromEntries(
        tokenizer.wordPieces.pieces.map((piece, id) => [piece, id]),
      ),
    },
  };
}
