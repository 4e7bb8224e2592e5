import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { commandLine, COMMANDS, resolveFolders } from "../../tools/commands.ts";
import { MAIN } from "./_main.ts";

/** Runs a command line as `deno task` does. */
async function run(
  ...args: string[]
): Promise<{ code: number; output: string; errors: string }> {
  return await runWith({}, ...args);
}

/** The same with variables of the environment. */
async function runWith(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; output: string; errors: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", MAIN, ...args],
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = new TextDecoder();
  return { code, output: text.decode(stdout), errors: text.decode(stderr) };
}

Deno.test("an unknown command ends with 2 and names the nearest one", async () => {
  const { code, errors } = await run("strat");
  assert.equal(code, 2);
  assert.match(errors, /^Cannot run "strat": .*did you mean start\?\n$/);
});

Deno.test("an unknown option ends with 2 and names the nearest one", async () => {
  const { code, errors } = await run("start", "--fulll");
  assert.equal(code, 2);
  assert.match(errors, /^Cannot run "start": .*did you mean --full\?\n$/);
});

Deno.test("an unknown notebook ends with 2 and names the nearest one", async () => {
  const { code, errors } = await run("notebook", "trian");
  assert.equal(code, 2);
  assert.match(
    errors,
    /^Cannot run a notebook: .*found "trian"; did you mean "train"\?\n$/,
  );
});

Deno.test("a path without tests ends with 2 and names the nearest one", async () => {
  const { code, errors } = await run("test", "tests/toolz");
  assert.equal(code, 2);
  assert.match(
    errors,
    /^Cannot run tests: .*found "tests\/toolz"; did you mean "tests\/tools"\?\n$/,
  );
});

Deno.test("a setting that names nothing ends with one line before any work", async () => {
  for (
    const [name, reason] of [
      ["BERTBOOK_ENGINE", "must be one of tensorflow"],
      ["BERTBOOK_MODE", "must be quick or full"],
      ["BERTBOOK_SEED", "must be a whole number"],
    ] as const
  ) {
    const { code, errors } = await runWith(
      { [name]: "nosnense" },
      "notebook",
      "1",
    );
    assert.equal(code, 1);
    assert.match(
      errors,
      new RegExp(`^RangeError: Cannot .*${name} ${reason}.*\n$`),
    );
  }
});

Deno.test("start refuses a seed that no run can take", async () => {
  const { code, errors } = await run("start", "--seed=2147483648");
  assert.equal(code, 2);
  assert.match(
    errors,
    /whole number from 0 to 2147483647; found "2147483648"\n$/,
  );
});

Deno.test("start refuses a folder that takes no files", async () => {
  const file = await Deno.makeTempFile();
  try {
    const { code, errors } = await run("start", `--out=${file}`);
    assert.equal(code, 2);
    assert.match(errors, /^Cannot write results: .*--out\n$/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("start never writes over the project's notebooks", async () => {
  const project = join(import.meta.dirname!, "..", "..");
  const { code, errors } = await run("start", `--out=${project}`);
  assert.equal(code, 2);
  assert.match(errors, /^Cannot write results: .*--out\n$/);
});

Deno.test("fault 77: folders in settings are made absolute once, and names stay", async () => {
  const settings = {
    BERTBOOK_HOME: "cache",
    BERTBOOK_TENSORFLOW: "../tensorflow",
    BERTBOOK_DATA: "./data",
    BERTBOOK_MODEL: "lib",
  };
  const before = Object.keys(settings).map((name) =>
    [name, Deno.env.get(name)] as const
  );
  const resolved = async (name: string, value: string) => {
    Deno.env.set(name, value);
    await resolveFolders();
    return Deno.env.get(name);
  };
  try {
    for (const [name, value] of Object.entries(settings)) {
      assert.equal(await resolved(name, value), resolve(value));
    }
    assert.equal(await resolved("BERTBOOK_DATA", "embedded"), "embedded");
    assert.equal(await resolved("BERTBOOK_MODEL", "tiny"), "tiny");
    assert.equal(await resolved("BERTBOOK_MODEL", "no-such"), "no-such");
    assert.equal(await resolved("BERTBOOK_MODEL", "./no"), resolve("no"));
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
});

Deno.test("a far-fetched word is not corrected", async () => {
  for (const word of ["foo", "99"]) {
    const { code, errors } = await run("notebook", word);
    assert.equal(code, 2);
    assert.match(errors, new RegExp(`found "${word}"\n$`));
  }
});

Deno.test("--help describes every command", async () => {
  const { code, output } = await run("--help");
  assert.equal(code, 0);
  for (const { name, options, description } of COMMANDS) {
    const about = `${name} .*${description.slice(0, 20)}`;
    assert.match(output, new RegExp(`^  ${about}`, "m"));
    const help = commandLine().commands.find((each) => each.name() === name)!
      .helpInformation();
    assert.match(help, new RegExp(`^Usage: deno task ${name} `));
    for (const { flags } of options) assert.ok(help.includes(`  ${flags}`));
  }
  const help = await run("sweep", "--help");
  assert.equal(help.code, 0);
  assert.match(help.output, /^Usage: deno task sweep \[options\]/);
});
