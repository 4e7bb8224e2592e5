/** `bench --onnx`: a sentence by the engine, and by programs that read ONNX files. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
import { COLA } from "../../lib/datasets/cola.ts";
import { loadDataset } from "../../lib/datasets/load_dataset.ts";
import { describeDevice, startEngine } from "../../lib/engine/engine.ts";
import { classify } from "../../lib/inference/classify.ts";
import { exportOnnx, ONNX_FILES } from "../../lib/onnx/export_onnx.ts";
import { provision } from "../shell/provision.ts";
import { StatusLine } from "../shell/terminal.ts";
import { textTable } from "../shell/text_table.ts";
import { startBrowser } from "./browser_worker.ts";
import { openPipelines, timesOf } from "./onnx_pipelines.mjs";
import { figure } from "./report.ts";
import { spreadOf } from "./statistics.ts";
import { WorkerProcess } from "./worker_process.ts";

/** What transformers.js calls the precisions, in the order of the files. */
const DTYPES = ["fp32", "fp16", "q8"];

const NUM_SENTENCES = 100;

/** Classifies all sentences in the precision of that number: the milliseconds of each. */
type Ask = (precision: number) => Promise<number[]>;

/**
 * Times the classification of one sentence by each program and in each precision.
 *
 * @param rounds How often each program classifies all sentences.
 * @param signal Ends the programs.
 */
export async function benchOnnx(
  rounds: number,
  signal: AbortSignal,
): Promise<void> {
  await provision();
  console.log(describeDevice(await startEngine()));
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "bertbook-onnx-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const model = await loadModel(await ensureModel(), {
    head: "sequence-classification",
    labels: ["no", "yes"],
    seed: 42,
  });
  const files = await exportOnnx(model, join(folder, "model"));
  const { validation } = await loadDataset(COLA, { embeddedOnly: true });
  const texts = validation.slice(0, NUM_SENTENCES).map(({ text }) => text);

  const inDeno = async (): Promise<Ask> => {
    const transformers = await import("@huggingface/transformers");
    return await openPipelines(transformers, `${folder}/`, DTYPES, texts);
  };
  const inPython = async (): Promise<Ask> => {
    const name = Deno.env.get("BERTBOOK_PYTHON") || "python3";
    const program = join(import.meta.dirname!, "onnx_worker.py");
    const paths = files.map(({ file }) => join(folder, "model", file));
    const ids = texts.map((text) => model.tokenizer.encode(text).inputIds);
    const given = [JSON.stringify(paths), JSON.stringify(ids)];
    const command = [name, program, ...given] as const;
    const python = await WorkerProcess.start({ name, command }, signal);
    stack.use(python);
    return (precision) => python.ask(precision);
  };
  const inChromium = (): Promise<Ask> => {
    const module = import.meta.resolve("@huggingface/transformers");
    const web = createRequire(module).resolve("onnxruntime-web");
    const start = `async () => {
      const transformers = await import("/transformers.min.js");
      const { openPipelines } = await import("/onnx_pipelines.mjs");
      transformers.env.backends.onnx.wasm.wasmPaths = "/";
      const workload = ${JSON.stringify(["/", DTYPES, texts])};
      return await openPipelines(transformers, ...workload);
    }`;
    return startBrowser(
      stack,
      Deno.env.get("BERTBOOK_CHROMIUM") || "chromium",
      start,
      [
        folder,
        dirname(fileURLToPath(module)),
        dirname(web),
        import.meta.dirname!,
      ],
    );
  };

  const engine: Ask = () =>
    timesOf(texts, (text: string) => classify(model, [text]));
  type Program = { name: string; ask: Ask; times: number[][] };
  const programs: Program[] = [
    { name: "this engine", ask: engine, times: [[]] }, // in float32 alone
  ];
  for (
    const [name, open] of [
      ["transformers.js in Deno", inDeno],
      ["onnxruntime in Python, from tokens", inPython],
      ["transformers.js in Chromium", inChromium],
    ] as const
  ) {
    try {
      const ask = await open();
      programs.push({ name, ask, times: DTYPES.map(() => []) });
    } catch (error) {
      if (signal.aborted) throw error;
      console.log(`${name} is left out: ${(error as Error).message}`);
    }
  }
  const line = new StatusLine();
  for (let round = 0; round <= rounds; round++) {
    line.update(`round ${round} of ${rounds}`);
    for (const { ask, times } of programs) {
      for (const precision of times.keys()) {
        signal.throwIfAborted();
        const taken = await ask(precision);
        if (round > 0) times[precision]!.push(...taken); // round 0 compiles
      }
    }
  }
  const cells = programs.map(({ name, times }) => [
    name,
    ...DTYPES.map((_, i) => figure(times[i] && spreadOf(times[i]).median)),
  ]);
  const titles = ["ms of one sentence", ...Object.keys(ONNX_FILES)];
  line.finish(`\n${textTable([titles, ...cells])}`);
}
