/** Bundling for a browser: a module and all that it imports become one script. @module */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Bundles a module by `deno bundle`, which fetches esbuild at the first use.
 *
 * @param source The path of the module.
 * @returns The script.
 * @throws {RangeError} If Deno does not run this, or `deno bundle` fails.
 */
export async function bundle(source: string): Promise<string> {
  if (typeof Deno.execPath !== "function") {
    throw new RangeError(
      `Cannot make a page: Deno must run the library; found Node.js; run ` +
        `"deno task page"`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "bertbook-page-"));
  const output = join(folder, "page.js");
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["bundle", "--quiet", "--minify", "--platform", "browser"],
        ...["-o", output, source],
      ],
      cwd: fileURLToPath(new URL("../../", import.meta.url)), // that of deno.json
      env: { NO_COLOR: "1" },
      stdout: "null",
    }).output();
    if (success) return await readFile(output, "utf8");
    throw new RangeError(
      `Cannot make a page: "deno bundle" must translate its script; found ` +
        `${
          new TextDecoder().decode(stderr).trim().split("\n")[0]
        }; Deno fetches ` +
        `esbuild at the first use, so connect to the network once`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
