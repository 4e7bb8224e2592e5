// The part of the Deno namespace that the library uses, made of Node's modules: files,
// environment and processes. There is no FFI, so TensorFlow cannot be called.

import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as files from "node:fs/promises";
import process from "node:process";

/** A class of errors that Node marks by a code. */
function errorsWithCode(code) {
  return class extends Error {
    static [Symbol.hasInstance](error) {
      return error?.code === code;
    }
  };
}

/** An open file with a position. */
class FsFile {
  #position = 0;

  constructor(descriptor) {
    this.descriptor = descriptor;
  }

  readSync(bytes) {
    const { descriptor } = this;
    const count = fs.readSync(
      descriptor,
      bytes,
      0,
      bytes.length,
      this.#position,
    );
    this.#position += count;
    return count === 0 ? null : count;
  }

  writeSync(bytes) {
    const { descriptor } = this;
    const count = fs.writeSync(
      descriptor,
      bytes,
      0,
      bytes.length,
      this.#position,
    );
    this.#position += count;
    return count;
  }

  /** From the start of the file, the only way in which the library seeks. */
  seekSync(offset) {
    this.#position = offset;
    return offset;
  }

  read = (bytes) => promise(() => this.readSync(bytes));
  write = (bytes) => promise(() => this.writeSync(bytes));
  seek = (offset) => promise(() => this.seekSync(offset));
  truncate = (size) => promise(() => fs.ftruncateSync(this.descriptor, size));
  sync = () => promise(() => fs.fsyncSync(this.descriptor));
  syncData = () => promise(() => fs.fdatasyncSync(this.descriptor));
  statSync = () => fs.fstatSync(this.descriptor);
  // Node cannot lock files: two processes that download at once both do the work.
  tryLock = () => Promise.resolve(true);
  unlock = () => Promise.resolve();
  close = () => fs.closeSync(this.descriptor);
  [Symbol.dispose] = () => this.close();
}

function promise(run) {
  return new Promise((resolve) => resolve(run()));
}

/** Runs a program to its end. */
class Command {
  constructor(program, options) {
    this.program = program;
    this.options = options;
  }

  output() {
    const { args, cwd, env, signal } = this.options;
    const settings = { cwd, env: { ...process.env, ...env }, signal };
    settings.encoding = "buffer";
    settings.maxBuffer = Infinity;
    return new Promise((resolve, reject) => {
      execFile(this.program, args, settings, (error, stdout, stderr) => {
        // A number is the program's exit status, a string says why it did not run.
        if (typeof error?.code === "string") reject(error);
        else resolve({ success: error === null, stdout, stderr });
      });
    });
  }
}

function flagsOf({ write, create, createNew, truncate }) {
  const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC } = fs.constants;
  if (!write) return O_RDONLY;
  return O_RDWR | (create || createNew ? O_CREAT : 0) |
    (createNew ? O_EXCL : 0) | (truncate ? O_TRUNC : 0);
}

function withKinds(entry) {
  return {
    name: entry.name,
    isFile: entry.isFile(),
    isDirectory: entry.isDirectory(),
    isSymlink: entry.isSymbolicLink(),
  };
}

function withFacts(stats) {
  const { size, mtime, ctime, birthtime, dev, ino } = stats;
  return { ...withKinds(stats), size, mtime, ctime, birthtime, dev, ino };
}

export const Deno = {
  FsFile,
  Command,
  SeekMode: { Start: 0 },
  build: {
    os: { win32: "windows" }[process.platform] ?? process.platform,
    arch: { x64: "x86_64", arm64: "aarch64" }[process.arch] ?? process.arch,
  },
  env: { get: (name) => process.env[name] },
  permissions: { querySync: () => ({ state: "granted" }) },
  uid: () => process.getuid?.() ?? null,
  errors: {
    NotFound: errorsWithCode("ENOENT"),
    NotADirectory: errorsWithCode("ENOTDIR"),
    AlreadyExists: errorsWithCode("EEXIST"),
    NotCapable: errorsWithCode("ERR_ACCESS_DENIED"),
  },
  open: (path, options = {}) =>
    promise(() =>
      new FsFile(fs.openSync(path, flagsOf(options), options.mode))
    ),
  readFile: async (path) => new Uint8Array(await files.readFile(path)),
  readTextFile: (path) => files.readFile(path, "utf8"),
  writeFile: (path, bytes, options) => files.writeFile(path, bytes, options),
  writeTextFile: (path, text, options) => files.writeFile(path, text, options),
  chmod: (path, mode) => files.chmod(path, mode),
  mkdir: (path, options) => files.mkdir(path, options),
  rename: (from, to) => files.rename(from, to),
  remove: async (path, options) => {
    const isFolder = !options?.recursive &&
      (await files.lstat(path)).isDirectory();
    await (isFolder ? files.rmdir(path) : files.rm(path, options));
  },
  readLink: (path) => files.readlink(path),
  stat: async (path) => withFacts(await files.stat(path)),
  lstat: async (path) => withFacts(await files.lstat(path)),
  readDir: async function* (path) {
    for (const entry of await files.readdir(path, { withFileTypes: true })) {
      yield withKinds(entry);
    }
  },
  readDirSync: (path) =>
    fs.readdirSync(path, { withFileTypes: true }).map(withKinds),
};
