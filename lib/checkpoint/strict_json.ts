/** Strict JSON: what comes from elsewhere, parsed without surprises. @module */

/**
 * Parses JSON, and refuses what `JSON.parse` accepts: a name twice in one object, of
 * which the later silently wins, and nesting without end.
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
 * @returns The value.
 * @throws {SyntaxError} If the text is not such JSON; the message ends a sentence
 * that begins "must be".
 */
export function parseStrictJson(text: string, maxDepth: number): unknown {
  // The names so far of each open object; an open array has none.
  const open: (Set<string> | undefined)[] = [];
  let lastString = "";
  const mark = /["{}[\]:]/g;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    switch (found[0]) {
      case "{":
      case "[":
        if (open.length === maxDepth) {
          throw new SyntaxError(`nested at most ${maxDepth} deep`);
        }
        open.push(found[0] === "{" ? new Set() : undefined);
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case '"':
        mark.lastIndex = endOfString(text, found.index);
        lastString = text.slice(found.index, mark.lastIndex);
        break;
      case ":":
        addName(open.at(-1), lastString);
        break;
    }
  }
  return parse(text);
}

/** Behind the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
  return i + 1;
}

function addName(names: Set<string> | undefined, quoted: string): void {
  const name = String(parse(quoted));
  if (names?.has(name)) {
    throw new SyntaxError(
      `free of duplicates; found ${JSON.stringify(name)} twice`,
    );
  }
  names?.add(name);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`JSON: ${(error as Error).message}`);
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
