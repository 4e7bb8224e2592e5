/**
 * Notebook format check: Jupyter's own JSON schema of nbformat 4.5, and one sentence
 * for each fault.
 *
 * The schema in `nbformat/` is that of Python's nbformat 5.11.1, unchanged, under the
 * licence beside it.
 *
 * @module
 */

import { Ajv, type ErrorObject, type Schema } from "ajv";
import { isTooDeep, MAX_NESTING } from "./notebook.ts";
import schema from "./nbformat/nbformat.v4.5.schema.json" with { type: "json" };

const check = compileSchema();

/**
 * Checks a notebook, as parsed from its file or in memory, against nbformat 4.5.
 *
 * @example A cell without its id
 * ```ts
 * import { validateNotebook } from "./validate_notebook.ts";
 * import assert from "node:assert/strict";
 *
 * const cells = [{ cell_type: "markdown", metadata: {}, source: "# Hello" }];
 * const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
 * assert.deepEqual(validateNotebook(notebook), ['cells[0] must have "id"']);
 * ```
 *
 * @param value The notebook.
 * @returns One sentence for each fault; none if it is valid.
 */
export function validateNotebook(value: unknown): string[] {
  if (isTooDeep(value)) return [`nesting deeper than ${MAX_NESTING}`];
  check(value);
  const byPlace = Map.groupBy(
    check.errors ?? [],
    (error) => error.instancePath,
  );
  const problems = [...byPlace].map(([place, errors]) =>
    describeErrors(place, errors)
  );
  return [...problems, ...repeatedIds(value)];
}

function compileSchema(): ReturnType<Ajv["compile"]> {
  // Draft 4 and draft 7, Ajv's own, agree on every word that this schema uses.
  const { $schema: _draft, ...rules } = structuredClone(schema);
  const { cell, output } = rules.definitions;
  // Faults are those of the cell's own type, not of all types.
  Object.assign(cell, { discriminator: { propertyName: "cell_type" } });
  Object.assign(output, { discriminator: { propertyName: "output_type" } });
  const ajv = new Ajv({
    allErrors: true,
    discriminator: true,
    strict: false,
    verbose: true,
  });
  return ajv.compile(rules as Schema);
}

/** One sentence on all that is wrong with the value at a place. */
function describeErrors(
  pointer: string,
  errors: readonly ErrorObject[],
): string {
  const place = pointer.slice(1).replace(/\/(\d+)(?=\/|$)/g, "[$1]")
    .replaceAll("/", ".") || "notebook";
  // Of a choice, the alternatives say what is allowed.
  const isChoice = errors.some(({ keyword }) => keyword === "oneOf");
  const wanted = errors.filter(({ keyword }) => keyword !== "oneOf")
    .map(wantedBy);
  const sentence = `${place} ${
    [...new Set(wanted)].join(isChoice ? " or " : " and ")
  }`;
  const { keyword } = errors[0]!;
  return keyword === "required" || keyword === "additionalProperties"
    ? sentence
    : `${sentence}; found ${shorten(errors[0]!)}`;
}

function wantedBy({ keyword, message, params }: ErrorObject): string {
  switch (keyword) {
    case "required":
      return `must have "${params["missingProperty"]}"`;
    case "additionalProperties":
      return `must not have "${params["additionalProperty"]}"`;
    case "discriminator":
      return `must have a known ${params["tag"]}`;
    case "enum":
      return `must be one of ${JSON.stringify(params["allowedValues"])}`;
    default:
      return message ?? keyword;
  }
}

function shorten({ data, keyword, params }: ErrorObject): string {
  const found = keyword === "discriminator" ? params["tagValue"] : data;
  const json = JSON.stringify(found) ?? "nothing";
  return json.length > 60 ? `${json.slice(0, 57)}…` : json;
}

/** The one rule that no schema can state. */
function repeatedIds(notebook: unknown): string[] {
  const { cells } = Object(notebook) as { cells?: unknown };
  if (!Array.isArray(cells)) return [];
  const ids = cells.map((cell) => (Object(cell) as { id?: unknown }).id);
  return ids.flatMap((id, i) => {
    const first = ids.indexOf(id);
    return id === undefined || first === i
      ? []
      : [`cells[${i}].id must be unique; found "${id}" in cells[${first}] too`];
  });
}
