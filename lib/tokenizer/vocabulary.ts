/**
 * The vocabulary of word pieces: one piece a line, its id is the line's index.
 *
 * @module
 */

import { quoted } from "../printable.ts";

/** Fills a sequence up to the length of its batch. */
export const PAD = "[PAD]";
/** Replaces a word that the vocabulary cannot spell. */
export const UNK = "[UNK]";
/** Opens every sequence; its last hidden state represents the sequence. */
export const CLS = "[CLS]";
/** Closes a sequence, or each of two sequences. */
export const SEP = "[SEP]";
/** Replaces a masked token in masked language modelling. */
export const MASK = "[MASK]";

/** The five special tokens (Devlin et al., 2019, sections 3 and 3.1). */
export const SPECIAL_TOKENS: readonly string[] = [PAD, UNK, CLS, SEP, MASK];

/** Marks a piece that continues a word: `play ##ing`. */
export const CONTINUATION = "##";

/** Word pieces and their ids. */
export type Vocabulary = {
  /** The pieces in order of their ids, [V]. */
  readonly pieces: readonly string[];
  /** The id of a piece: its index in `pieces`. */
  readonly idOf: ReadonlyMap<string, number>;
};

/**
 * Reads a vocabulary file (`vocab.txt`), one piece a line.
 *
 * A wrong line moves every id behind it, and the model then reads other words
 * without any error; so whatever shifts or spoils a line is refused here.
 *
 * @example The id is the line's index
 * ```ts
 * import { parseVocabulary } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\n##ing\n";
 * const vocabulary = parseVocabulary(text, "vocab.txt");
 * assert.equal(vocabulary.idOf.get("##ing"), 6);
 * ```
 *
 * @param text The decoded file, with or without a final newline.
 * @param file The file's name, for error messages.
 * @returns The pieces and their ids.
 * @throws {SyntaxError} If a line is empty, repeated, holds NUL, ends in a carriage return
 * or was decoded with the wrong character set, or if a special token is missing.
 */
export function parseVocabulary(text: string, file: string): Vocabulary {
  const pieces = text.split("\n");
  if (pieces.at(-1) === "") pieces.pop();
  const idOf = new Map<string, number>();
  for (const [id, piece] of pieces.entries()) {
    const problem = problemOf(piece, idOf);
    if (problem !== undefined) {
      throw new SyntaxError(
        `Cannot parse "${file}": line ${id + 1} ${problem}`,
      );
    }
    idOf.set(piece, id);
  }
  const missing = SPECIAL_TOKENS.filter((token) => !idOf.has(token));
  if (missing.length > 0) {
    throw new SyntaxError(
      `Cannot parse "${file}": a vocabulary must hold all special tokens; ` +
        `found ${pieces.length} pieces without ${missing.join(", ")}`,
    );
  }
  return { pieces, idOf };
}

/**
 * The id of `[MASK]`.
 *
 * @param vocabulary The vocabulary.
 * @returns The id.
 * @throws {RangeError} If the vocabulary, made by hand, lacks it.
 */
export function maskIdOf({ pieces, idOf }: Vocabulary): number {
  const id = idOf.get(MASK);
  if (id !== undefined) return id;
  throw new RangeError(
    `Cannot mask tokens: the vocabulary must hold ${MASK}; ` +
      `found ${pieces.length} pieces without it`,
  );
}

/** What is wrong with a line, as the end of an error message. */
function problemOf(
  piece: string,
  idOf: ReadonlyMap<string, number>,
): string | undefined {
  const found = `found ${quoted(piece)}`;
  if (piece === "") return `must hold a word piece; found an empty line`;
  if (piece.includes("\r")) {
    return `must end in a line feed alone; ${found}; save the file with LF line ends`;
  }
  if (piece.includes("\0")) return `must be text without NUL; ${found}`;
  if (piece.includes("\uFFFD")) {
    return `must be decoded as UTF-8; ${found}; save the file as UTF-8`;
  }
  const text = withoutMojibake(piece);
  if (text !== undefined) {
    return `must be UTF-8 that nobody read as Latin-1 or Windows-1252; ${found}, ` +
      `once ${quoted(text)}; take the file from its source again`;
  }
  const first = idOf.get(piece);
  if (first !== undefined) {
    return `must differ from all lines before; ${found}, already on line ${
      first + 1
    }`;
  }
  return undefined;
}

/** The byte of each character of Windows-1252. */
const BYTE_OF = new Map(
  Array.from(
    new TextDecoder("windows-1252")
      .decode(Uint8Array.from({ length: 256 }, (_, byte) => byte)),
    (char, byte) => [char, byte],
  ),
);

/**
 * What a piece reads if its characters are taken for bytes of UTF-8: the trace of a
 * file that was decoded as Latin-1 or Windows-1252. Undefined for all other pieces.
 */
function withoutMojibake(piece: string): string | undefined {
  if (!/[\u0080-\uffff]/.test(piece)) return undefined;
  // Words have letters of Windows-1252 beside one another; bytes are symbols too.
  const isWord = /[\u0100-\uffff]/.test(piece) &&
    !/[^\p{ASCII}\p{L}]/u.test(piece);
  const bytes = Array.from(
    piece,
    (char) => char <= "\u00ff" ? char.charCodeAt(0) : BYTE_OF.get(char) ?? -1,
  );
  if (isWord || bytes.includes(-1)) return undefined;
  const text = new TextDecoder().decode(Uint8Array.from(bytes));
  return text.includes("\uFFFD") ? undefined : text;
}

/**
 * Checks that every piece has its row in the embedding table.
 *
 * @param vocabulary The vocabulary.
 * @param numRows V: rows of the embedding table.
 * @throws {RangeError} If the two numbers differ.
 */
export function checkVocabularySize(
  vocabulary: Vocabulary,
  numRows: number,
): void {
  const { length } = vocabulary.pieces;
  if (length !== numRows) {
    throw new RangeError(
      `Cannot embed tokens: each word piece must have one row of the table; ` +
        `found ${length} pieces and ${numRows} rows; take both from one checkpoint`,
    );
  }
}

/**
 * Looks up the ids of tokens; a token outside the vocabulary gets that of `[UNK]`.
 *
 * @param tokens Word pieces and special tokens, [T].
 * @param vocabulary The vocabulary.
 * @returns The ids, [T].
 */
export function idsOf(
  tokens: readonly string[],
  vocabulary: Vocabulary,
): number[] {
  const { idOf } = vocabulary;
  const unknown = idOf.get(UNK)!;
  return tokens.map((token) => idOf.get(token) ?? unknown);
}
