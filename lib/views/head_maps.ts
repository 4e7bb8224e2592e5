/**
 * Maps of all heads of a model: a row a layer, a column a head.
 *
 * @module
 */

import { checkMatrix, indexedNames } from "./heat_map.ts";
import { chart, type VegaLiteSpec } from "./theme.ts";

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
 *   not given; `columns`, how many maps stand side by side, 2 if not given.
 * @returns The chart.
 * @throws {RangeError} If the layers of a map have different numbers of heads.
 */
export function headMaps(
  maps: readonly HeadMap[],
  options: {
    title: string;
    valueTitle: string;
    maxValue?: number;
    columns?: number;
  },
): VegaLiteSpec {
  const { title, valueTitle, maxValue = 1, columns = 2 } = options;
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
  const spec = chart({
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
      mark: { type: "rect", stroke: "#eeeeee", strokeWidth: 0.5 },
      encoding: {
        x: { field: "head", type: "ordinal", title: "Head", axis },
        y: { field: "layer", type: "ordinal", title: "Layer", axis },
        color: {
          field: "value",
          type: "quantitative",
          title: valueTitle,
          scale: { domain: [0, maxValue], clamp: true, interpolate: "rgb" },
          legend: { orient: "right", gradientLength: 120, tickCount: 5 },
        },
        tooltip: [
          { field: "layer", title: "Layer" },
          { field: "head", title: "Head" },
          { field: "value", title: valueTitle, format: ".3f" },
        ],
      },
    },
  });
  // A chart of charts has the sizes of its parts.
  const { width: _width, height: _height, ...sized } = spec as typeof spec & {
    width?: number;
    height?: number;
  };
  return sized as VegaLiteSpec;
}
