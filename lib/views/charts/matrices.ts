/**
 * Heat maps of matrices: the attention of one head, signed values, and one value a head.
 *
 * @module
 */

import { scriptJson } from "../escape.ts";
import {
  chart,
  type ChartPosition,
  gradientLegend,
  quantitative,
  type VegaLiteSpec,
} from "./chart.ts";
import { COLORS, SIGNED_COLORS } from "../theme.ts";

/** Titles of a matrix chart, units included. */
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
    mark: { type: "rect", stroke: COLORS.cellBorder, strokeWidth: 0.5 },
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
function indexedNames(names: readonly string[]): string {
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
    `Cannot draw a matrix: its values must be [${numRows}, ${numColumns}] ` +
      `like its names; found [${values.length}, ${
        (odd ?? values[0])?.length ?? 0
      }]`,
  );
}

/**
 * Draws a matrix as a picture: one pixel for each value, row 0 on top.
 *
 * @param values The matrix; rows and columns are counted from 0.
 * @param options Titles of chart, axes and colour, with units; `maxValue`: the
 * magnitude of the darkest colours, the largest if not given.
 * @returns The chart.
 * @throws {RangeError} If the rows differ in length.
 */
export function signedMap(
  values: readonly (readonly number[])[],
  options: MatrixOptions,
): VegaLiteSpec {
  const numRows = values.length, numColumns = values[0]?.length ?? 0;
  checkMatrix(values, numRows, numColumns);
  const largest = Math.max(...values.flat().map(Math.abs));
  const { maxValue = largest } = options;
  const pixel = Math.max(4, Math.min(16, Math.floor(480 / numColumns)));
  const edge = (axis: "row" | "column", title: string): ChartPosition =>
    quantitative(axis === "row" ? "top" : "left", title, {
      scale: { // a number is at the middle of its pixel
        domain: [-0.5, (axis === "row" ? numRows : numColumns) - 0.5],
        nice: false,
        reverse: axis === "row",
      },
      axis: { grid: false, domain: false, tickMinStep: 1, format: "d" },
    });
  return chart({
    title: options.title,
    description: `${options.title}: ${numRows} rows (${options.rowTitle}) by ` +
      `${numColumns} columns (${options.columnTitle}), from ` +
      `${Math.min(...values.flat()).toFixed(2)} to ${
        Math.max(...values.flat()).toFixed(2)
      }.`,
    width: pixel * numColumns,
    height: pixel * numRows,
    data: {
      values: values.flatMap((row, i) =>
        row.map((value, j) => ({
          row: i,
          column: j,
          value: Number(value.toPrecision(3)),
        }))
      ),
    },
    transform: [
      { calculate: "datum.row - 0.5", as: "top" },
      { calculate: "datum.row + 0.5", as: "bottom" },
      { calculate: "datum.column - 0.5", as: "left" },
      { calculate: "datum.column + 0.5", as: "right" },
    ],
    mark: { type: "rect", strokeWidth: 0 },
    encoding: {
      x: edge("column", options.columnTitle),
      x2: { field: "right" },
      y: edge("row", options.rowTitle),
      y2: { field: "bottom" },
      tooltip: [
        { field: "row", type: "quantitative", title: options.rowTitle },
        { field: "column", type: "quantitative", title: options.columnTitle },
        { field: "value", type: "quantitative", title: options.valueTitle },
      ],
      color: {
        field: "value",
        type: "quantitative",
        title: options.valueTitle,
        scale: {
          domain: [-maxValue, maxValue],
          range: [...SIGNED_COLORS],
          interpolate: "rgb",
          clamp: true,
        },
        legend: gradientLegend(pixel * numRows),
      },
    },
  });
}

/** A number for every head, [L][H]; NaN leaves its cell empty. */
export type HeadMap = {
  name: string;
  values: readonly (readonly number[])[];
};

/**
 * Draws maps side by side, with one scale of colours.
 *
 * @param maps The maps, of any sizes.
 * @param options Title; what a value is; `maxValue`, that of the darkest colour, 1 if
 *   not given; `darkest`, whether high or low values are dark, high if not given;
 *   `columns`, how many maps stand side by side, 2 if not given.
 * @returns The chart.
 * @throws {RangeError} If the layers of a map have different numbers of heads.
 */
export function headMaps(
  maps: readonly HeadMap[],
  options: {
    title: string;
    valueTitle: string;
    maxValue?: number;
    darkest?: "high" | "low";
    columns?: number;
  },
): VegaLiteSpec {
  const { title, valueTitle, maxValue = 1, columns = 2 } = options;
  const reverse = options.darkest === "low";
  for (const { values } of maps) {
    checkMatrix(values, values.length, values[0]?.length ?? 0);
  }
  const cells = maps.flatMap(({ values }, map) =>
    values.flatMap((heads, layer) =>
      heads.flatMap((value, head) =>
        Number.isNaN(value) ? [] : [{ map, layer, head, value }]
      )
    )
  );
  const names = maps.map(({ name }) => name);
  const numHeads = Math.max(...cells.map(({ head }) => head + 1));
  const side = Math.round(Math.min(26, 260 / numHeads));
  const axis = { domain: false, ticks: false, labelAngle: 0 } as const;
  return chart({
    title,
    description:
      `${title}: ${valueTitle.toLowerCase()} of each layer and head, ${
        names.join("; ")
      }.`,
    data: { values: cells },
    columns,
    spacing: 28,
    facet: {
      field: "map",
      type: "ordinal",
      header: {
        title: null,
        labelExpr: indexedNames(names),
        labelFontSize: 13,
        labelFontWeight: "bold",
      },
    },
    spec: {
      width: { step: side },
      height: { step: side },
      mark: { type: "rect", stroke: COLORS.cellBorder, strokeWidth: 0.5 },
      encoding: {
        x: { field: "head", type: "ordinal", title: "Head", axis },
        y: { field: "layer", type: "ordinal", title: "Layer", axis },
        color: {
          field: "value",
          type: "quantitative",
          title: valueTitle,
          scale: {
            domain: [0, maxValue],
            clamp: true,
            interpolate: "rgb",
            reverse,
          },
          legend: gradientLegend(120),
        },
        tooltip: [
          { field: "layer", title: "Layer" },
          { field: "head", title: "Head" },
          { field: "value", title: valueTitle, format: ".3f" },
        ],
      },
    },
  });
}
