import assert from "node:assert/strict";
import { join } from "node:path";
import { ALL_MINI_LM } from "../../lib/checkpoint/catalogue.ts";
import { COLA } from "../../lib/datasets/cola.ts";
import { COMMANDS } from "../../tools/commands.ts";
import { MAIN, permissionsOf } from "./_main.ts";

const TASK = new URL("../../tools/launch.ts", import.meta.url);

Deno.test("a task installs npm packages when deno.lock is new, and only then", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = (file: string, text: string): Promise<void> =>
      Deno.writeTextFile(join(folder, file), text);
    await Deno.mkdir(join(folder, "tools"));
    await Deno.mkdir(join(folder, "node_modules"));
    await Deno.copyFile(TASK, join(folder, "tools/launch.ts"));
    await write("deno.json", `{ "nodeModulesDir": "manual" }`);
    await write("deno.lock", `{ "version": "5" }`);
    await write(
      "tools/commands.ts",
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
          "tools/launch.ts",
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

/** `deno.json`, as far as it is looked at. */
const CONFIG = JSON.parse(
  await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
);

Deno.test("deno.json has a task for each command, through the installer", () => {
  const tasks = COMMANDS.map(({ name, description }) => {
    const flags = permissionsOf(name).join(" ");
    const command =
      `DENO_NO_UPDATE_CHECK=1 deno run ${flags} tools/launch.ts ${name}`;
    return [name, { description, command }];
  });
  assert.deepEqual(CONFIG.tasks, Object.fromEntries(tasks));
});

Deno.test("fault 64: no task has all permissions, and docs/security.md lists those of each", async () => {
  const text = await Deno.readTextFile(
    new URL("../../docs/security.md", import.meta.url),
  );
  const rows = text.matchAll(
    /^\| `(\w+)` +\| ([\w, ]+?) +\| ([\w, .]+?) +\|$/gm,
  );
  const listed: Record<string, string[]> = Object.fromEntries(
    rows.map(([, name, kinds, net]) => [name, [kinds!, net!]]),
  );
  const hosts = [ALL_MINI_LM.asset, COLA.asset!].flatMap(({ sources }) =>
    sources.flatMap((source) =>
      source.kind === "url"
        ? [new URL(source.url).hostname, ...source.redirectHosts ?? []]
        : []
    )
  );
  const meanings: Record<string, string[]> = {
    none: [],
    downloads: hosts,
    "127.0.0.1, downloads": ["127.0.0.1", ...hosts],
    "127.0.0.1, 0.0.0.0, downloads": ["127.0.0.1", "0.0.0.0", ...hosts],
  };
  for (const { name } of COMMANDS) {
    const [quiet, noPrompt, ...flags] = permissionsOf(name);
    assert.deepEqual([quiet, noPrompt], ["--quiet", "--no-prompt"]);
    const kinds = flags.filter((flag) => !flag.includes("="));
    assert.ok(!kinds.includes("--allow-all"), name);
    const [said = "", net = ""] = listed[name] ?? [];
    assert.deepEqual(kinds, said.split(", ").map((kind) => `--allow-${kind}`));
    assert.deepEqual(
      flags.filter((flag) => flag.includes("=")),
      net === "none" ? [] : [`--allow-net=${meanings[net]!.join(",")}`],
      name,
    );
  }
});

Deno.test("fault 64: a denied permission is explained in one line", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", "--allow-env", MAIN, "kernel"],
    env: { JUPYTER_DATA_DIR: import.meta.dirname! },
  }).output();
  assert.equal(code, 1);
  assert.match(
    new TextDecoder().decode(stderr),
    /^NotCapable: Cannot run "kernel": [^\n]* write access [^\n]*"deno task kernel" allows it\n$/,
  );
});

Deno.test("fault 64: the lock file is frozen, and each package has its digest", async () => {
  assert.deepEqual(CONFIG.lock, { frozen: true });
  const { npm, version: _, specifiers: __, workspace: ___, ...others } = JSON
    .parse(
      await Deno.readTextFile(new URL("../../deno.lock", import.meta.url)),
    );
  assert.deepEqual(others, {}); // nothing from elsewhere than npm
  for (const [name, entry] of Object.entries(npm)) {
    const { integrity } = entry as { integrity: string };
    assert.match(integrity, /^sha512-[\w+/]{86}==$/, name);
  }
});
