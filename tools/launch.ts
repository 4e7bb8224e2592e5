/**
 * Entrance of every `deno task …`: looks at Deno's version, installs the npm packages
 * if they are missing or if `deno.lock` has changed, then runs `commands.ts`.
 *
 * With `"nodeModulesDir": "auto"` Deno would do the first half by itself, and print
 * a line for each of some 300 packages.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- the commands speak to a terminal

import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The lock file that `node_modules` was installed from. */
const INSTALLED = `${ROOT}node_modules/.installed.lock`;

/** Others have another formatter, another FFI, or another kernel. */
const DENO = "2.9.6";

checkVersion();
await installPackages();
// Not a literal, as Deno resolves those before the first line runs.
const file: string = import.meta.resolve("./commands.ts");
const { main } = await import(file) as typeof import("./commands.ts");
Deno.exit(await main(Deno.args));

function checkVersion(): void {
  const [wanted, found] = [DENO, Deno.version.deno];
  const series = wanted.slice(0, wanted.lastIndexOf(".") + 1);
  if (found.startsWith(series)) return;
  console.error(
    `Cannot run "${
      Deno.args[0]
    }": Deno must be ${series}x; found ${found}; run ` +
      `"npx -y deno@${wanted} task ${
        Deno.args[0]
      }", or "deno upgrade ${wanted}"`,
  );
  Deno.exit(1);
}

async function installPackages(): Promise<void> {
  const lock = await Deno.readTextFile(`${ROOT}deno.lock`);
  if (await Deno.readTextFile(INSTALLED).catch(() => "") === lock) return;
  console.error(
    "Installing npm packages, once: 330 MB to fetch, 1.1 GB on disk",
  );
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet"],
    cwd: ROOT,
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
  await Deno.copyFile(`${ROOT}deno.lock`, INSTALLED);
}
