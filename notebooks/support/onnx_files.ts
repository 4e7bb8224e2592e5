/** ONNX files and pages of a model: what is in them, and what other programs answer. @module */

import type { TextClassificationPipeline } from "@huggingface/transformers";
import type { ClassifierModel } from "../../lib/checkpoint/pretrained.ts";
import { namedLeaves, type TensorTree } from "../../lib/engine/tensor_tree.ts";
import { classify } from "../../lib/inference/classify.ts";
import { decodeMessage, ELEMENT_TYPES } from "../../lib/onnx/onnx_proto.ts";
import {
  chart,
  quantitative,
  TOP_LEGEND,
  type VegaLiteSpec,
} from "../../lib/views/charts/chart.ts";

/** What is in an ONNX file. */
export type OnnxContent = {
  /** The version of ONNX's operators. */
  readonly opset: number;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** How many operations there are of each operator. */
  readonly operators: ReadonlyMap<string, number>;
  /** The bytes of each constant, by its name. */
  readonly constants: ReadonlyMap<string, Uint8Array>;
};

/** An input or an output, as a row. */
export type OnnxPort = {
  readonly name: string;
  readonly type: string;
  readonly shape: string;
};

/** The fields of ONNX's messages that are read here. */
type Graph = {
  node: { opType: string }[];
  initializer: { name: string; rawData: Uint8Array }[];
  input: Port[];
  output: Port[];
};
type Port = {
  name: string;
  type: {
    tensorType: {
      elemType: number;
      shape: { dim: { dimValue?: number; dimParam?: string }[] };
    };
  };
};

/**
 * Reads an ONNX file of this project.
 *
 * @param file Its path.
 * @returns Its operator set, inputs, outputs, operators and constants.
 */
export async function readOnnx(file: string): Promise<OnnxContent> {
  const bytes = await Deno.readFile(file);
  const { opsetImport, graph } = await decodeMessage("onnx.Model", bytes) as {
    opsetImport: { version: number }[];
    graph: Graph;
  };
  const byOperator = Map.groupBy(graph.node, ({ opType }) => opType);
  return {
    opset: opsetImport[0]!.version,
    inputs: graph.input.map(portRow),
    outputs: graph.output.map(portRow),
    operators: new Map(
      [...byOperator].map(([operator, nodes]) => [operator, nodes.length]),
    ),
    constants: new Map(
      graph.initializer.map(({ name, rawData }) => [name, rawData]),
    ),
  };
}

function portRow({ name, type: { tensorType } }: Port): OnnxPort {
  const { elemType, shape } = tensorType;
  const [type] = Object.entries(ELEMENT_TYPES)
    .find(([, number]) => number === elemType)!;
  const sizes = shape.dim.map(({ dimParam, dimValue }) => dimParam ?? dimValue);
  return { name, type, shape: `[${sizes.join(", ")}]` };
}

/**
 * Compares the operators of files.
 *
 * @param files What is in each, by a name.
 * @returns How often each file has an operator, the most frequent one first.
 */
export function operatorRows(
  files: Readonly<Record<string, Pick<OnnxContent, "operators">>>,
): ({ operator: string } & Record<string, number | string>)[] {
  const all = Object.values(files).flatMap(({ operators }) => [
    ...operators.keys(),
  ]);
  const rows = [...new Set(all)].map((operator) => ({
    operator,
    ...Object.fromEntries(
      Object.entries(files).map(([name, { operators }]) => [
        name,
        operators.get(operator) ?? 0,
      ]),
    ),
  }));
  const most = (row: object): number =>
    Math.max(
      ...Object.values(row).filter((value) => typeof value === "number"),
    );
  return rows.sort((a, b) => most(b) - most(a));
}

/** The probability of each label. */
export type LabelProbabilities = Readonly<Record<string, number>>;

/** What a program answers to each text, and the median of its milliseconds. */
export type Answers<Answer> = {
  readonly answers: readonly Answer[];
  readonly milliseconds: number;
};

/**
 * The sizes of exported files.
 *
 * @param files What `exportOnnx` returned.
 * @param params The parameters of the model.
 * @returns A row for each file.
 */
export function fileRows(
  files: readonly { readonly file: string; readonly bytes: number }[],
  params: TensorTree,
): { file: string; MB: number; "bytes a parameter": number }[] {
  const numParameters = namedLeaves(params)
    .reduce((sum, [, { size }]) => sum + size, 0);
  return files.map(({ file, bytes }) => ({
    file,
    MB: bytes / 1e6,
    "bytes a parameter": bytes / numParameters,
  }));
}

/**
 * Asks a program one text after another, and takes the time.
 *
 * @param ask The program.
 * @param texts The texts, at least one.
 */
export async function askEach<Answer>(
  ask: (text: string) => Promise<Answer>,
  texts: readonly string[],
): Promise<Answers<Answer>> {
  const answers: Answer[] = [], times: number[] = [];
  for (const text of texts) {
    const start = performance.now();
    answers.push(await ask(text));
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { answers, milliseconds: times[Math.floor(times.length / 2)]! };
}

/**
 * Asks the engine about one text.
 *
 * @param model The model.
 * @param text The text.
 */
export async function askEngine(
  model: ClassifierModel,
  text: string,
): Promise<LabelProbabilities> {
  const [answer] = await classify(model, [text]);
  return answer!.probabilities;
}

/**
 * Asks pipelines one text after another.
 *
 * @param pipelines Each one of `pipeline("text-classification", …)`, by a name.
 * @param texts The texts.
 * @returns The answers of each.
 */
export async function askPipelines<Name extends string>(
  pipelines: Readonly<Record<Name, TextClassificationPipeline>>,
  texts: readonly string[],
): Promise<Record<Name, Answers<LabelProbabilities>>> {
  const all: Partial<Record<Name, Answers<LabelProbabilities>>> = {};
  for (const name of Object.keys(pipelines) as Name[]) {
    const ask = async (text: string): Promise<LabelProbabilities> => {
      const rows = await pipelines[name](text, { top_k: null });
      return Object.fromEntries(rows.map(({ label, score }) => [label, score]));
    };
    all[name] = await askEach(ask, texts);
  }
  return all as Record<Name, Answers<LabelProbabilities>>;
}

/**
 * The logits in a pipeline, before its softmax.
 *
 * @param pipeline One of `pipeline("text-classification", …)`.
 * @param texts The texts, which are asked one by one.
 * @returns Those of all texts, one after another, [N · C].
 */
export async function flatLogits(
  { tokenizer, model }: TextClassificationPipeline,
  texts: readonly string[],
): Promise<number[]> {
  const all: number[][] = [];
  for (const text of texts) {
    const { logits } = await model(tokenizer(text));
    all.push(logits.tolist()[0]);
  }
  return all.flat();
}

/**
 * Compares answers with those of another program.
 *
 * @param programs The answers of each program, by its name.
 * @param reference The other program's answers to the same texts.
 * @returns A row for each program.
 */
export function compareAnswers(
  programs: Readonly<Record<string, Answers<LabelProbabilities>>>,
  reference: readonly LabelProbabilities[],
): { precision: string; largestDifference: number; sameLabel: string }[] {
  return Object.entries(programs).map(([precision, { answers }]) => {
    const differences = answers.flatMap((answer, i) =>
      Object.entries(answer).map(([label, probability]) =>
        Math.abs(probability - reference[i]![label]!)
      )
    );
    const numSame = answers.filter((answer, i) =>
      bestLabel(answer) === bestLabel(reference[i]!)
    ).length;
    return {
      precision,
      largestDifference: differences.reduce((a, b) =>
        Math.max(a, b), 0),
      sameLabel: `${numSame} of ${answers.length}`,
    };
  });
}

/**
 * The share of right answers.
 *
 * @param answers The probabilities of each label.
 * @param right The right label of each.
 */
export function answerAccuracy(
  answers: readonly LabelProbabilities[],
  right: readonly string[],
): number {
  return answers.filter((answer, i) => bestLabel(answer) === right[i]).length /
    answers.length;
}

function bestLabel(probabilities: LabelProbabilities): string {
  return Object.entries(probabilities)
    .reduce((a, b) => b[1] > a[1] ? b : a)[0];
}

/** By how much the weights of a matrix change when they are rounded. */
export type RoundingRow = {
  readonly bits: number;
  readonly scales: string;
  /** The largest change. */
  readonly largest: number;
  /** The root of the mean square of the changes. */
  readonly rms: number;
};

/**
 * Rounds the weights of a matrix to whole numbers of a few bits times a scale.
 *
 * @param matrix Its rows.
 * @param bits How many bits a whole number has, its sign included.
 * @returns The changes with a scale for each column, and with one for all.
 */
export function roundingRows(
  matrix: readonly (readonly number[])[],
  bits: readonly number[],
): RoundingRow[] {
  const mostOfColumn = matrix[0]!.map((_, column) =>
    matrix.reduce((most, row) => Math.max(most, Math.abs(row[column]!)), 0)
  );
  const mostOfAll = mostOfColumn.reduce((a, b) => Math.max(a, b), 0);
  const ways = {
    "one for each column": mostOfColumn,
    "one for all": mostOfColumn.map(() => mostOfAll),
  };
  return bits.flatMap((bits) =>
    Object.entries(ways).map(([scales, most]) => {
      const steps = 2 ** (bits - 1) - 1;
      const errors = matrix.flatMap((row) =>
        row.map((weight, column) => {
          const scale = most[column]! / steps || 1;
          return Math.abs(weight - scale * Math.round(weight / scale));
        })
      );
      const squares = errors.reduce((sum, error) => sum + error * error, 0);
      return {
        bits,
        scales,
        largest: errors.reduce((a, b) => Math.max(a, b), 0),
        rms: Math.sqrt(squares / errors.length),
      };
    })
  );
}

/**
 * Draws by how much other numbers differ from a reference, as points.
 *
 * @param reference The numbers to compare with.
 * @param others Numbers in the same order, by a name.
 * @param options Titles of the chart and of its axes.
 */
export function differenceChart(
  reference: readonly number[],
  others: Readonly<Record<string, readonly number[]>>,
  { title, xTitle, yTitle }: { title: string; xTitle: string; yTitle: string },
): VegaLiteSpec {
  const values = Object.entries(others).flatMap(([series, numbers]) =>
    numbers.map((number, i) => (
      { series, x: reference[i]!, y: number - reference[i]! }
    ))
  );
  const widest = Object.keys(others).map((name) => {
    const own = values.filter(({ series }) => series === name);
    const most = Math.max(...own.map(({ y }) => Math.abs(y)));
    return `${name}: at most ${most.toPrecision(2)}.`;
  });
  const legend = { ...TOP_LEGEND, columns: widest.length };
  const domain = Object.keys(others);
  const field = { field: "series", type: "nominal", legend, scale: { domain } };
  return chart(
    {
      title,
      description: `${title} ${widest.join(" ")}`,
      data: { values },
      mark: { type: "point", size: 22, filled: true, opacity: 0.7 },
      encoding: {
        x: quantitative("x", xTitle, { scale: { zero: false, padding: 10 } }),
        y: quantitative("y", yTitle, { axis: { tickCount: 6 } }),
        color: field,
        shape: field,
      },
    } as Parameters<typeof chart>[0],
  );
}

/** A part of a page, as a row. */
export type PagePart = {
  readonly part: string;
  /** Megabytes in the page. */
  readonly MB: number;
  /** Megabytes without base64 and gzip. */
  readonly unpacked: number;
};

/**
 * Weighs the parts of a page that `modelPage` made.
 *
 * @param html The page.
 * @returns The parts.
 */
export async function pageParts(html: string): Promise<PagePart[]> {
  const parts: PagePart[] = [];
  let rest = html;
  for (const part of ["weights", "runtime"]) {
    const text = elementOf(html, `id="${part}"`);
    parts.push(partRow(part, text, await unpackedSize(text)));
    rest = rest.replace(text, "");
  }
  const others = {
    "tokenizer and settings": elementOf(html, 'id="data"'),
    script: pageScript(html),
  };
  for (const [part, text] of Object.entries(others)) {
    parts.push(partRow(part, text));
    rest = rest.replace(text, "");
  }
  parts.push(partRow("the rest", rest));
  const unpacked = parts.reduce((sum, part) => sum + part.unpacked, 0);
  return [...parts, partRow("together", html, unpacked * 1e6)];
}

function partRow(part: string, text: string, unpacked?: number): PagePart {
  const { length } = new TextEncoder().encode(text);
  return { part, MB: length / 1e6, unpacked: (unpacked ?? length) / 1e6 };
}

/**
 * The script of a page.
 *
 * @param html The page.
 * @returns Its text, on which the policy has a hash.
 */
export function pageScript(html: string): string {
  return elementOf(html, 'type="module"');
}

function elementOf(html: string, attribute: string): string {
  const start = html.indexOf(`${attribute}>`) + attribute.length + 1;
  return html.slice(start, html.indexOf("</script>", start));
}

async function unpackedSize(base64: string): Promise<number> {
  const stream = new Blob([Uint8Array.fromBase64(base64)]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

/**
 * The Content Security Policy of a page.
 *
 * @param html The page.
 * @returns A row for each directive.
 */
export function policyRows(
  html: string,
): { directive: string; sources: string }[] {
  const [, policy] = /Content-Security-Policy" content="([^"]+)"/.exec(html)!;
  return policy!.split(";").map((each) => {
    const [directive, ...sources] = each.trim().split(/\s+/);
    return { directive: directive!, sources: sources.join(" ") };
  });
}
