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
 * Reads a vocabulary file (`vocab.txt`), one piece a line, as Python's `tokenizers` does:
 * white space at the end of a line is none of the piece, and no word has the piece of a
 * blank line.
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
 * @throws {SyntaxError} If a line is repeated, holds NUL or a carriage return, or was
 * decoded with the wrong character set, or if a special token is missing.
 */
export function parseVocabulary(text: string, file: string): Vocabulary {
  const vocabulary = vocabularyOf(
    vocabularyLines(text),
    file,
    (id) => `line ${id + 1}`,
  );
  checkSpecialTokens(vocabulary, file);
  return vocabulary;
}

/**
 * The pieces of a vocabulary file, unchecked.
 *
 * @param text The decoded file.
 * @returns One piece for each line, "" for a blank one.
 */
export function vocabularyLines(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.replace(/\p{White_Space}+$/u, ""));
}

/**
 * Gives each piece its id, and refuses pieces that no vocabulary may have.
 *
 * @param pieces The pieces in order of their ids; "" for an id that no word gets.
 * @param file The file that has them, for error messages.
 * @param placeOf Where in it an id is.
 * @returns The vocabulary.
 * @throws {SyntaxError} If a piece is repeated, holds NUL or a carriage return, or was
 * decoded with the wrong character set.
 */
export function vocabularyOf(
  pieces: readonly string[],
  file: string,
  placeOf: (id: number) => string,
): Vocabulary {
  const idOf = new Map<string, number>();
  const mojibake = mojibakeOf(pieces);
  for (const [id, piece] of pieces.entries()) {
    const first = idOf.get(piece);
    const problem = first === undefined
      ? problemOf(piece, mojibake)
      : `must differ from all before; found ${quoted(piece)}, already on ` +
        placeOf(first);
    if (problem !== undefined) {
      throw new SyntaxError(
        `Cannot parse "${file}": ${placeOf(id)} ${problem}`,
      );
    }
    if (piece !== "") idOf.set(piece, id);
  }
  return { pieces, idOf };
}

/**
 * Refuses a vocabulary without all special tokens.
 *
 * @param vocabulary The vocabulary.
 * @param file The file that has it, for the error message.
 * @throws {SyntaxError} If one is missing.
 */
export function checkSpecialTokens(
  { pieces, idOf }: Vocabulary,
  file: string,
): void {
  const missing = SPECIAL_TOKENS.filter((token) => !idOf.has(token));
  if (missing.length === 0) return;
  throw new SyntaxError(
    `Cannot parse "${file}": a vocabulary must hold all special tokens; ` +
      `found ${pieces.length} pieces without ${missing.join(", ")}`,
  );
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

/** What is wrong with a piece, as the end of an error message. */
function problemOf(piece: string, mojibake?: string): string | undefined {
  const found = `found ${quoted(piece)}`;
  if (piece.includes("\r")) {
    return `must hold no carriage return; ${found}; save the file with LF line ends`;
  }
  if (piece.includes("\0")) return `must be text without NUL; ${found}`;
  if (piece.includes("\uFFFD") && !/^(##)?\uFFFD$/.test(piece)) {
    return `must hold no lost characters; ${found}, where U+FFFD has replaced one; ` +
      `take the file from its source again`;
  }
  if (piece === mojibake) {
    return `must be UTF-8 that nobody read as Latin-1 or Windows-1252; ${found}, ` +
      `once ${
        quoted(withoutMojibake(piece))
      }; take the file from its source again`;
  }
  return undefined;
}

/**
 * The first piece that shows that the file was decoded with the wrong character set:
 * then all that is not ASCII is mojibake. A single piece may be of texts that had it.
 */
function mojibakeOf(pieces: readonly string[]): string | undefined {
  const suspects = pieces.filter((piece) => /[\u0080-\uffff]/.test(piece));
  return suspects.every((piece) => withoutMojibake(piece) !== undefined)
    ? suspects[0]
    : undefined;
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
