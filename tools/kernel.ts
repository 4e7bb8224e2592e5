/** `deno task kernel`: makes the kernel known to JupyterLab and VS Code. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { installKernelspec, removeKernelspec } from "./jupyter/kernelspec.ts";

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
