import assert from "node:assert/strict";
import { join } from "node:path";
import { COMMANDS } from "../../tools/main.ts";

const TASK = new URL("../../tools/task.ts", import.meta.url);

Deno.test("a task installs npm packages when deno.lock is new, and only then", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = (file: string, text: string): Promise<void> =>
      Deno.writeTextFile(join(folder, file), text);
    await Deno.mkdir(join(folder, "tools"));
    await Deno.mkdir(join(folder, "node_modules"));
    await Deno.copyFile(TASK, join(folder, "tools/task.ts"));
    await write("deno.json", `{ "nodeModulesDir": "manual" }`);
    await write("deno.lock", `{ "version": "5" }`);
    await write(
      "tools/main.ts",
      `export function main(args) { console.log(args.join()); return 3; }`,
    );
    const run = async (): Promise<
      { code: number; out: string; err: string }
    > => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--no-check",
          "--allow-all",
          "tools/task.ts",
          "a",
          "b",
        ],
        cwd: folder,
      }).output();
      const text = new TextDecoder();
      return { code, out: text.decode(stdout), err: text.decode(stderr) };
    };
    const first = await run();
    assert.deepEqual([first.code, first.out], [3, "a,b\n"]);
    assert.match(first.err, /^Installing npm packages.*\n$/);
    assert.deepEqual(await run(), { code: 3, out: "a,b\n", err: "" });
    await write("deno.lock", `{ "version": "5", "npm": {} }`);
    assert.match((await run()).err, /^Installing npm packages/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("another Deno ends with one line that says what to do", async () => {
  const preload = await Deno.makeTempFile({ suffix: ".ts" });
  const find = async (version: string) => {
    const fake =
      `Object.defineProperty(Deno, "version", { value: { deno: "${version}" } })`;
    await Deno.writeTextFile(preload, fake);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "-q", "--preload", preload, TASK.href, "sweep", "-h"],
    }).output();
    return { code, errors: new TextDecoder().decode(stderr) };
  };
  try {
    for (const version of ["2.8.3", "2.10.0", "3.0.0"]) {
      const { code, errors } = await find(version);
      assert.equal(code, 1);
      assert.match(
        errors,
        /^Cannot run "sweep": Deno must be 2\.9\.x; found [^\n]* task sweep", or [^\n]*\n$/,
      );
    }
    assert.deepEqual(await find("2.9.99"), { code: 0, errors: "" });
  } finally {
    await Deno.remove(preload);
  }
});

Deno.test("deno.json has a task for each command, through the installer", async () => {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  const expected = COMMANDS.map(({ name, description }) => {
    const command = `deno run --quiet --allow-all tools/task.ts ${name}`;
    return [name, { description, command }];
  });
  assert.deepEqual(tasks, Object.fromEntries(expected));
});
