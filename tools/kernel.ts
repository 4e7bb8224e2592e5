/**
 * `deno task kernel`: makes the kernel known to JupyterLab and VS Code by a kernelspec.
 *
 * It names the relay before Deno's kernel, and Stop sends a message: with the stock one
 * of `deno jupyter --install` it sends a signal, which kills the kernel.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { basename, join } from "node:path";
import { cacheFolder } from "../lib/download/cache.ts";
import { checkTrusted } from "../lib/download/trusted_path.ts";
import { KERNEL_ENVIRONMENT } from "./jupyter/kernel_process.ts";
import { PROJECT } from "./shell/project.ts";

/**
 * Registers the kernelspec, or removes it.
 *
 * @param options Those of the command.
 * @returns The exit code.
 */
export async function kernel(
  { remove, ...where }: { remove?: boolean; prefix?: string },
): Promise<number> {
  if (remove) {
    const folder = await removeKernelspec(where);
    console.log(
      folder === undefined
        ? "There was no kernel to remove"
        : `Removed the kernel at ${folder}`,
    );
    return 0;
  }
  console.log(
    `Installed the kernel at ${await installKernelspec(where)}\n` +
      `Open a notebook in JupyterLab or VS Code and choose "Deno (Bertbook)".`,
  );
  return 0;
}

/** The folder of our kernelspec. */
const NAME = "bertbook";

/** Where a kernelspec is installed; the user's Jupyter data folder by default. */
export type KernelspecOptions = {
  /** Installs below `<prefix>/share/jupyter`, a virtual environment for one. */
  prefix?: string;
};

/**
 * Installs our kernelspec, or brings it up to date.
 *
 * @param options Where to install it.
 * @returns The file that was written.
 */
export async function installKernelspec(
  options: KernelspecOptions = {},
): Promise<string> {
  const folder = kernelspecFolder(options);
  await Deno.mkdir(folder, { recursive: true });
  const file = join(folder, "kernel.json");
  await Deno.writeTextFile(
    file,
    JSON.stringify(await kernelspec(), null, 2) + "\n",
  );
  return file;
}

/**
 * Removes our kernelspec.
 *
 * @param options Where it was installed.
 * @returns The folder that was removed, or undefined if there was none.
 */
export async function removeKernelspec(
  options: KernelspecOptions = {},
): Promise<string | undefined> {
  const folder = kernelspecFolder(options);
  try {
    await Deno.remove(folder, { recursive: true });
    return folder;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What the relay may do; the kernel that it starts may do everything. */
const PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-net=127.0.0.1",
];

/** Where things are: a client may start the kernel without these variables. */
const PLACES = ["BERTBOOK_HOME", "BERTBOOK_OFFLINE", "DENO_DIR"];

/** The kernelspec, with the Deno and the places of the process that runs this. */
async function kernelspec(): Promise<Record<string, unknown>> {
  const places = PLACES.map((name) => [name, Deno.env.get(name)] as const)
    .filter(([, value]) => value);
  return {
    argv: [
      await lastingDeno(Deno.execPath()),
      ...["run", "--quiet", "--no-prompt", "--no-check", "--no-config"],
      ...PERMISSIONS,
      join(PROJECT, "tools", "jupyter", "relay.ts"),
      "{connection_file}",
    ],
    display_name: "Deno (Bertbook)",
    language: "typescript",
    interrupt_mode: "message",
    env: { ...KERNEL_ENVIRONMENT, ...Object.fromEntries(places) },
  };
}

/**
 * Keeps a Deno that `npx` fetched, as `npm cache clean` removes it with all of npx's.
 *
 * @param deno The executable.
 * @returns The same, or a hard link or copy of it in the cache folder.
 */
export async function lastingDeno(deno: string): Promise<string> {
  if (!/[\\/]node_modules[\\/]/.test(deno)) return deno;
  const folder = join(cacheFolder(), "deno", Deno.version.deno);
  await Deno.mkdir(folder, { recursive: true });
  checkTrusted(folder, cacheFolder());
  const kept = join(folder, basename(deno));
  await Deno.remove(kept).catch(() => {}); // an older one may still run
  await Deno.link(deno, kept).catch(() => Deno.copyFile(deno, kept));
  return kept;
}

/**
 * Where our kernelspec is installed.
 *
 * Jupyter documentation, "Common directories and file locations".
 *
 * @param options The prefix, if any.
 * @returns The folder, which need not exist.
 * @throws {TypeError} If the environment names no home folder.
 */
export function kernelspecFolder(options: KernelspecOptions = {}): string {
  const data = options.prefix === undefined
    ? userDataFolder()
    : join(options.prefix, "share", "jupyter");
  return join(data, "kernels", NAME);
}

function userDataFolder(): string {
  const chosen = Deno.env.get("JUPYTER_DATA_DIR");
  if (chosen) return chosen;
  switch (Deno.build.os) {
    case "windows":
      return join(needed("APPDATA"), "jupyter");
    case "darwin":
      return join(needed("HOME"), "Library", "Jupyter");
    default: {
      const shared = Deno.env.get("XDG_DATA_HOME");
      return join(shared || join(needed("HOME"), ".local", "share"), "jupyter");
    }
  }
}

function needed(variable: string): string {
  const value = Deno.env.get(variable);
  if (value) return value;
  throw new TypeError(
    `Cannot find the Jupyter data folder: ${variable} must name a folder; found it unset; set it, or JUPYTER_DATA_DIR`,
  );
}
