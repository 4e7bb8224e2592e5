// The part of the Deno namespace that the library uses, for Node.
//
// @deno/shim-deno has most of it; what it lacks is added here. There is no FFI, so
// TensorFlow cannot be called.

import { Deno as shim } from "@deno/shim-deno";
import { execFile } from "node:child_process";

/** An error that Node marks by a code. */
function errorWithCode(...codes) {
  return class extends Error {
    static [Symbol.hasInstance](error) {
      return codes.includes(error?.code);
    }
  };
}

/** Runs a program to its end. */
class Command {
  constructor(program, options = {}) {
    this.program = program;
    this.options = options;
  }

  output() {
    const { args = [], cwd, env, signal } = this.options;
    const settings = {
      cwd,
      env: { ...process.env, ...env },
      signal,
      encoding: "buffer",
      maxBuffer: Infinity,
    };
    return new Promise((resolve, reject) => {
      execFile(this.program, args, settings, (error, stdout, stderr) => {
        if (typeof error?.code === "string") {
          const NotFound = shim.errors.NotFound;
          reject(error.code === "ENOENT" ? new NotFound(error.message) : error);
        } else {
          const code = error?.code ?? (error ? 1 : 0);
          resolve({ success: code === 0, code, stdout, stderr });
        }
      });
    });
  }
}

// Node cannot lock files: two processes that download at once both do the work.
shim.FsFile.prototype.tryLock ??= () => Promise.resolve(true);
shim.FsFile.prototype.unlock ??= () => Promise.resolve();

export const Deno = {
  ...shim,
  Command,
  errors: {
    ...shim.errors,
    NotADirectory: errorWithCode("ENOTDIR"),
    NotCapable: errorWithCode("ERR_ACCESS_DENIED"),
  },
};
