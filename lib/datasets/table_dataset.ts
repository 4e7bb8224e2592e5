/** A dataset from the rows of tables: tasks, labels, parts, and what is odd. @module */

import { checkOption, RULES } from "../options.ts";
import { quoted, visibleControls } from "../printable.ts";
import {
  type Dataset,
  type DatasetParts,
  eachPart,
  type Example,
  type Oddity,
  type Part,
  PARTS,
  partSizes,
  type TargetsExample,
} from "./dataset.ts";
import { malformed, sortedLabels } from "./read_table.ts";
import { reportDataset } from "./report.ts";
import { placeGroups, stratifiedSplit } from "./split.ts";
import {
  badCell,
  cellOf,
  checkColumn,
  chooseColumns,
  type ChosenColumns,
  isNumber,
  type TableColumns,
  textOf,
} from "./table_columns.ts";
import type { TableRecord, TableRecords } from "./table_rows.ts";

/** What a model is to learn from a table. */
export type TableTask = "single-label" | "multi-label" | "regression";

/** A dataset from a table; `task` says of which kind its examples are. */
export type TableDataset<T extends TableTask = TableTask> =
  & {
    "single-label": Dataset<Example> & { readonly task: "single-label" };
    "multi-label": Dataset<TargetsExample> & { readonly task: "multi-label" };
    regression: Dataset<TargetsExample> & { readonly task: "regression" };
  }[T]
  & {
    /** The columns and the separator that were named or guessed. */
    readonly columns: TableColumns;
  };

/** How to make a dataset of a table. */
export type TableDatasetOptions = {
  /**
   * `"auto"` guesses. Default: several labels if `label` is several columns or
   * `separator` is given, else one label, which is refused if it seems to be another task.
   */
  readonly task?: TableTask | "auto";
  /** Chooses the parts; default 42. */
  readonly seed?: number;
  /** A column, such as the author: examples of one group are all in one part. */
  readonly groupBy?: string;
  /** Default: the name of the file. */
  readonly title?: string;
};

/** The table of each part, or the share of `train` to draw. */
export type PartTables = {
  readonly train: TableRecords;
  /** Default 0.1. */
  readonly validation: TableRecords | number | undefined;
  /** Default 0.1, or 0 if `validation` is a table. */
  readonly test: TableRecords | number | undefined;
};

/** A row that became an example. */
export type Row = {
  readonly texts: { readonly text: string; readonly pair?: string };
  /** Its labels, or its numbers. */
  readonly answer: readonly (string | number)[];
  /** Its number in the file. */
  readonly row: number;
  readonly group: unknown;
};

/** An odd row. */
type Noted = Omit<Oddity, "rows"> & { readonly row: number };

type Note = (
  part: Part,
  what: string,
  row: number,
  action?: Oddity["action"],
) => void;

/** More different whole numbers are no classes. */
const MAX_NUMBER_CLASSES = 20;
const FLAGS = ["0", "1", "0.0", "1.0", "false", "true", "no", "yes"];

/** What a cell must be. */
type CellRule = {
  readonly must: string;
  readonly holds: (cell: unknown) => boolean;
  /** The way out. */
  readonly hint?: string;
};

/** A task, why it was chosen, and what separates several labels in one cell. */
export type TaskChoice = {
  readonly task: TableTask;
  readonly reason: string;
  readonly separator?: string | undefined;
};

/** What the cells of each task must be; `flags`: a column for each label. */
const CELLS: Readonly<Record<TableTask | "flags", CellRule>> = {
  "single-label": {
    must: "one label",
    holds: (cell) => typeof cell !== "object",
  },
  "multi-label": {
    must: "a list of labels",
    holds: () => false,
    hint: "; pass a separator, or several columns as label",
  },
  flags: {
    must: "0 or 1, true or false, or yes or no",
    holds: (cell) => FLAGS.includes(wordOf(cell).toLowerCase()),
  },
  regression: {
    must: "a number such as 2.5",
    holds: (cell) => isNumber(wordOf(cell)),
  },
};

/**
 * Makes a dataset of tables.
 *
 * @param tables The rows of the parts.
 * @param named The columns to use.
 * @param options Task, seed, groups, title; where the tables are from; labels that need
 * not occur in them.
 * @returns The dataset: rows that have no text or no label are left out and counted in
 * `oddities`; and the rows of its examples.
 * @throws {RangeError} If columns or task are not clear, or a part would be empty.
 * @throws {SyntaxError} If a cell is not what the task needs.
 */
export function tableDataset(
  tables: PartTables,
  named: TableColumns,
  options: TableDatasetOptions & Pick<Dataset, "origin" | "folder"> & {
    readonly labels?: readonly string[];
  },
): { readonly dataset: TableDataset; readonly rows: DatasetParts<Row> } {
  const { origin, folder, groupBy, title = tables.train.name } = options;
  const columns = chooseColumns(tables.train, named);
  const { text, pair } = columns;
  const all = PARTS.map((part) => tables[part])
    .filter((table) => typeof table === "object");
  for (const column of [text, pair, ...columns.labels, groupBy]) {
    if (column === undefined) continue;
    for (const table of all) checkColumn(table, column);
  }
  const choice = chooseTask(all, columns, named, options.task);
  const { task, separator } = choice;
  const used = usedColumns(columns, named, separator);
  const noted: Noted[] = [];
  const note: Note = (part, what, row, action = "kept") =>
    noted.push({ part, what, row, action });
  const read = eachPart((): Row[] => []);
  for (const part of PARTS) {
    const table = tables[part];
    if (typeof table !== "object") continue;
    for (const { what, action, rows } of table.oddities) {
      for (const row of rows) note(part, what, row, action);
    }
    for (const record of table.records) {
      const row = readRow(table, record, columns, used, task);
      if (typeof row === "string") {
        note(part, row, record.row, "left out");
        continue;
      }
      read[part].push({ ...row, group: groupBy && cellOf(record, groupBy) });
      if (separator !== undefined && row.answer.length === 0) {
        note(part, "the label is empty: no label holds", record.row);
      }
    }
    if (read[part].length === 0) {
      const rule = "it must have a row with text and label";
      throw malformed(table.name, rule, `none in ${table.records.length} rows`);
    }
  }
  const rows = drawParts(read, tables, task, options);
  const labels = hasFixedLabels(task, named) ? columns.labels : sortLabels([
    ...options.labels ?? [],
    ...countLabels(PARTS.flatMap((part) => rows[part])).keys(),
  ]);
  noteOddRows(rows, task, note);
  const numLeftOut = noted.filter(({ action }) => action === "left out").length;
  const description = `${title}: ${partSizes(rows)} examples; ` +
    describeTable(columns, choice, labels, numLeftOut);
  const shared = {
    title,
    origin,
    folder,
    description,
    labels,
    legend: {},
    columns: used,
  };
  const oddities = groupNotes(noted);
  const shown = { ...shared, oddities };
  if (task === "single-label") {
    const numbers = new Map(labels.map((label, number) => [label, number]));
    const parts = eachPart((part) =>
      rows[part].map(({ texts, answer }): Example => ({
        ...texts,
        label: numbers.get(String(answer[0]))!,
      }))
    );
    const report = reportDataset(parts);
    return { dataset: { ...shown, ...parts, task, report }, rows };
  }
  const parts = eachPart((part) =>
    rows[part].map(({ texts, answer }): TargetsExample => ({
      ...texts,
      targets: task === "regression"
        ? answer as number[]
        : labels.map((label) => Number(answer.includes(label))),
    }))
  );
  const report = reportDataset(parts, {
    textOf: ({ text, pair }) => pair === undefined ? text : `${text}\n${pair}`,
    labelsOf: ({ targets }) =>
      task === "regression"
        ? []
        : [...targets.keys()].filter((i) => targets[i] === 1),
    answerOf: ({ targets }) => targets.join(),
  });
  return { dataset: { ...shown, ...parts, task, report }, rows };
}

/** The columns, as they were named or guessed, in the form in which they are named. */
export function usedColumns(
  { text, pair, labels: [label] }: ChosenColumns,
  named: TableColumns,
  separator: string | undefined,
): TableColumns {
  return {
    text,
    ...pair !== undefined && { pair },
    label: named.label ?? label!,
    ...separator !== undefined && { separator },
  };
}

/** Whether the labels are columns, and not what is in one. */
export function hasFixedLabels(
  task: TableTask,
  { label }: TableColumns,
): boolean {
  return task === "regression" || Array.isArray(label);
}

/** What a description says of columns, task and labels. */
export function describeTable(
  columns: ChosenColumns,
  { task, reason }: TaskChoice,
  labels: readonly string[],
  numLeftOut: number,
): string {
  return `columns: ${describeColumns(columns)}; task: ${task}, as ${reason}` +
    (task === "regression" ? "" : `; labels: ${describeLabels(labels)}`) +
    (numLeftOut > 0 ? `; rows left out: ${numLeftOut}` : "");
}

/**
 * The task that was asked for, or follows from the labels.
 *
 * @param tables Where the labels are.
 * @param columns The columns that are used.
 * @param named Those that were named.
 * @param asked The task that was asked for.
 * @throws {RangeError} If the labels are not those of the task.
 */
export function chooseTask(
  tables: readonly TableRecords[],
  { labels }: ChosenColumns,
  { label, separator }: TableColumns,
  asked: TableTask | "auto" | undefined,
): TaskChoice {
  const { name } = tables[0]!;
  const failure = `Cannot load "${name}" with one label for each text`;
  const mayBeSeveral = Array.isArray(label) || separator !== undefined;
  if (asked === "single-label" && mayBeSeveral) {
    throw new RangeError(
      `${failure}: label must be one column, and separator not given; found ` +
        quoted({ label, separator }),
    );
  }
  if (separator === "") {
    throw new RangeError(
      `Cannot load "${name}": separator must not be empty; found ""`,
    );
  }
  const guess: TaskChoice = mayBeSeveral
    ? { task: "multi-label", reason: "a text may have several", separator }
    : guessTask(tables, labels[0]!);
  if (asked !== undefined && asked !== "auto") {
    const between = asked === guess.task ? guess.separator : undefined;
    return { task: asked, reason: "asked", separator: between };
  }
  if (mayBeSeveral) return guess;
  if (asked === "auto" || guess.task === "single-label") {
    return { ...guess, reason: `its labels are ${guess.reason}` };
  }
  throw new RangeError(
    `${failure}: column ${quoted(labels[0])} must have words or at most ` +
      `${MAX_NUMBER_CLASSES} whole numbers; found ${guess.reason}; pass ` +
      `{ task: "${guess.task}" }, or { task: "single-label" } if they are classes`,
  );
}

/** Guesses the task of one column; the reason is what its labels are. */
function guessTask(
  tables: readonly TableRecords[],
  column: string,
): TaskChoice {
  const records = tables.flatMap((table) => table.records);
  const cells = new Set(records.map((record) => cellOf(record, column)));
  cells.delete(null);
  if ([...cells].some(Array.isArray)) {
    return { task: "multi-label", reason: "lists" };
  }
  const words = [...cells].map(wordOf);
  if (!words.every(isNumber)) {
    const separator = separatorIn(words);
    if (separator !== undefined) {
      const reason = `words with ${quoted(separator)} between several`;
      return { task: "multi-label", reason, separator };
    }
    const isFlag = words.every((word) => /^(true|false)$/i.test(word));
    return { task: "single-label", reason: isFlag ? "true or false" : "words" };
  }
  const fraction = words.find((word) => !Number.isInteger(Number(word)));
  if (fraction !== undefined) {
    return { task: "regression", reason: `numbers such as ${fraction}` };
  }
  const isFew = words.length <= MAX_NUMBER_CLASSES;
  const reason = `${words.length} different whole numbers`;
  return { task: isFew ? "single-label" : "regression", reason };
}

/** What separates labels in some of the cells, but not in all, and makes fewer of them. */
function separatorIn(cells: readonly string[]): string | undefined {
  return [";", "|", ","].find((separator) => {
    const labels = cells.map((cell) => cell.split(separator).map(wordOf));
    const all = new Set(labels.flat());
    return all.size < cells.length && ![...all].every(isNumber) &&
      labels.some(({ length }) => length === 1);
  });
}

/**
 * The example of a row.
 *
 * @param table The table.
 * @param record The row.
 * @param columns The columns that are used.
 * @param named Whether the label is several columns, and what separates several in one.
 * @param task What its label must be.
 * @returns The example; or why it is none.
 * @throws {SyntaxError} If a cell is not what the task needs.
 */
export function readRow(
  table: TableRecords,
  record: TableRecord,
  columns: ChosenColumns,
  named: TableColumns,
  task: TableTask,
): Omit<Row, "group"> | string {
  const text = textOf(table, record, columns.text);
  if (text === null) return "the text is blank";
  const pair = columns.pair && textOf(table, record, columns.pair);
  if (pair === null) return "the second text is blank";
  const answer = readAnswer(table, record, columns, named, task);
  if (answer === null) return "the label is missing";
  const texts = pair === undefined ? { text } : { text, pair };
  return { texts, answer, row: record.row };
}

/** The labels or numbers of a row; null if it has none. */
function readAnswer(
  table: TableRecords,
  record: TableRecord,
  { labels: columns }: ChosenColumns,
  { label, separator }: TableColumns,
  task: TableTask,
): Row["answer"] | null {
  const cells = columns.map((column) => cellOf(record, column));
  const [cell] = cells;
  const isFlags = task === "multi-label" && Array.isArray(label);
  if (task === "multi-label" && !isFlags) {
    if (Array.isArray(cell)) return cell.map(wordOf);
    if (separator !== undefined) {
      return wordOf(cell ?? "").split(separator).map(wordOf).filter(Boolean);
    }
  }
  if (cells.includes(null)) return null;
  const rule = CELLS[isFlags ? "flags" : task];
  const wrong = columns.find((_, index) => !rule.holds(cells[index]));
  if (wrong !== undefined) throw badCell(table, record, wrong, rule);
  if (task === "regression") return cells.map(Number);
  if (task === "single-label") return [wordOf(cell)];
  return columns.filter((_, index) =>
    FLAGS.indexOf(wordOf(cells[index]).toLowerCase()) % 2 === 1
  );
}

/** Draws the parts that have no table of their own from `train`. */
function drawParts(
  read: DatasetParts<Row>,
  tables: PartTables,
  task: TableTask,
  { groupBy, seed = 42 }: TableDatasetOptions,
): DatasetParts<Row> {
  const { validation = 0.1 } = tables;
  const { test = typeof validation === "number" ? 0.1 : 0 } = tables;
  const shares = [test, validation]
    .map((table) => typeof table === "number" ? table : 0) as [number, number];
  checkOption("test", shares[0], RULES.belowOne);
  checkOption("validation", shares[1], RULES.belowOne);
  checkOption("test + validation", shares[0] + shares[1], RULES.belowOne);
  checkOption("seed", seed, RULES.seed);
  const drawn = (["test", "validation"] as const)
    .map((part, index) => ({ part, share: shares[index]! }))
    .filter(({ share }) => share > 0);
  const { train } = read;
  const groups = groupBy === undefined
    ? undefined
    : train.map(({ group }) => group);
  const numUnits = groups ? new Set(groups).size : train.length;
  if (numUnits <= drawn.length) {
    const unit = groups ? "groups" : "examples";
    const none = drawn.map(({ part }) => `${part}: 0`).join(", ");
    throw new RangeError(
      `Cannot split "${tables.train.name}": each part must have ${unit}; found ` +
        `${numUnits} for ${
          drawn.length + 1
        } parts; pass a table for each part, ` +
        `or { ${none} }`,
    );
  }
  const parts = { ...read };
  if (groups) {
    const rest = 1 - shares[0] - shares[1];
    const all = [{ part: "train", share: rest } as const, ...drawn];
    const each = all.map(({ share }) => share);
    const partOf = placeGroups(groups, each, strataOf(train, task), seed);
    for (const [index, { part }] of all.entries()) {
      parts[part] = train.filter((_, row) => partOf[row] === index);
    }
    return parts;
  }
  let left = 1;
  for (const [index, { part, share }] of drawn.entries()) {
    const rest = parts.train;
    // A row at least remains for each part that follows, and for `train`.
    const most = (rest.length - (drawn.length - index)) / rest.length;
    const fraction = Math.min(share / left, most);
    const split = stratifiedSplit(strataOf(rest, task), { fraction, seed });
    parts[part] = split.validation.map((row) => rest[row]!);
    parts.train = split.train.map((row) => rest[row]!);
    left -= share;
  }
  return parts;
}

/** What all parts get their share of: labels (the rarest of a row), tenths of numbers. */
function strataOf(rows: readonly Row[], task: TableTask): number[] {
  if (task === "regression") {
    const strata: number[] = new Array(rows.length);
    const values = rows.map(({ answer }) => Number(answer[0]));
    [...rows.keys()].sort((a, b) => values[a]! - values[b]!)
      .forEach((row, i) => strata[row] = Math.floor(10 * i / rows.length));
    return strata;
  }
  const counts = countLabels(rows);
  const labels = sortLabels([...counts.keys()]);
  const numbers = new Map(labels.map((label, number) => [label, number]));
  return rows.map(({ answer }) => {
    const [rarest] = answer.map(String)
      .sort((a, b) => counts.get(a)! - counts.get(b)!);
    return rarest === undefined ? -1 : numbers.get(rarest)!;
  });
}

/** Notes rows that are odd beside the others. */
function noteOddRows(
  parts: DatasetParts<Row>,
  task: TableTask,
  note: Note,
): void {
  const all = PARTS.flatMap((part) => parts[part]);
  const isConstant = new Set(all.map(({ answer }) => answer.join())).size === 1;
  const counts = countLabels(all), trained = countLabels(parts.train);
  const groups = new Set(parts.train.map(({ group }) => group));
  for (const part of PARTS) {
    for (const { answer, row, group } of parts[part]) {
      if (isConstant) note(part, "all examples have the same label", row);
      if (part !== "train" && group !== undefined && groups.has(group)) {
        note(part, "its group is also in train", row);
      }
      if (task === "regression") continue;
      for (const label of answer.map(String)) {
        if (counts.get(label) === 1) {
          note(part, `the only example of label ${quoted(label)}`, row);
        }
        if (!trained.has(label)) {
          note(part, `label ${quoted(label)} is not in train`, row);
        }
      }
    }
  }
}

/** The oddities, each with its rows. */
function groupNotes(noted: readonly Noted[]): Oddity[] {
  const byKind = Map.groupBy(noted, ({ part, what }) => `${part} ${what}`);
  return [...byKind.values()].map((same) => {
    const { part, what, action } = same[0]!;
    const rows = same.map(({ row }) => row).sort((a, b) => a - b);
    return { part, what, action, rows };
  });
}

/** How many examples have each label. */
function countLabels(rows: readonly Row[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const label of rows.flatMap(({ answer }) => answer.map(String))) {
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}

/**
 * Sorts labels: numbers by value, words by their characters.
 *
 * @param labels The labels.
 * @returns Each once.
 */
export function sortLabels(labels: readonly string[]): string[] {
  const sorted = sortedLabels(labels);
  return sorted.every(isNumber)
    ? sorted.sort((a, b) => Number(a) - Number(b))
    : sorted;
}

function wordOf(cell: unknown): string {
  return String(cell).trim();
}

function describeColumns(
  { text, pair, labels, guessed }: ChosenColumns,
): string {
  const columns = { text, ...(pair === undefined ? {} : { pair }) };
  return [
    ...Object.entries(columns),
    ...labels.map((label) => ["label", label]),
  ]
    .map(([use, column]) =>
      `${use} ${quoted(column)}${guessed.includes(column!) ? " (guessed)" : ""}`
    ).join(", ");
}

function describeLabels(labels: readonly string[]): string {
  const more = labels.length > 20 ? ` and ${labels.length - 20} more` : "";
  const shown = labels.slice(0, 20)
    .map((label) => label.includes(",") ? quoted(label) : label);
  return visibleControls(shown.join(", ")) + more;
}
