import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import type { VegaLiteSpec } from "bertbook/views/charts/chart.ts";
import {
  bootstrapChart,
  countInBins,
  intervalChart,
  lengthHistogram,
} from "bertbook/views/charts/distributions.ts";
import {
  confusionChart,
  errorsByGroupChart,
  reliabilityChart,
} from "bertbook/views/charts/evaluation.ts";
import { barChart, lineChart } from "bertbook/views/charts/lines_and_bars.ts";
import {
  attentionHeatMap,
  heatMap,
  signedMap,
} from "bertbook/views/charts/matrices.ts";
import {
  lossCurves,
  trailingMean,
  trainingLossChart,
} from "bertbook/views/charts/training.ts";
import {
  type BenchBars,
  benchChart,
} from "../../../tools/bench/bench_chart.ts";
import { sweepChart } from "../../../tools/sweep/sweep_chart.ts";
import { pictureFont } from "bertbook/views/font.ts";
import { renderSvg } from "bertbook/views/picture.ts";
import * as vega from "vega";
import { compile } from "vega-lite";
import { INJECTIONS, sampleAttention } from "../_samples.ts";
import { assertInsidePage, assertNoOverlap, textsOf } from "../_svg.ts";

const wave = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(i + 1));

const epochs = [
  { epoch: 1, trainingLoss: 0.61, validationLoss: 0.58 },
  { epoch: 2, trainingLoss: 0.49, validationLoss: 0.52 },
  { epoch: 3, trainingLoss: 0.39, validationLoss: 0.55 },
  { epoch: 4, trainingLoss: 0.31, validationLoss: 0.61 },
];

const tokens = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, i) =>
      ["the", "dog", "crossed", "##ing", "uncharacteristically"][i % 5]!,
  );

const benchRows = (["tiny", "minilm"] as const).flatMap((model, i) =>
  [16, 64, 128].map((tokens, j): BenchBars => ({
    model,
    tokens,
    precision: "float32",
    savings: "all",
    stepMs: 27.3 * (1 + 4 * i) * (1 + j),
    utilization: 0.2 + 0.1 * (i + j),
  }))
);

const CHARTS: Record<string, VegaLiteSpec> = {
  "bench alone": benchChart(benchRows),
  "bench of a race": benchChart(
    [
      ...benchRows,
      { ...benchRows[0]!, precision: "bfloat16" as const },
      { ...benchRows[0]!, savings: "none" as const },
    ].map((row, i): BenchBars => ({
      ...row,
      torchMs: row.stepMs * (0.8 + i / 10),
      ...(i < 3 ? { eagerMs: 3 * row.stepMs, wasmMs: 9.5 * row.stepMs } : {}),
    })),
    { machine: "A processor, 2 threads, batch 32" },
  ),
  sweep: sweepChart(
    [16, 32].flatMap((batchSize) =>
      [2, 3, 4].flatMap((epochs) =>
        [5e-5, 3e-5, 2e-5].map((learningRate) => {
          const mean = 0.2 + Math.sin(batchSize + epochs + learningRate) / 9;
          const validation = [mean - 0.02, mean, mean + 0.03];
          return { learningRate, batchSize, epochs, scores: { validation } };
        })
      )
    ),
    { metric: "mcc", subtitle: "Sentences, a model" },
  ),
  lengths: lengthHistogram(
    wave(400).map((value) => Math.round(12 + 8 * value)),
    { maxLengths: [16, 64] },
  ),
  steps: trainingLossChart(
    wave(480).map((value, i) => ({ step: i + 1, loss: 0.6 + 0.1 * value })),
  ),
  "one step": trainingLossChart([{ step: 1, loss: 0.7 }]),
  "one epoch": lossCurves(epochs.slice(0, 1)),
  "four epochs": lossCurves(epochs),
  bars: barChart(
    wave(17).map((value, i) => ({ label: i + 1, value })),
    {
      title: "Correlation of each batch",
      xTitle: "Batch (32 sentences)",
      yTitle: "Matthews correlation (−1 to 1)",
      rule: { label: "whole set", value: 0.3 },
    },
  ),
  "bars above 0": barChart(
    [{ label: "a", value: 3 }, { label: "b", value: 7 }],
    {
      title: "Two counts",
      xTitle: "Name",
      yTitle: "Count",
    },
  ),
  "lengths without limits": lengthHistogram([12, 14, 14, 20]),
  "steps of three epochs": trainingLossChart(
    wave(300).map((value, i) => ({ step: i + 1, loss: 0.6 + 0.1 * value })),
    {
      lines: [{ label: "saying the classes' shares", value: 0.638 }],
      epochEnds: [100, 200, 300],
    },
  ),
  "one curve and a line": lineChart([
    { name: "held out", points: wave(9).map((y, x) => ({ x, y: y + 3 })) },
  ], {
    title: "Perplexity after each epoch",
    xTitle: "Epoch",
    yTitle: "Perplexity",
    lines: [{ label: "the best there can be", value: 2.2 }],
  }),
  "three curves": lineChart(
    ["normalizing before", "after", "as in the tutorial"].map((name, i) => ({
      name,
      points: wave(60).map((y, x) => ({ x: x + 1, y: 10 ** (y + i) })),
    })),
    {
      title: "Three curves",
      xTitle: "Step",
      yTitle: "Loss (nats)",
      yScale: "log",
    },
  ),
  "signed map": signedMap([0, 1, 2].map((row) => wave(30 + row).slice(row)), {
    title: "Waves",
    rowTitle: "Position",
    columnTitle: "Column of the table",
    valueTitle: "Value",
  }),
  confusion: confusionChart([[90, 72], [31, 323]], [
    "unacceptable",
    "acceptable",
  ]),
  errors: errorsByGroupChart(
    tokens(12).map((group, i) => ({
      group: `${group} ${group} ${i} is a long name`,
      count: 40 + i,
      errors: (i * 7) % 20,
      errorRate: ((i * 7) % 20) / (40 + i),
    })),
    { groupTitle: "Phenomenon" },
  ),
  "no errors": errorsByGroupChart([
    { group: "a", count: 10, errors: 0, errorRate: 0 },
  ]),
  "heat map of 5": attentionHeatMap({
    tokens: tokens(5),
    weights: sampleAttention(1, 1, 5)[0]![0]!,
  }),
  "heat map of 30": attentionHeatMap({
    tokens: tokens(30),
    weights: sampleAttention(1, 1, 30)[0]![0]!,
  }),
  intervals: intervalChart([
    { label: "in-domain", value: 0.41, low: 0.32, high: 0.5 },
    { label: "out-of-domain", value: 0.31, low: 0.22, high: 0.4 },
  ], {
    title: "How sure is the correlation?",
    valueTitle: "Matthews correlation (−1 to 1)",
    reference: { label: "chance", value: 0 },
  }),
  bootstrap: bootstrapChart(
    { samples: wave(500), value: 0.1, low: -0.9, high: 0.9 },
    { title: "Resamples", valueTitle: "Matthews correlation (−1 to 1)" },
  ),
  reliability: reliabilityChart(
    [0.55, 0.65, 0.75, 0.85, 0.95].map((confidence, i) => ({
      confidence,
      accuracy: confidence - 0.05,
      count: 10 * i,
    })),
    { ece: 0.05 },
  ),
};

/** What Vega has to say against a chart while it draws. */
async function drawingWarnings(spec: VegaLiteSpec): Promise<unknown[]> {
  const warnings: unknown[] = [];
  const logger = vega.logger(
    vega.Warn,
    undefined,
    (_method, _level, parts) => warnings.push(parts),
  );
  const program = vega.parse(compile(spec).spec);
  await new vega.View(program, { renderer: "none", logger }).toSVG();
  return warnings;
}

/** The axis titles of a chart, layers included. */
function axisTitles(spec: object, channel: "x" | "y"): unknown[] {
  const { layer = [], encoding = {} } = spec as {
    layer?: object[];
    encoding?: Record<string, { title?: unknown }>;
  };
  return [
    encoding[channel]?.title,
    ...layer.flatMap((part) => axisTitles(part, channel)),
  ].filter((title) => title !== undefined);
}

/** What Vega-Lite has to say against a chart. */
function warningsOf(spec: VegaLiteSpec): unknown[] {
  type Logger = NonNullable<
    NonNullable<Parameters<typeof compile>[1]>["logger"]
  >;
  const warnings: unknown[] = [];
  const logger = {} as Logger;
  const note = (...parts: unknown[]): Logger => {
    warnings.push(parts);
    return logger;
  };
  const ignore = (): Logger => logger;
  Object.assign(logger, {
    error: note,
    warn: note,
    info: ignore,
    debug: ignore,
  });
  compile(spec, { logger });
  return warnings;
}

for (const [name, spec] of Object.entries(CHARTS)) {
  Deno.test(`chart "${name}" draws readable text inside its page`, async () => {
    const svg = await renderSvg(spec);
    assertInsidePage(svg);
    assertNoOverlap(svg);
    const texts = textsOf(svg);
    assert.ok(texts.length > 3);
    for (const { text, fontSize } of texts) {
      assert.ok(fontSize >= 11, `"${text}" is ${fontSize} px high`);
      assert.doesNotMatch(text, /NaN|undefined|null|Infinity/);
    }
    assert.deepEqual(warningsOf(spec), []);
    assert.deepEqual(await drawingWarnings(spec), []);
    assert.match(spec.$schema, /vega-lite\/v5\.json$/);
    assert.ok(axisTitles(spec, "x").some((title) => title));
    if (name !== "intervals") {
      assert.ok(axisTitles(spec, "y").some((title) => title));
    }
    assert.match(spec.description, /\w.*\.$/);
  });
}

Deno.test("benchChart() measures every program in steps of Bertbook", () => {
  const row: BenchBars = {
    model: "tiny",
    tokens: 16,
    precision: "float32",
    savings: "all",
    stepMs: 20,
    utilization: 0.25,
  };
  const plain: BenchBars = { ...row, savings: "none", stepMs: 25, torchMs: 30 };
  const valuesOf = (
    ...rows: BenchBars[]
  ): unknown =>
    (benchChart(rows) as unknown as { data: { values: { value: number }[] } })
      .data.values.map(({ value }) => value);
  assert.deepEqual(valuesOf({ ...row, torchMs: 30, wasmMs: 200 }), [
    1,
    1.5,
    10,
  ]);
  assert.deepEqual(valuesOf({ ...row, torchMs: 30 }, plain), [1, 1.25, 1.5]);
  assert.deepEqual(valuesOf(plain), [1, 30 / 25]);
  assert.deepEqual(valuesOf(row), [0.25]);
});

Deno.test("lossCurves() ticks each epoch once and draws its points", async () => {
  for (const count of [1, 2, 3, 4]) {
    const svg = await renderSvg(lossCurves(epochs.slice(0, count)));
    const ticks = textsOf(svg).map(({ text }) => text)
      .filter((text) => /^\d+$/.test(text));
    assert.deepEqual(ticks, ["1", "2", "3", "4"].slice(0, count));
    const { document } = parseHTML(svg);
    const points = document.querySelectorAll(
      "g.mark-symbol[class*=layer_1] path, g.mark-symbol[class*=layer_1_marks] path",
    );
    assert.equal(points.length, 2 * count);
  }
});

Deno.test("trainingLossChart() leaves no room below 0, where no loss is", async () => {
  const losses = wave(200).map((value) => 0.41 + 0.4 * value);
  const svg = await renderSvg(
    trainingLossChart(losses.map((loss, i) => ({ step: i + 1, loss }))),
  );
  const ticks = textsOf(svg).map(({ text }) => text);
  assert(ticks.includes("0.0"), `no tick at 0 among ${ticks.join(", ")}`);
  const { document } = parseHTML(svg);
  const axis = document.querySelector("g.role-axis[aria-label^='Y-axis']");
  assert(axis !== null);
  assert.match(axis.getAttribute("aria-label") ?? "", /values from 0\.0 to/);
});

Deno.test("fault 63: attentionHeatMap() keeps repeated and hostile tokens apart", async () => {
  const names = ["the", "the", ...INJECTIONS.map((text) => text.slice(0, 12))];
  const svg = await renderSvg(attentionHeatMap({
    tokens: names,
    weights: sampleAttention(1, 1, names.length)[0]![0]!,
  }));
  const { document } = parseHTML(svg);
  assert.equal(
    document.querySelectorAll("script, img, b, foreignObject").length,
    0,
  );
  const texts = textsOf(svg).map(({ text }) => text);
  assert.equal(texts.filter((text) => text === "the").length, 4);
  // Vega trims every text that it draws.
  for (const name of names) assert.ok(texts.includes(name.trim()), name);
});

Deno.test("heatMap() names both shapes when names and values differ", () => {
  const titles = { title: "", rowTitle: "", columnTitle: "", valueTitle: "" };
  assert.throws(
    () => heatMap({ rows: ["a"], columns: ["b", "c"], values: [[1]] }, titles),
    { name: "RangeError", message: /must be \[1, 2\].*found \[1, 1\]/ },
  );
});

Deno.test("confusionChart() writes light on dark and dark on light", async () => {
  const shares = Array.from({ length: 101 }, (_, i) => i / 100);
  const worst: number[] = [];
  for (const share of shares) {
    const counts = [[100 * share, 100 - 100 * share], [0, 1]];
    const { document } = parseHTML(
      await renderSvg(confusionChart(counts, ["a", "b"])),
    );
    const cell = document.querySelector(
      "g.mark-rect path[aria-roledescription]",
    )!;
    const text = document.querySelector("g.mark-text text")!;
    worst.push(
      contrast(cell.getAttribute("fill")!, text.getAttribute("fill")!),
    );
  }
  assert.ok(Math.min(...worst) >= 4.5, `least contrast ${Math.min(...worst)}`);
});

/** WCAG 2.1, section 1.4.3: (lighter + 0.05) / (darker + 0.05). */
function contrast(a: string, b: string): number {
  const [low, high] = [a, b].map(luminance).sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

function luminance(color: string): number {
  const channels = color.startsWith("#")
    ? [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))
    : color.match(/\d+/g)!.map(Number);
  const [red, green, blue] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

Deno.test("countInBins() counts every value once", () => {
  assert.deepEqual(countInBins([1, 2, 2, 7.5, -0.5], 2), [
    { start: -2, end: 0, count: 1 },
    { start: 0, end: 2, count: 1 },
    { start: 2, end: 4, count: 2 },
    { start: 4, end: 6, count: 0 },
    { start: 6, end: 8, count: 1 },
  ]);
  assert.deepEqual(countInBins([], 2), []);
});

Deno.test("lengthHistogram() never says 100 % for less than all", () => {
  const lengths = [...Array(9999).fill(10), 65];
  const { description } = lengthHistogram(lengths, { maxLengths: [64, 65] });
  assert.match(description, /max 64: 99\.9 % fit\. max 65: 100 % fit\./);
});

Deno.test("trailingMean() averages what there is", () => {
  assert.deepEqual(trailingMean([1, 3, 5, 7], 2), [1, 2, 4, 6]);
  assert.deepEqual(trailingMean([], 3), []);
});

Deno.test("errorsByGroupChart() puts the worst group first", async () => {
  const svg = await renderSvg(errorsByGroupChart([
    { group: "good", count: 10, errors: 1, errorRate: 0.1 },
    { group: "bad", count: 10, errors: 9, errorRate: 0.9 },
  ]));
  const texts = textsOf(svg).map(({ text }) => text);
  assert.ok(texts.indexOf("bad") < texts.indexOf("good"));
  assert.ok(texts.includes("9 of 10"));
});

Deno.test("pictureFont() knows DejaVu Sans", () => {
  // From the font's table: A is 1401, W 2025, space 651 units of 2048.
  const font = pictureFont("regular");
  assert.equal(font.widthOf("A W", 2048), 1401 + 651 + 2025);
  assert.ok(pictureFont("bold").widthOf("A", 10) > font.widthOf("A", 10));
});

Deno.test("signedMap() sets a number at the middle of its pixel", async () => {
  const svg = await renderSvg(signedMap([[1, -1], [0, 1]], {
    title: "Two by two",
    rowTitle: "Row",
    columnTitle: "Column",
    valueTitle: "Value",
  }));
  const shown = textsOf(svg).map(({ text }) => text);
  assert.ok(!shown.includes("2"), "there is no row 2 and no column 2");
  assert.ok(shown.filter((text) => text === "0").length >= 2);
});

Deno.test("trainingLossChart() draws the ends of epochs and a line with its name", async () => {
  const spec = CHARTS["steps of three epochs"]!;
  assert.match(
    spec.description,
    / saying the classes' shares: 0\.638\.$/,
  );
  const { document } = parseHTML(await renderSvg(spec));
  const dashed = (dashes: string): unknown[] =>
    [...document.querySelectorAll(`line[stroke-dasharray="${dashes}"]`)]
      .map((line) =>
        ["x2", "y2"].map((at) => Math.abs(Number(line.getAttribute(at))))
      );
  assert.deepEqual(dashed("2,3"), Array(3).fill([0, 300]));
  assert.deepEqual(dashed("6,4"), [[560, 0]]);
});

Deno.test("barChart() names its line beside the bars", async () => {
  const texts = textsOf(await renderSvg(CHARTS.bars!));
  const name = texts.find(({ text }) => text === "whole set: 0.300")!;
  const bars = texts.filter(({ text }) => /^−?0\.\d\d$/.test(text));
  assert.ok(bars.length >= 17);
  for (const { text, box } of bars) {
    assert.ok(box.right < name.box.left, text);
  }
});

Deno.test("reliabilityChart() draws Wilson's interval of each bin", () => {
  const { layer } = reliabilityChart([
    { confidence: 0.6, accuracy: 0.5, count: 10 },
    { confidence: 0.95, accuracy: 1, count: 10 },
    { confidence: 0.7, accuracy: 0, count: 0 },
  ]) as unknown as {
    layer: { data: { values: { low: number; high: number }[] } }[];
  };
  const bins = layer[1]!.data.values;
  assert.equal(bins.length, 2);
  // With z² = 3.8415: (0.5 + z²/20 ± √(z²(0.025 + z²/400))) / (1 + z²/10), and for
  // a share of 1 the ends 1 / (1 + z²/10) and 1.
  const expected = [[0.2366, 0.7634], [0.7225, 1]];
  bins.forEach(({ low, high }, i) => {
    assert.ok(Math.abs(low - expected[i]![0]!) < 1e-4, `${low}`);
    assert.ok(Math.abs(high - expected[i]![1]!) < 1e-4, `${high}`);
  });
});

Deno.test("a colour bar's first and last number stand at its ends", async () => {
  const svg = await renderSvg(CHARTS.confusion!);
  const middle = (wanted: string): number => {
    const { box } = textsOf(svg).find(({ text }) => text === wanted)!;
    return (box.top + box.bottom) / 2;
  };
  const [top, next, half, bottom] = ["100%", "80%", "60%", "0%"].map(
    middle,
  ) as [
    number,
    number,
    number,
    number,
  ];
  assert.ok(Math.abs((next - top) - (half - next)) < 0.1);
  assert.ok(Math.abs((bottom - top) - 5 * (next - top)) < 0.5);
});
