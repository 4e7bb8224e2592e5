/**
 * Added tokens as the files of a tokenizer list them, collected as Python's transformers
 * 5.24 does.
 *
 * @module
 */

import { quoted } from "../printable.ts";
import { type AddedToken, specialToken } from "../tokenizer/added_tokens.ts";
import {
  CLS,
  MASK,
  PAD,
  SEP,
  UNK,
  type Vocabulary,
} from "../tokenizer/vocabulary.ts";
import { isObject } from "./strict_json.ts";

type Json = Record<string, unknown>;

/** What `tokenizer_config.json` calls the special tokens. */
export const SPECIAL_TOKEN_SETTINGS: Readonly<Record<string, string>> = Object
  .fromEntries([
    ["unk_token", UNK],
    ["sep_token", SEP],
    ["pad_token", PAD],
    ["cls_token", CLS],
    ["mask_token", MASK],
  ]);

/** An added token, and the id that a file gives it. */
export type ListedToken = { readonly token: AddedToken; readonly id?: number };

/** The files that list added tokens, parsed; empty if they are not there. */
export type TokenLists = {
  /** `tokenizer_config.json`. */
  readonly own: Json;
  /** The same with `special_tokens_map.json`, of older versions. */
  readonly settings: Json;
  /** `tokenizer.json`. */
  readonly json: Json | undefined;
  /** `added_tokens.json`, of older versions. */
  readonly older: Json;
  /** Whether `tokenizer.json` is followed in all it says. */
  readonly followsJson: boolean;
};

/**
 * Collects the added tokens: those that a file gives an id, in the order of the ids, then
 * those that are only named.
 *
 * @param files The files.
 * @returns Each token once.
 */
export function collectAddedTokens(files: TokenLists): ListedToken[] {
  const { own, settings, json, older, followsJson } = files;
  const byName: Json = {
    // First, as Python gives the ids.
    "bos_token": null,
    "eos_token": null,
    ...followsJson ? {} : SPECIAL_TOKEN_SETTINGS,
    ...settings,
  };
  const named = listedTokens(
    Object.keys(byName).filter((name) => name.endsWith("_token"))
      .map((name) => byName[name])
      .filter((token) => typeof token === "string" || isObject(token)),
  ).map(({ token }) => ({ token: { ...token, special: true } }));
  const isSpecial = (content: string): boolean =>
    [...named, ...extraTokens(own)].some(({ token }) =>
      token.content === content
    );
  const decoder = settings["added_tokens_decoder"];
  const inJson = Object.values(Object(json?.["added_tokens"]));
  const numbered = isObject(decoder)
    ? [
      ...followsJson ? inJson : [],
      ...Object.entries(decoder)
        .map(([id, token]) => ({ ...Object(token), id: Number(id) })),
    ]
    : [
      ...Object.entries(older)
        .map(([content, id]) => ({ content, id, special: isSpecial(content) })),
      ...inJson,
    ];
  const tokens = new Map<string, ListedToken>();
  for (const listed of listedTokens(numbered)) {
    tokens.set(listed.token.content, listed);
  }
  const inOrder = [...tokens.values()].sort((a, b) => a.id! - b.id!);
  const others = [...named, ...extraTokens(settings)]
    .filter(({ token }) => !tokens.has(token.content));
  return [...inOrder, ...others];
}

/** The special tokens that have no name; the second list is the older one. */
function extraTokens(settings: Json): ListedToken[] {
  const lists = ["extra_special_tokens", "additional_special_tokens"]
    .map((name) => Object.values(Object(settings[name])));
  return listedTokens(lists.find((list) => list.length > 0) ?? []);
}

/** Reads tokens as `tokenizer.json` has them, or their contents alone. */
function listedTokens(list: readonly unknown[]): ListedToken[] {
  return list.map((each) => {
    if (!isObject(each)) return { token: specialToken(String(each)) };
    const isSet = (flag: string): boolean => each[flag] === true;
    const token = {
      content: String(each["content"]),
      special: isSet("special"),
      normalized: (each["normalized"] ?? !isSet("special")) === true,
      singleWord: isSet("single_word"),
      lstrip: isSet("lstrip"),
      rstrip: isSet("rstrip"),
    };
    return each["id"] === undefined
      ? { token }
      : { token, id: Number(each["id"]) };
  });
}

/**
 * Refuses added tokens with other ids than they get in the vocabulary.
 *
 * @param vocabulary The pieces and the added tokens.
 * @param listed The added tokens.
 * @throws {RangeError} If one has another id: a gap, or that of another piece.
 */
export function checkAddedIds(
  { idOf }: Vocabulary,
  listed: readonly ListedToken[],
): void {
  for (const { token: { content }, id } of listed) {
    const own = idOf.get(content);
    if (id === undefined || id === own) continue;
    throw new RangeError(
      `Cannot read a tokenizer: the added token ${quoted(content)} must have ` +
        `the id of its piece, or else the next id, ${own}; found ${id}`,
    );
  }
}
