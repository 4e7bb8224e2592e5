/** The rows of the benchmark, as a terminal shows them. @module */

import type { Rival } from "./options.ts";
import type { BenchRow } from "./row.ts";
import { MODEL_TITLES } from "./shapes.ts";

type Column = {
  readonly title: string;
  readonly width: number;
  readonly cell: (row: BenchRow) => string;
};

const COLUMNS: readonly Column[] = [
  { title: "model", width: -9, cell: ({ model }) => model },
  { title: "tokens", width: 6, cell: ({ tokens }) => String(tokens) },
  { title: "precision", width: -9, cell: ({ precision }) => precision },
  { title: "savings", width: -7, cell: ({ savings }) => savings },
  { title: "step ms", width: 8, cell: ({ stepMs }) => figure(stepMs) },
  {
    title: "least–most",
    width: 13,
    cell: (row) => `${figure(row.stepMsMin)}–${figure(row.stepMsMax)}`,
  },
  {
    title: "tokens/s",
    width: 8,
    cell: (row) => row.tokensPerSecond.toFixed(0),
  },
  { title: "GFLOP", width: 7, cell: ({ gflop }) => figure(gflop) },
  { title: "GFLOP/s", width: 7, cell: ({ gflops }) => gflops.toFixed(0) },
  { title: "of roof", width: 7, cell: (row) => percent(row.roofShare) },
  { title: "first ms", width: 8, cell: ({ firstMs }) => firstMs.toFixed(0) },
  { title: "peak MB", width: 7, cell: ({ peakMb }) => String(peakMb) },
];

const RIVAL_COLUMNS: Readonly<Record<Rival, readonly Column[]>> = {
  torch: [
    { title: "PyTorch ms", width: 10, cell: ({ torchMs }) => figure(torchMs) },
    {
      title: "its AdamW, attention",
      width: -20,
      cell: ({ torchOptimizer, torchAttention }) =>
        torchOptimizer === undefined
          ? ""
          : `${torchOptimizer}, ${torchAttention}`,
    },
    { title: "its MB", width: 6, cell: (row) => String(row.torchPeakMb ?? "") },
    {
      title: "PyTorch/ours",
      width: -18,
      cell: ({ torchRatio, torchRatioMin, torchRatioMax }) =>
        torchRatio === undefined
          ? ""
          : `${torchRatio.toFixed(2)} (${torchRatioMin!.toFixed(2)}–${
            torchRatioMax!.toFixed(2)
          })`,
    },
  ],
  eager: [
    { title: "eager ms", width: 8, cell: ({ eagerMs }) => figure(eagerMs) },
  ],
  wasm: [{ title: "wasm ms", width: 8, cell: ({ wasmMs }) => figure(wasmMs) }],
};

/** A table whose rows are printed as they come. */
export type BenchTable = {
  readonly header: string;
  readonly lineOf: (row: BenchRow) => string;
};

/**
 * Prepares the table.
 *
 * @param rivals Those that run, which have columns of their own.
 * @returns Its header, and how a row is written.
 */
export function benchTable(rivals: readonly Rival[]): BenchTable {
  const columns = [
    ...COLUMNS,
    ...rivals.flatMap((rival) => RIVAL_COLUMNS[rival]),
  ];
  const line = (cellOf: (column: Column) => string): string =>
    columns.map((column) => {
      const cell = cellOf(column);
      return column.width < 0
        ? cell.padEnd(-column.width)
        : cell.padStart(column.width);
    }).join("  ").trimEnd();
  return {
    header: line(({ title }) => title),
    lineOf: (row) => line(({ cell }) => cell(row)),
  };
}

/** How the two ways of saving are called for readers. */
const SAVINGS_TITLES = {
  all: "all exact savings",
  none: "nothing left out",
} as const;

/**
 * The rows as a table in Markdown, for a README.
 *
 * @param rows What was measured.
 * @returns A header and a line for each row; PyTorch's columns only if it ran.
 */
export function benchMarkdown(rows: readonly BenchRow[]): string {
  const withTorch = rows.some(({ torchMs }) => torchMs !== undefined);
  const header = [
    ...["step", "Bertbook"],
    ...(withTorch ? ["PyTorch", "ratio"] : []),
    ...["of the roof", "memory"],
    ...(withTorch ? ["PyTorch's"] : []),
  ];
  const lines = rows.map((row) => {
    const { model, tokens, precision, savings } = row;
    return [
      `${MODEL_TITLES[model]}, ${tokens} tokens, ${precision}, ${
        SAVINGS_TITLES[savings]
      }`,
      `${figure(row.stepMs)} ms`,
      ...(withTorch
        ? [`${figure(row.torchMs)} ms`, row.torchRatio?.toFixed(2) ?? ""]
        : []),
      ...[percent(row.roofShare), `${row.peakMb} MB`],
      ...(withTorch ? [`${row.torchPeakMb} MB`] : []),
    ];
  });
  const rule = header.map((_, i) => i === 0 ? "---" : "--:");
  return [header, rule, ...lines]
    .map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Three significant digits or more; nothing where there is no figure. */
function figure(value: number | undefined): string {
  if (value === undefined) return "";
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
