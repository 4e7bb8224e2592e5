import assert from "node:assert/strict";
import { join } from "node:path";
import { RUNS_ALL } from "../_tiers.ts";
import { MAIN, permissionsOf } from "./_main.ts";

const NOTEBOOKS = join(import.meta.dirname!, "..", "..", "notebooks");

/** Runs `deno task notebook` in a folder of its own; its words arrive as they are said. */
function startNotebook(
  name: string,
  out: string,
  env: Record<string, string>,
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", ...permissionsOf("notebook"), MAIN],
      ...["notebook", name],
    ],
    env: { NO_COLOR: "1", BERTBOOK_OUT: out, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function inFolder(work: (out: string) => Promise<void>): Promise<void> {
  const out = await Deno.makeTempDir({ prefix: "bertbook-stop-" });
  try {
    await work(out);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

Deno.test("fault 86: a notebook that fails does not replace the outputs in its file", async () => {
  await inFolder(async (out) => {
    const file = join(NOTEBOOKS, "01_load.ipynb");
    const before = await Deno.readTextFile(file);
    await Deno.mkdir(join(out, "cola"));
    await Deno.writeTextFile(join(out, "cola", "in_domain_train.tsv"), "no\n");
    const child = startNotebook("1", out, { BERTBOOK_DATA: out });
    const { code, stderr } = await child.output();
    assert.equal(code, 1);
    assert.equal(await Deno.readTextFile(file), before);
    const aside = join(out, "notebooks", "01_load.ipynb");
    assert.match(await Deno.readTextFile(aside), /"output_type": "error"/);
    assert.match(
      new TextDecoder().decode(stderr),
      /What it showed until then: /,
    );
  });
});

const SIGNALS: readonly [Deno.Signal, number][] = RUNS_ALL
  ? [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]]
  : [["SIGINT", 130]];

for (const [signal, expected] of SIGNALS) {
  Deno.test({
    name:
      `fault 87: ${signal} ends a training after its step, with ${expected}, and it continues`,
    ignore: Deno.build.os === "windows",
    fn: () =>
      inFolder(async (out) => {
        const file = join(NOTEBOOKS, "03_train.ipynb");
        const before = await Deno.readTextFile(file);
        const env = { BERTBOOK_MODEL: "tiny", BERTBOOK_DATA: "embedded" };
        const child = startNotebook("3", out, env);
        const errors = new Response(child.stderr).text();
        let said = "", isStopping = false;
        for await (
          const text of child.stdout.pipeThrough(new TextDecoderStream())
        ) {
          said += text;
          if (isStopping || !/Batch \d+ of/.test(said)) continue;
          isStopping = true;
          child.kill(signal);
        }
        const { code } = await child.status;
        assert.equal(code, expected, said + await errors);
        const [, step] = /Training stopped at step (\d+) of/.exec(said) ?? [];
        assert.ok(Number(step) > 0, said);
        assert.equal(await Deno.readTextFile(file), before);
        const run = join(out, "checkpoints", "cola", "run-1");
        const names = Array.from(Deno.readDirSync(run), ({ name }) => name);
        assert.ok(names.includes(`checkpoint-${step}`), `${names}`);
      }),
  });
}
