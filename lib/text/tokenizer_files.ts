/** A tokenizer as the files that Hugging Face's libraries read and write. @module */

// deno-lint-ignore-file camelcase -- the keys are those of the files

import type { Tokenizer } from "./tokenizer.ts";
import {
  CLS,
  CONTINUATION,
  MASK,
  PAD,
  parseVocabulary,
  SEP,
  SPECIAL_TOKENS,
  UNK,
} from "./vocabulary.ts";
import { MAX_WORD_LENGTH } from "./wordpiece.ts";

const TOKEN_NAMES = {
  unk_token: UNK,
  sep_token: SEP,
  pad_token: PAD,
  cls_token: CLS,
  mask_token: MASK,
};

/**
 * Writes a tokenizer as `vocab.txt`, `tokenizer.json`, `tokenizer_config.json`
 * and `special_tokens_map.json`, the four files of a BERT checkpoint.
 *
 * @param tokenizer The tokenizer.
 * @param options `maxLength`: longest sequence of the model, in tokens.
 * @returns The contents under the files' names.
 */
export function tokenizerFiles(
  tokenizer: Tokenizer,
  options: { maxLength: number },
): Record<string, string> {
  const config = {
    do_lower_case: tokenizer.lowerCase,
    ...TOKEN_NAMES,
    tokenize_chinese_chars: true,
    strip_accents: null,
    model_max_length: options.maxLength,
    tokenizer_class: "BertTokenizer",
  };
  return {
    "vocab.txt": tokenizer.vocabulary.pieces.join("\n") + "\n",
    "tokenizer.json": JSON.stringify(tokenizerJson(tokenizer)) + "\n",
    "tokenizer_config.json": JSON.stringify(config, null, 2) + "\n",
    "special_tokens_map.json": JSON.stringify(TOKEN_NAMES, null, 2) + "\n",
  };
}

/**
 * Reads a tokenizer from `vocab.txt` and `tokenizer_config.json`.
 *
 * @param files The contents of the two files.
 * @param folder Where they lie, for error messages.
 * @returns The tokenizer, lower-casing unless the configuration says otherwise.
 * @throws {SyntaxError} If a file is malformed.
 * @throws {TypeError} If the configuration asks for another kind of tokenizer.
 */
export function parseTokenizer(
  files: { vocabulary: string; config: string },
  folder: string,
): Tokenizer {
  const config = parseConfig(files.config, `${folder}/tokenizer_config.json`);
  return {
    vocabulary: parseVocabulary(files.vocabulary, `${folder}/vocab.txt`),
    lowerCase: config.do_lower_case ?? true,
  };
}

/** What of `tokenizer_config.json` decides about the ids. */
type TokenizerConfig = {
  do_lower_case?: boolean;
  strip_accents?: boolean | null;
  tokenize_chinese_chars?: boolean;
  tokenizer_class?: string;
};

function parseConfig(text: string, file: string): TokenizerConfig {
  const config = parseJson(text, file) as TokenizerConfig | null;
  if (!isOurs(config)) {
    throw new TypeError(
      `Cannot read "${file}" as the tokenizer must be BertTokenizer, strip ` +
        `accents if it lower-cases, and space out Chinese: found ${text.trim()}`,
    );
  }
  return config;
}

/** True for a configuration that asks for what phases 1 to 4 do. */
function isOurs(config: TokenizerConfig | null): config is TokenizerConfig {
  const lowerCase = config?.do_lower_case ?? true;
  return config !== null &&
    typeof lowerCase === "boolean" &&
    (config.strip_accents ?? lowerCase) === lowerCase &&
    config.tokenize_chinese_chars !== false &&
    /^BertTokenizer(Fast)?$/.test(config.tokenizer_class ?? "BertTokenizer");
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(
      `Cannot parse "${file}" as it must be JSON: ${(error as Error).message}`,
    );
  }
}

/** The pipeline in the format of Hugging Face's `tokenizers`. */
function tokenizerJson(tokenizer: Tokenizer): Record<string, unknown> {
  const { vocabulary, lowerCase } = tokenizer;
  const id = (token: string): number => vocabulary.idOf.get(token)!;
  const special = (token: string, segment: number): unknown => (
    { SpecialToken: { id: token, type_id: segment } }
  );
  const sequence = (name: "A" | "B", segment: number): unknown => (
    { Sequence: { id: name, type_id: segment } }
  );
  const first = [special(CLS, 0), sequence("A", 0), special(SEP, 0)];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content) => ({
      id: id(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })).sort((a, b) => a.id - b.id),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: lowerCase,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: first,
      pair: [...first, sequence("B", 1), special(SEP, 1)],
      special_tokens: Object.fromEntries(
        [CLS, SEP].map((token) => [
          token,
          { id: token, ids: [id(token)], tokens: [token] },
        ]),
      ),
    },
    decoder: { type: "WordPiece", prefix: CONTINUATION, cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: UNK,
      continuing_subword_prefix: CONTINUATION,
      max_input_chars_per_word: MAX_WORD_LENGTH,
      vocab: Object.fromEntries(vocabulary.idOf),
    },
  };
}
