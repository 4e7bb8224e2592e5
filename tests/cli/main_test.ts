import assert from "node:assert/strict";
import { join } from "node:path";

const MAIN = join(import.meta.dirname!, "..", "..", "lib", "cli", "main.ts");

/** Runs a command line as `deno task` does. */
async function run(
  ...args: string[]
): Promise<{ code: number; output: string; errors: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", MAIN, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, output: text.decode(stdout), errors: text.decode(stderr) };
}

Deno.test("an unknown command ends with 2 and names the nearest one", async () => {
  const { code, errors } = await run("strat");
  assert.equal(code, 2);
  assert.match(errors, /^Cannot run "strat" .*did you mean "start"\?\n$/);
});

Deno.test("an unknown option ends with 2 and names the nearest one", async () => {
  const { code, errors } = await run("start", "--fulll");
  assert.equal(code, 2);
  assert.match(errors, /^Cannot run "start" .*did you mean --full\?\n$/);
});

Deno.test("an unknown notebook ends with 2 and names the nearest one", async () => {
  const { code, errors } = await run("notebook", "trian");
  assert.equal(code, 2);
  assert.match(errors, /^Cannot run the notebook "trian" .*\n$/);
});

Deno.test("--help describes every command", async () => {
  const { code, output } = await run("--help");
  assert.equal(code, 0);
  for (
    const name of [
      "start",
      "test",
      "ok",
      "doctor",
      "notebook",
      "kernel",
      "bench",
    ]
  ) {
    assert.match(output, new RegExp(`deno task ${name} `));
    const help = await run(name, "--help");
    assert.equal(help.code, 0);
    assert.match(help.output, new RegExp(`^deno task ${name}`));
  }
});
