/**
 * The header of a safetensors file, checked before a byte of data is read.
 *
 * Format: https://github.com/huggingface/safetensors#format — 8 bytes N (little-endian
 * u64), N bytes of JSON that name dtype, shape and data_offsets of each tensor, then
 * the data, which the tensors must cover without holes or overlap.
 *
 * @module
 */

import { quoted, visibleControls } from "../printable.ts";
import { isObject, parseStrictJson } from "./strict_json.ts";

/** Bits of one value; what is not listed is not in the format (safetensors 0.8). */
const BITS_OF = {
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
} as const;

/** How the values of a tensor are stored. */
export type Dtype = keyof typeof BITS_OF;

/** The position and the type of a tensor. */
export type TensorFact = {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Its first byte, counted from the start of the data. */
  readonly begin: number;
  /** Behind its last byte. */
  readonly end: number;
};

/** What a header says. */
export type SafetensorsHeader = {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorFact>;
};

/** The format's own limit: a longer header is an attack or another kind of file. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Over 10,000 tensors: the largest BERT has 400. */
const MAX_VALUES = 100_000;

/** No tensor of a model has more axes; it keeps shapes short. */
const MAX_RANK = 16;

/**
 * Parses and checks a header.
 *
 * @param bytes The JSON part, N bytes.
 * @param dataBytes Bytes of data behind it.
 * @param file The file's name, for messages.
 * @returns The tensors in the order of the header.
 * @throws {SyntaxError} If the header is malformed.
 * @throws {TypeError} If a dtype is unknown.
 * @throws {RangeError} If shapes and offsets do not fit each other or the data.
 */
export function parseHeader(
  bytes: Uint8Array,
  dataBytes: number,
  file: string,
): SafetensorsHeader {
  const metadata: Record<string, string> = {};
  const tensors = new Map<string, TensorFact>();
  for (const [name, entry] of Object.entries(parseObject(bytes, file))) {
    if (name === "__metadata__") {
      Object.assign(metadata, parseMetadata(entry, file));
    } else tensors.set(name, parseEntry(name, entry, file));
  }
  checkCover(tensors, dataBytes, file);
  return { metadata, tensors };
}

function parseObject(bytes: Uint8Array, file: string): object {
  let problem: string;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const text = decoder.decode(bytes);
    if (text.startsWith("{")) {
      const header = parseStrictJson(text, 3, MAX_VALUES, wholeNumber);
      if (!HALF_CHARACTER.test(JSON.stringify(header))) return header as object;
      problem = "hold whole characters; found an escape of half of one";
    } else problem = `begin with "{"; found ${quoted(text.slice(0, 8))}`;
  } catch (error) {
    problem = `be ${
      error instanceof SyntaxError
        ? error.message
        : "valid UTF-8; found other bytes"
    }`;
  }
  throw malformed(file, `its header must ${problem}`);
}

/** JavaScript writes no other character as such an escape. */
const HALF_CHARACTER = /(?<!\\)(\\\\)*\\ud[89a-f]/;

/** A number; of a whole one that is not spelled as such, no number. */
function wholeNumber(digits: string): unknown {
  const value = Number(digits);
  const isMisspelled = Number.isInteger(value) && String(value) !== digits;
  return isMisspelled ? { spelled: digits } : value;
}

function parseMetadata(entry: unknown, file: string): Record<string, string> {
  if (entry === null) return {};
  if (!isObject(entry)) throw malformed(file, "__metadata__ must be an object");
  const strings = Object.entries(entry).map(([name, value]) => {
    if (typeof value === "string") return [name, value];
    throw malformed(file, `metadata must be strings; found ${quoted(value)}`);
  });
  return Object.fromEntries(strings);
}

function parseEntry(name: string, entry: unknown, file: string): TensorFact {
  const at = `tensor ${quoted(name)}`;
  if (name in {}) {
    throw malformed(
      file,
      `${at} must not be named like a part of every object`,
    );
  }
  // Every message that names a tensor may then print its name as it is.
  if (visibleControls(name) !== name) {
    throw malformed(file, `${at} must have a name without control characters`);
  }
  if (!isObject(entry)) throw malformed(file, `${at} must be an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(BITS_OF, dtype)) {
    throw new TypeError(
      `Cannot read "${file}": ${at} must have a known dtype; ` +
        `found ${quoted(dtype)}; known are ${Object.keys(BITS_OF).join(", ")}`,
    );
  }
  if (!isSizes(shape, MAX_RANK)) {
    throw malformed(
      file,
      `${at} must have a shape of at most ${MAX_RANK} sizes; found ${
        quoted(shape)
      }`,
    );
  }
  if (!isSizes(offsets, 2) || !(offsets[0]! <= offsets[1]!)) {
    throw malformed(
      file,
      `${at} must have two ascending data_offsets; found ${quoted(offsets)}`,
    );
  }
  const [begin, end] = offsets as [number, number];
  const fact = { dtype: dtype as Dtype, shape, begin, end };
  checkSize(at, fact, file);
  return fact;
}

/** Compares shape × dtype with the bytes, in integers that cannot overflow. */
function checkSize(at: string, fact: TensorFact, file: string): void {
  const { dtype, shape, begin, end } = fact;
  const count = shape.reduce((product, size) => product * BigInt(size), 1n);
  const bits = count * BigInt(BITS_OF[dtype]);
  if (bits !== 8n * BigInt(end - begin)) {
    const needed = bits % 8n === 0n ? `${bits / 8n}` : `${bits} bits`;
    throw new RangeError(
      `Cannot read "${file}": ${at} must have the bytes of its shape, ${needed} ` +
        `for ${dtype} [${shape}]; found data_offsets that span ${end - begin}`,
    );
  }
}

/** Refuses overlaps, holes, data out of range and data of no tensor. */
function checkCover(
  tensors: ReadonlyMap<string, TensorFact>,
  dataBytes: number,
  file: string,
): void {
  const inOrder = [...tensors].sort(([, a], [, b]) =>
    a.begin - b.begin || a.end - b.end
  );
  let covered = 0;
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== covered || end > dataBytes) {
      throw new RangeError(
        `Cannot read "${file}": tensor ${quoted(name)} must begin at byte ` +
          `${covered} and end within ${dataBytes}; found data_offsets ` +
          `[${begin}, ${end}], ${problemOf(begin, covered)}; download it again`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw new RangeError(
      `Cannot read "${file}": its tensors must cover all data; ` +
        `found ${covered} of ${dataBytes} bytes covered; download it again`,
    );
  }
}

function problemOf(begin: number, covered: number): string {
  if (begin < covered) return "an overlap";
  return begin > covered ? "a hole" : "out of range";
}

function isSizes(value: unknown, most: number): value is number[] {
  return Array.isArray(value) && value.length <= most &&
    value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function malformed(file: string, problem: string): SyntaxError {
  return new SyntaxError(`Cannot read "${file}": ${problem}`);
}
