/** Strict JSON: what comes from elsewhere, parsed without surprises. @module */

import { quoted } from "../printable.ts";

/** More than any model's files hold: a vocabulary has less than 600,000 pieces. */
const MAX_VALUES = 1_000_000;

const LITERALS = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** A number or a literal. */
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** A string without escapes. */
// deno-lint-ignore no-control-regex -- controls must be escaped
const PLAIN_STRING = /"[^"\\\u0000-\u001f]*"/y;

/**
 * Parses JSON (RFC 8259), and refuses what `JSON.parse` accepts: a name twice in one
 * object, of which the later silently wins, and nesting or values without end.
 *
 * `JSON.parse` itself is not used for objects: that of V8 15.0 gives a name with an
 * escape the spelling of an earlier one, now and then.
 *
 * @example
 * ```ts
 * import { parseStrictJson } from "bertbook/checkpoint/strict_json.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseStrictJson('{"a": [1]}', 2), { a: [1] });
 * assert.throws(() => parseStrictJson('{"a": [1]}', 1), /nested at most 1/);
 * assert.throws(() => parseStrictJson('{"a": 1, "\\u0061": 2}', 2), /"a" twice/);
 * ```
 *
 * @param text The JSON text.
 * @param maxDepth How many objects and arrays may be nested.
 * @param maxValues How many values there may be in all.
 * @param numberOf Reads the digits of a number; default `Number`.
 * @returns The value.
 * @throws {SyntaxError} If the text is not such JSON; the message ends a sentence
 * that begins "must be".
 */
export function parseStrictJson(
  text: string,
  maxDepth: number,
  maxValues: number = MAX_VALUES,
  numberOf: (digits: string) => unknown = Number,
): unknown {
  let at = 0, numValues = 0;
  const all = value(0);
  if (next() !== "") throw unexpected();
  return all;

  /** The next character that is no white space; empty at the end. */
  function next(): string {
    for (;; at++) {
      const code = text.charCodeAt(at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) {
        return text.charAt(at);
      }
    }
  }

  function value(depth: number): unknown {
    if (++numValues > maxValues) {
      throw new SyntaxError(`of at most ${maxValues} values`);
    }
    const mark = next();
    if (mark === '"') return string();
    if (mark === "{" || mark === "[") {
      if (depth === maxDepth) {
        throw new SyntaxError(`nested at most ${maxDepth} deep`);
      }
      at++;
      return mark === "{" ? object(depth + 1) : array(depth + 1);
    }
    SCALAR.lastIndex = at;
    const [word] = SCALAR.exec(text) ?? [];
    if (word === undefined) throw unexpected();
    at += word.length;
    return LITERALS.has(word) ? LITERALS.get(word) : numberOf(word);
  }

  function object(depth: number): object {
    const members = new Map<string, unknown>();
    let isOpen = !ends("}");
    while (isOpen) {
      if (next() !== '"') throw unexpected();
      const name = string();
      if (members.has(name)) {
        throw new SyntaxError(
          `free of duplicates; found ${quoted(name)} twice`,
        );
      }
      if (next() !== ":") throw unexpected();
      at++;
      members.set(name, value(depth));
      isOpen = goesOn("}");
    }
    return Object.fromEntries(members);
  }

  function array(depth: number): unknown[] {
    const items: unknown[] = [];
    let isOpen = !ends("]");
    while (isOpen) {
      items.push(value(depth));
      isOpen = goesOn("]");
    }
    return items;
  }

  function string(): string {
    const start = at;
    PLAIN_STRING.lastIndex = at;
    if (PLAIN_STRING.test(text)) {
      at = PLAIN_STRING.lastIndex;
      return text.slice(start + 1, at - 1);
    }
    for (at++; at < text.length && text[at] !== '"'; at++) {
      if (text[at] === "\\") at++;
    }
    try {
      return JSON.parse(text.slice(start, ++at));
    } catch {
      at = start;
      throw unexpected();
    }
  }

  function ends(close: string): boolean {
    if (next() !== close) return false;
    at++;
    return true;
  }

  function goesOn(close: string): boolean {
    if (ends(close)) return false;
    if (next() !== ",") throw unexpected();
    at++;
    return true;
  }

  function unexpected(): SyntaxError {
    const rest = text.slice(at, at + 8);
    const found = rest === "" ? "its end" : quoted(rest);
    return new SyntaxError(`JSON; found ${found} at character ${at}`);
  }
}

/**
 * Whether a parsed value is an object, and no array.
 *
 * @param value Any value.
 */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
