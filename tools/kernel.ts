/** `deno task kernel`: makes the kernel known to JupyterLab and VS Code. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { installKernelspec, removeKernelspec } from "./jupyter/kernelspec.ts";
import type { Command } from "./shell/command.ts";

/** Registers the kernelspec, or takes it away. */
export const KERNEL: Command = {
  name: "kernel",
  summary: "Register the Deno kernel for JupyterLab and VS Code",
  options: {
    remove: { type: "boolean", description: "Take the kernelspec away again" },
    prefix: {
      type: "string",
      value: "FOLDER",
      description:
        "Install below FOLDER/share/jupyter instead of for this user",
    },
  },
  run: async ({ flags, values }) => {
    const prefix = values.get("prefix");
    const where = prefix === undefined ? {} : { prefix };
    if (flags.has("remove")) {
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
  },
};
