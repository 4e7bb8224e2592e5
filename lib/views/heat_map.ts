/**
 * Charts of matrices: the attention of one head, or any other.
 *
 * @module
 */

import { scriptJson } from "./escape.ts";
import { chart, type VegaLiteSpec } from "./theme.ts";

/** What stands around a matrix, units included. */
export type MatrixOptions = {
  readonly title: string;
  readonly rowTitle: string;
  readonly columnTitle: string;
  readonly valueTitle: string;
  /** The value, or magnitude, of the darkest colour. */
  readonly maxValue?: number;
};

/**
 * Draws a matrix of shares in [0, 1] as coloured cells, row 0 on top.
 *
 * @param matrix Row and column names, which may repeat, and the values.
 * @param options Titles of chart, axes and colour, with units; `maxValue`: the
 *   value of the darkest colour, the largest tenth above the values if not given
 *   (give 1 to compare matrices).
 * @returns The chart.
 * @throws {RangeError} If the values do not fit the names.
 */
export function heatMap(
  matrix: {
    rows: readonly string[];
    columns: readonly string[];
    values: readonly (readonly number[])[];
  },
  options: MatrixOptions,
): VegaLiteSpec {
  const { rows, columns, values } = matrix;
  checkMatrix(values, rows.length, columns.length);
  const largest = Math.max(...values.map((row) => Math.max(...row)));
  const { maxValue = Math.max(0.1, Math.ceil(largest * 10) / 10) } = options;
  const cell = cellSize(Math.max(rows.length, columns.length));
  const fontSize = cell >= 22 ? 12 : 11;
  return chart({
    title: options.title,
    description:
      `${options.title}: ${rows.length} rows (${options.rowTitle}) by ` +
      `${columns.length} columns (${options.columnTitle}).`,
    width: cell * columns.length,
    height: cell * rows.length,
    data: {
      values: values.flatMap((row, i) =>
        row.map((value, j) => ({
          row: i,
          column: j,
          value,
          rowName: rows[i],
          columnName: columns[j],
        }))
      ),
    },
    mark: { type: "rect", stroke: "#eeeeee", strokeWidth: 0.5 },
    encoding: {
      x: {
        field: "column",
        type: "ordinal",
        title: options.columnTitle,
        axis: {
          ...namedTicks(columns),
          orient: "top",
          labelAngle: -50,
          labelAlign: "left",
          labelFontSize: fontSize,
        },
      },
      y: {
        field: "row",
        type: "ordinal",
        title: options.rowTitle,
        axis: { ...namedTicks(rows), labelFontSize: fontSize },
      },
      color: {
        field: "value",
        type: "quantitative",
        title: options.valueTitle,
        scale: { domain: [0, maxValue], interpolate: "rgb" },
        legend: gradientLegend(cell * rows.length),
      },
      tooltip: [
        { field: "rowName", title: options.rowTitle },
        { field: "columnName", title: options.columnTitle },
        { field: "value", title: options.valueTitle, format: ".3f" },
      ],
    },
  });
}

/**
 * Draws where each token of one attention head looks.
 *
 * @param head Tokens, and the weights [T, T] whose rows sum to 1.
 * @param options `title`, and `maxValue` as in {@linkcode heatMap}.
 * @returns The chart: a row is a query, a column a key.
 * @throws {RangeError} If the weights do not fit the tokens.
 */
export function attentionHeatMap(
  head: {
    tokens: readonly string[];
    weights: readonly (readonly number[])[];
  },
  options: { title?: string; maxValue?: number } = {},
): VegaLiteSpec {
  return heatMap(
    { rows: head.tokens, columns: head.tokens, values: head.weights },
    {
      title: "Where does each token look?",
      rowTitle: "Query: the token that looks",
      columnTitle: "Key: the token looked at",
      valueTitle: "Weight",
      ...options,
    },
  );
}

/**
 * Names by index in Vega's expression language, so that two equal names stay two.
 *
 * They travel as a literal, whose strings are those of JavaScript before 2019:
 * U+2028 ends a line in them.
 *
 * @param names The names.
 * @returns An expression for `labelExpr`.
 */
export function indexedNames(names: readonly string[]): string {
  return `${scriptJson(names)}[datum.value]`;
}

/** Ticks at 0, 1, 2, … that show `names`. */
function namedTicks(names: readonly string[]): Ticks {
  return {
    labelExpr: indexedNames(names),
    labelOverlap: false,
    labelLimit: 110,
    domain: false,
    ticks: false,
  };
}

type Ticks = {
  labelExpr: string;
  labelOverlap: false;
  labelLimit: number;
  domain: false;
  ticks: false;
};

/** Pixels of a cell's side, so that 5 tokens do not look lost and 30 fit. */
function cellSize(count: number): number {
  return Math.round(Math.min(44, Math.max(16, 520 / count)));
}

/**
 * The legend of the colours of a matrix.
 *
 * @param height How tall the matrix is, in pixels.
 * @returns A legend about as tall.
 */
export function gradientLegend(
  height: number,
): { orient: "right"; gradientLength: number; tickCount: number } {
  const gradientLength = Math.min(200, Math.max(80, height));
  return { orient: "right", gradientLength, tickCount: 5 };
}

/**
 * Checks that `values` are [numRows, numColumns].
 *
 * @param values A matrix.
 * @param numRows How many rows its names ask for.
 * @param numColumns How many columns its names ask for.
 * @throws {RangeError} If a size differs.
 */
export function checkMatrix(
  values: readonly (readonly number[])[],
  numRows: number,
  numColumns: number,
): void {
  const odd = values.find((row) => row.length !== numColumns);
  if (values.length === numRows && odd === undefined) return;
  throw new RangeError(
    `Cannot draw a matrix as its values must be [${numRows}, ${numColumns}] ` +
      `like its names: found [${values.length}, ${
        (odd ?? values[0])?.length ?? 0
      }]`,
  );
}
