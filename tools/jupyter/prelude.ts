/**
 * What Deno's kernel leaves out, and what a cell shows in its place: the cause of an
 * error, unhandled rejections, the place of a syntax error, and a way to stop a cell
 * that awaits.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- the kernel shows what its console prints

import type { Content } from "./channels.ts";

/** The type of the message that says: nothing more comes of this cell. */
export const MARK = "bertbook_mark";

/** The type of the message that answers a byte, unless a cell computes. */
export const ALIVE = "bertbook_alive";

/** Bytes to the kernel: asks for {@linkcode ALIVE}, stops a cell, frees a dead one. */
export const BYTES = { ping: 1, stop: 2, collect: 3 } as const;

/** Run behind each cell: publishes {@linkcode MARK} with the error's causes. */
export const SEND_MARK =
  `await globalThis[Symbol.for("bertbook.kernel")].mark()`;

/** The last error whose stack was asked for, as {@linkcode MARK} describes it. */
export type Thrown = { ename: string; evalue: string; causes: string[] };

/**
 * Code to run in the kernel before any cell.
 *
 * It reads standard input, a pipe from us, in a separate thread. Its end kills the
 * kernel, so that the kernel never outlives us, not even while a cell spins. A byte in
 * it stops a cell that awaits: whatever it shows next throws.
 */
export const PRELUDE = `(${install})(${JSON.stringify(MARK)}, ${
  JSON.stringify(ALIVE)
})`;

function install(mark: string, alive: string): void {
  const { broadcast } = Deno.jupyter;
  const errors = Error as unknown as Record<string, unknown>;
  let isStopping = false, thrown: unknown;
  // The kernel asks for the stack of what a cell throws, and for nothing else of it.
  errors["prepareStackTrace"] = (error: unknown, sites: unknown[]): string => {
    thrown = error;
    return [`${error}`, ...sites.map((site) => `    at ${site}`)].join("\n");
  };
  Deno.jupyter.broadcast = async (...message): Promise<void> => {
    if (isStopping) {
      const name = "Interrupted";
      throw Object.assign(new Error("the cell was stopped"), { name });
    }
    await broadcast(...message);
  };
  (globalThis as unknown as Record<symbol, unknown>)[
    Symbol.for("bertbook.kernel")
  ] = {
    async mark(): Promise<void> {
      const last = thrown, causes: string[] = [];
      thrown = undefined;
      isStopping = false;
      const content: Record<string, unknown> = { causes };
      if (last instanceof Error) {
        Object.assign(content, { ename: last.name, evalue: last.message });
        let { cause } = last;
        for (
          ;
          cause instanceof Error && causes.length < 10;
          { cause } = cause
        ) {
          causes.push(`${cause.stack}`);
        }
        if (cause !== undefined) causes.push(Deno.inspect(cause));
      }
      await broadcast(mark, content);
    },
  };
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    console.error("Uncaught (in promise)", event.reason);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    console.error("Uncaught", event.error);
  });
  const code = "for await (const bytes of Deno.stdin.readable) " +
    "bytes.forEach((byte) => postMessage(byte));" +
    "Deno.kill(Deno.pid, 'SIGKILL');";
  const url = `data:text/javascript,${encodeURIComponent(code)}`;
  new Worker(url, { type: "module" }).onmessage = ({ data: byte }) => {
    if (byte === 2) isStopping = true;
    // An interrupted cell ends when its promise is found to be garbage.
    if (byte === 3) {
      process.getBuiltinModule("node:v8").setFlagsFromString("--expose-gc");
      process.getBuiltinModule("node:vm").runInNewContext("gc")();
    }
    broadcast(alive, {});
  };
}

/**
 * The error of a failed cell, with what the kernel does not say of it.
 *
 * @param error Name, message and traceback, as the kernel gives them.
 * @param cell Its code, whether it was interrupted, and what the mark says.
 * @returns The same with the causes, or with the place of a syntax error.
 */
export async function explain(
  { ename, evalue, traceback }: Content,
  cell: { code: string; isInterrupted: boolean; thrown: Thrown | undefined },
): Promise<Content> {
  const lines = Array.isArray(traceback) ? traceback.map(String) : [];
  const known = { ename: String(ename), evalue: String(evalue) };
  if (lines.length > 0) {
    const { thrown } = cell;
    const isSame = thrown?.ename === ename && thrown?.evalue === evalue;
    const causes = isSame ? thrown!.causes : [];
    if (lines.join("") === "") lines.splice(0, 1, `Uncaught ${evalue}`);
    const more = causes.flatMap((cause) => `Caused by: ${cause}`.split("\n"));
    return { ...known, traceback: [...lines, ...more] };
  }
  if (cell.isInterrupted) {
    const evalue = "the cell was stopped";
    const traceback = [`Interrupted: ${evalue}`];
    return { ename: "Interrupted", evalue, traceback };
  }
  const found = await syntaxError(cell.code);
  return found ?? {
    ...known,
    traceback: [
      `${ename}: ${evalue}`,
      "The kernel gives no reason: the cell does not parse, or it was interrupted",
    ],
  };
}

/** Asks the parser of `deno fmt` where the code is wrong; undefined if nowhere. */
async function syntaxError(code: string): Promise<Content | undefined> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", "ts", "-"],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const written = new Blob([code]).stream().pipeTo(process.stdin);
  const { stderr } = await process.output();
  await written.catch(() => {});
  const text = new TextDecoder().decode(stderr);
  const match = /SyntaxError: (.*)\n([^]*?)\n +at \S+?:(\d+):(\d+)/.exec(text);
  if (match === null) return undefined;
  const [, reason, excerpt, line, column] = match;
  const evalue = `${reason} (line ${line}, column ${column})`;
  const traceback = [`SyntaxError: ${evalue}`, ...excerpt!.split("\n")];
  return { ename: "SyntaxError", evalue, traceback };
}
