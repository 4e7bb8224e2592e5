/**
 * Chart of a matrix whose values are above and below 0.
 *
 * @module
 */

import { checkMatrix, gradientLegend, type MatrixOptions } from "./heat_map.ts";
import {
  chart,
  type ChartPosition,
  COLORS,
  type VegaLiteSpec,
} from "./theme.ts";

/** Below 0 vermilion, above 0 blue, 0 white: also for colour-blind readers. */
const SIGNED_COLORS = [
  "#8a3c00",
  COLORS.vermilion,
  "#f3c7a8",
  COLORS.ground,
  "#a8cce6",
  COLORS.blue,
  "#003f66",
];

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
  const edge = (axis: "row" | "column", title: string): ChartPosition => ({
    field: axis === "row" ? "top" : "left",
    type: "quantitative",
    title,
    scale: { // a number stands at the middle of its pixel
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
          range: SIGNED_COLORS,
          interpolate: "rgb",
          clamp: true,
        },
        legend: gradientLegend(pixel * numRows),
      },
    },
  });
}
