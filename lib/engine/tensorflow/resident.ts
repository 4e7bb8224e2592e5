/**
 * Loads a shared library so that it stays loaded, keeps to itself, and does so
 * without a word.
 *
 * Deno unloads libraries when it ends, and TensorFlow's, unloaded before it has
 * worked, takes the process down with it. It also brings its own LLVM, which must
 * not be mixed with the one that a graphics driver may have brought before. And
 * while it is being loaded it logs about oneDNN to stderr, whatever
 * `TF_CPP_MIN_LOG_LEVEL` says.
 *
 * @module
 */

/** `dlfcn.h` of Linux. */
const RTLD_NOW = 0x2;
const RTLD_NODELETE = 0x1000;
const RTLD_DEEPBIND = 0x8;
const STDERR = 2;

const encoder = new TextEncoder();
const cString = (text: string) => encoder.encode(text + "\0");

/**
 * Loads the library for good. Elsewhere than on Linux it does nothing: opening
 * the library is then left to Deno alone.
 *
 * @param path The library's file. One that cannot be loaded is left to Deno too,
 * whose error says why.
 * @param options Whether what the library writes to stderr meanwhile is shown.
 */
export function loadForGood(path: string, options: { showLog: boolean }): void {
  if (Deno.build.os !== "linux") return;
  const system = Deno.dlopen("libdl.so.2", {
    dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
    creat: { parameters: ["buffer", "u32"], result: "i32" },
    dup: { parameters: ["i32"], result: "i32" },
    dup2: { parameters: ["i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const { dlopen, creat, dup, dup2, close } = system.symbols;
  const flags = RTLD_NOW | RTLD_NODELETE | RTLD_DEEPBIND;
  const load = () => dlopen(cString(path), flags);
  try {
    if (options.showLog) return void load();
    const stderr = dup(STDERR);
    const nowhere = creat(cString("/dev/null"), 0o600);
    dup2(nowhere, STDERR);
    load();
    dup2(stderr, STDERR);
    for (const file of [stderr, nowhere]) close(file);
  } finally {
    system.close();
  }
}
