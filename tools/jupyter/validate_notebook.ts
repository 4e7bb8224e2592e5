/**
 * The rules of nbformat 4.5, the same as Jupyter's own JSON schema, as checkers that
 * name the place of each fault.
 *
 * @module
 */

/** Reports what is wrong with the value that stands at `place`. */
type Checker = (value: unknown, place: string, report: Report) => void;
type Report = (problem: string) => void;
type Fields = Record<string, Checker>;

const anything: Checker = () => {};

/** A checker from a predicate and the words for what must stand there. */
function must(holds: (value: unknown) => boolean, be: string): Checker {
  return (value, place, report) => {
    if (!holds(value)) report(`${place} must be ${be}: found ${show(value)}`);
  };
}

/** A list whose items all pass `item`. */
function listOf(item: Checker): Checker {
  return (value, place, report) => {
    list(value, place, report);
    if (!Array.isArray(value)) return;
    value.forEach((each, i) => item(each, `${place}[${i}]`, report));
  };
}

/** A record whose values pass the checker that `checkerOf` gives for their key. */
function recordOf(checkerOf: (key: string) => Checker): Checker {
  return (value, place, report) => {
    record(value, place, report);
    if (!isRecord(value)) return;
    for (const [key, each] of Object.entries(value)) {
      checkerOf(key)(each, `${place}[${JSON.stringify(key)}]`, report);
    }
  };
}

/** A record with the fields of `needed`, maybe those of `optional`. */
function fields(
  needed: Fields,
  optional: Fields = {},
  others: "refused" | "allowed" = "refused",
): Checker {
  const known = { ...needed, ...optional };
  return (value, place, report) => {
    record(value, place, report);
    if (!isRecord(value)) return;
    for (const key of Object.keys(needed)) {
      if (!Object.hasOwn(value, key)) report(`${place} must have "${key}"`);
    }
    for (const [key, each] of Object.entries(value)) {
      if (Object.hasOwn(known, key)) {
        known[key]!(each, `${place}.${key}`, report);
      } else if (others === "refused") {
        report(`${place} must not have "${key}"`);
      }
    }
  };
}

/** Chooses the checker by the value of one field. */
function byField(name: string, checkers: Fields): Checker {
  const names = Object.keys(checkers);
  return (value, place, report) => {
    record(value, place, report);
    if (!isRecord(value)) return;
    const kind = value[name];
    if (typeof kind !== "string" || !Object.hasOwn(checkers, kind)) {
      report(
        `${place}.${name} must be one of ${names.join(", ")}: found ${
          show(kind)
        }`,
      );
    } else checkers[kind]!(value, place, report);
  };
}

const isString = (value: unknown): value is string => typeof value === "string";
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean =>
  isString(value) || (Array.isArray(value) && value.every(isString));
const isWhole = (value: unknown, least: number): boolean =>
  Number.isInteger(value) && (value as number) >= least;

const string = must(isString, "a string");
const list = must(Array.isArray, "a list");
const record = must(isRecord, "an object");
const boolean = must((value) => typeof value === "boolean", "true or false");
const text = must(isText, "a string or a list of strings");
const count = must(
  (value) => value === null || isWhole(value, 0),
  "null or a whole number",
);
const cellName = must((value) => isString(value) && value !== "", "a name");
const cellId = must(
  (value) => isString(value) && /^[a-zA-Z0-9_-]{1,64}$/.test(value),
  "1 to 64 letters, digits, - or _",
);
const tags = must(
  (value) =>
    Array.isArray(value) && new Set(value).size === value.length &&
    value.every((tag) => isString(tag) && /^[^,]+$/.test(tag)),
  "a list of different tags without commas",
);

const mimeBundle = recordOf((type) =>
  /^application\/(.*\+)?json$/.test(type) ? anything : text
);
const attachments = recordOf(() => mimeBundle);

const output = byField("output_type", {
  stream: fields({ output_type: string, name: string, text }),
  display_data: fields({
    output_type: string,
    data: mimeBundle,
    metadata: record,
  }),
  execute_result: fields({
    output_type: string,
    data: mimeBundle,
    metadata: record,
    execution_count: count,
  }),
  error: fields({
    output_type: string,
    ename: string,
    evalue: string,
    traceback: listOf(string),
  }),
});

const anyCell: Fields = { name: cellName, tags, jupyter: record };
const codeMetadata = fields(
  {},
  {
    ...anyCell,
    collapsed: boolean,
    scrolled: must(
      (value) => typeof value === "boolean" || value === "auto",
      'true, false or "auto"',
    ),
    execution: recordOf(() => string),
  },
  "allowed",
);

/** What a markdown or raw cell must have, and its metadata. */
function readCell(metadata: Fields): Checker {
  return fields({
    cell_type: string,
    id: cellId,
    metadata: fields({}, metadata, "allowed"),
    source: text,
  }, { attachments });
}

const cell = byField("cell_type", {
  code: fields({
    cell_type: string,
    id: cellId,
    metadata: codeMetadata,
    source: text,
    outputs: listOf(output),
    execution_count: count,
  }),
  markdown: readCell(anyCell),
  raw: readCell({ ...anyCell, format: string }),
});

const kernelspec = fields(
  { name: string, display_name: string },
  {},
  "allowed",
);
const languageInfo = fields(
  { name: string },
  {
    codemirror_mode: must(
      (value) => isString(value) || isRecord(value),
      "a string or an object",
    ),
    file_extension: string,
    mimetype: string,
    pygments_lexer: string,
  },
  "allowed",
);

const notebook = fields({
  metadata: fields(
    {},
    {
      kernelspec,
      language_info: languageInfo,
      orig_nbformat: must((value) => isWhole(value, 1), "1 or more"),
      title: string,
      authors: list,
    },
    "allowed",
  ),
  nbformat: must((value) => value === 4, "4"),
  nbformat_minor: must((value) => isWhole(value, 5), "5 or more"),
  cells: listOf(cell),
});

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
 * @returns One sentence for each fault, in file order; none if it is valid.
 */
export function validateNotebook(value: unknown): string[] {
  const problems: string[] = [];
  const report: Report = (problem) =>
    problems.push(problem.replace(/^notebook\./, ""));
  notebook(value, "notebook", report);
  const places = new Map<string, number>();
  const cells = isRecord(value) && Array.isArray(value["cells"])
    ? value["cells"]
    : [];
  for (const [i, { id }] of cells.filter(isRecord).entries()) {
    if (!isString(id)) continue;
    const first = places.get(id);
    if (first === undefined) places.set(id, i);
    else {report(
        `cells[${i}].id must be unlike any other: cells[${first}] is "${id}" too`,
      );}
  }
  return problems;
}

function show(value: unknown): string {
  const json = JSON.stringify(value) ?? "nothing";
  return json.length > 60 ? `${json.slice(0, 57)}…` : json;
}
