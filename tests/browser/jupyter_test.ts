/** JupyterLab and Notebook 7 with our kernel, driven by a browser as a user would. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Cell } from "../../tools/jupyter/notebook.ts";
import { NOTEBOOK_KERNEL } from "../../tools/jupyter/notebook.ts";
import { writeNotebook } from "../../tools/jupyter/notebook_file.ts";
import { installKernelspec } from "../../tools/kernel.ts";
import { PROJECT } from "../../tools/shell/project.ts";
import { RUNS_ALL } from "../_tiers.ts";
import { BrowserPage, findChromium } from "./_chromium.ts";

const chromium = findChromium();

/** `jupyter`: BERTBOOK_JUPYTER, else the one on PATH. */
function findJupyter(): string | undefined {
  const named = Deno.env.get("BERTBOOK_JUPYTER");
  if (named) return named;
  return (Deno.env.get("PATH") ?? "").split(":")
    .map((folder) => `${folder}/jupyter`).find((file) => existsSync(file));
}

const jupyter = RUNS_ALL ? findJupyter() : undefined;

/** The cells that are run; the training takes long enough to be stopped. */
const CELLS = [
  "const kept = 40 + 2;\nconsole.log('kept', kept);",
  "throw new RangeError('on purpose');",
  "console.log('never by run all');",
  "const broken = ;",
  "for (;;) {}",
  `import { checkpointsIn, fineTune, loadModel, show } from "bertbook";
import { check } from "../../notebooks/exercises/mod.ts";
import { settings, trainingProgress } from "../../notebooks/support/mod.ts";
const head = "sequence-classification";
const model = await loadModel("tiny", { head, labels: ["no", "yes"] });
const train = Array.from({ length: 3200 }, (_, i) => (
  { ...model.tokenizer.encode(\`The number \${i}\`), label: i % 2 }
));`,
  `const checkpoints = checkpointsIn("checkpoints", { stopFile: settings().stopFile });
const options = { epochs: 40, batchSize: 8, learningRate: 1e-5, seed: 1, checkpoints };
const bar = trainingProgress(16_000);
for await (const event of fineTune(model, { train, validation: train.slice(0, 8) }, options)) {
  await bar.update(event);
}`,
  'await check("1.1", undefined);',
];

/** A notebook that is open in a client. */
class OpenNotebook {
  constructor(private readonly page: BrowserPage) {}

  /** Executes a command of the client; does not wait for the cells. */
  async command(name: string, args: object = {}): Promise<void> {
    await this.page.evaluate(
      `void window.jupyterapp.commands.execute(${JSON.stringify(name)}, ${
        JSON.stringify(args)
      })`,
    );
  }

  async runCell(index: number): Promise<void> {
    await this.page.evaluate(
      `(() => { const { content } = window.jupyterapp.shell.currentWidget;
        content.activeCellIndex = ${index}; content.deselectAll(); })()`,
    );
    await this.command("notebook:run-cell");
  }

  async interrupt(): Promise<void> {
    await this.page.evaluate(
      `void window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()`,
    );
  }

  /** The text below a cell. */
  async output(index: number): Promise<string> {
    return await this.page.evaluate(
      `JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.cells.get(${index})
        .outputs?.toJSON() ?? [])`,
    );
  }

  /** Waits until a cell's output has some text. */
  async waitFor(index: number, text: RegExp): Promise<void> {
    let output = "";
    for (let tries = 0; tries < 600; tries++) {
      output = await this.output(index);
      if (text.test(output)) return;
      await delay(200);
    }
    const before = await this.output(Math.max(0, index - 1));
    assert.match(output, text, `cell ${index}: ${output} after ${before}`);
  }
}

/** Opens the cells in a client, and closes everything afterwards. */
async function withClient(
  client: "lab" | "notebook",
  use: (notebook: OpenNotebook) => Promise<void>,
): Promise<void> {
  await Deno.mkdir(join(PROJECT, "out"), { recursive: true });
  const folder = await Deno.makeTempDir({ dir: join(PROJECT, "out") });
  const cells = CELLS.map((source, i): Cell => ({
    "cell_type": "code",
    id: `c${i}`,
    metadata: {},
    source,
    "execution_count": null,
    outputs: [],
  }));
  const metadata = { kernelspec: { ...NOTEBOOK_KERNEL } };
  await writeNotebook(join(folder, "a.ipynb"), {
    cells,
    metadata,
    nbformat: 4,
    "nbformat_minor": 5,
  });
  const prefix = join(folder, "prefix");
  await installKernelspec({ prefix });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const app = client === "lab" ? "LabApp" : "JupyterNotebookApp";
  const server = new Deno.Command(jupyter!, {
    args: [
      client,
      ...["--allow-root", "--no-browser", "--ip=127.0.0.1", `--port=${port}`],
      ...["--IdentityProvider.token=", `--${app}.expose_app_in_browser=True`],
      ...["--ServerApp.root_dir", folder],
    ],
    env: {
      HOME: join(folder, "home"),
      JUPYTER_PATH: join(prefix, "share", "jupyter"),
      BERTBOOK_OUT: join(folder, "results"),
      BERTBOOK_HOME: Deno.env.get("BERTBOOK_HOME") ??
        join(Deno.env.get("HOME")!, ".cache", "bertbook"),
      DENO_DIR: Deno.env.get("DENO_DIR") ??
        join(Deno.env.get("HOME")!, ".cache", "deno"),
    },
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const path = client === "lab" ? "lab/tree" : "notebooks";
    const url = new URL(`http://127.0.0.1:${port}/${path}/a.ipynb`);
    for (let tries = 0; !await answers(url); tries++) {
      assert.ok(tries < 300, "Jupyter did not start");
      await delay(200);
    }
    await using page = await BrowserPage.open(chromium!, url);
    const isReady = `window.jupyterapp?.shell.currentWidget?.sessionContext
      ?.session?.kernel?.status === "idle"`;
    for (let tries = 0; !await page.evaluate(isReady); tries++) {
      assert.ok(tries < 300, "the kernel did not start");
      await delay(200);
    }
    await use(new OpenNotebook(page));
  } finally {
    server.kill("SIGTERM");
    await server.status;
    await Deno.remove(folder, { recursive: true });
  }
}

async function answers(url: URL): Promise<boolean> {
  try {
    const { ok, body } = await fetch(url);
    await body?.cancel();
    return ok;
  } catch {
    return false;
  }
}

for (const client of ["lab", "notebook"] as const) {
  Deno.test({
    name:
      `jupyter ${client}: run all, errors, Stop, and a training that goes on`,
    ignore: chromium === undefined || jupyter === undefined,
    fn: () =>
      withClient(client, async (notebook) => {
        await notebook.command("notebook:run-all-cells");
        await notebook.waitFor(1, /RangeError.*on purpose/);
        await delay(2_000);
        assert.equal(
          await notebook.output(2),
          "[]",
          "cells after an error wait",
        );
        await notebook.runCell(3);
        await notebook.waitFor(3, /SyntaxError/);
        await notebook.runCell(4);
        await delay(1_000);
        await notebook.interrupt();
        await notebook.waitFor(4, /"error"/);
        await notebook.runCell(0);
        await notebook.waitFor(0, /kept 42/);
        await notebook.runCell(5);
        await notebook.runCell(6);
        await notebook.waitFor(6, /Training/);
        await delay(8_000);
        await notebook.interrupt();
        await notebook.waitFor(6, /Training stopped at step \d+ of 16000/);
        await notebook.runCell(6);
        await notebook.waitFor(6, /Resumed at step \d+ of 16000/);
        await notebook.interrupt();
        await notebook.waitFor(6, /"error"/);
        await notebook.runCell(7);
        await notebook.waitFor(7, /Exercise 1\.1.*not answered yet/);
      }),
  });
}
