/**
 * Worker processes of `bench`, `race` and `sweep`. A line with a number asks a worker
 * for that much work, a line of JSON answers. So its memory is measured apart from
 * others', and one worker waits while another works.
 *
 * @module
 */

import { join } from "node:path";

/** The program of a worker, and its arguments. */
export type WorkerCommand = {
  /** Its name in messages. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** The way out if it was killed, as the system does where memory is short. */
  readonly ifKilled?: string;
};

/** Lets a worker collect garbage before it reads its memory. */
const EXPOSE_GC = "--v8-flags=--expose-gc";

/**
 * The command line of a program of this project, which may do everything.
 *
 * @param file Its file.
 * @param flags Further flags of Deno.
 */
export function denoProgram(
  file: string,
  ...flags: readonly string[]
): [string, ...string[]] {
  const run = ["run", "--quiet", "--no-check", "--allow-all"];
  return [Deno.execPath(), ...run, ...flags, file];
}

/**
 * The command of a worker in this folder, written in TypeScript.
 *
 * @param name Its name in messages.
 * @param file Its file.
 * @param args What it reads from `Deno.args[0]`, as JSON.
 */
export function denoWorker(
  name: string,
  file: string,
  args: unknown,
): WorkerCommand {
  const program = denoProgram(join(import.meta.dirname!, file), EXPOSE_GC);
  return { name, command: [...program, JSON.stringify(args)] };
}

/** A process that works when asked to, until it is disposed. */
export class WorkerProcess<Hello = unknown> implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string, void>;
  readonly #errors: Promise<string>;
  #hello: Hello | undefined;

  private constructor(
    readonly name: string,
    process: Deno.ChildProcess,
    readonly ifKilled?: string,
  ) {
    this.#process = process;
    this.#requests = process.stdin.getWriter();
    this.#answers = linesOf(process.stdout);
    this.#errors = new Response(process.stderr).text();
  }

  /**
   * Starts a worker and waits until it is ready.
   *
   * @param worker Its name and program.
   * @param signal Ends the process at once.
   * @throws {TypeError} If it ends before it is ready.
   */
  static async start<Hello>(
    { name, command: [program, ...args], ifKilled }: WorkerCommand,
    signal?: AbortSignal,
  ): Promise<WorkerProcess<Hello>> {
    const process = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
      ...(signal === undefined ? {} : { signal }),
    }).spawn();
    const worker = new WorkerProcess<Hello>(name, process, ifKilled);
    worker.#hello = await worker.#next<Hello>();
    return worker;
  }

  /** The first line that it wrote. */
  get hello(): Hello {
    return this.#hello!;
  }

  /**
   * Asks for work and waits for the answer.
   *
   * @param count How much of it.
   * @throws {TypeError} If the process ends instead of answering.
   */
  async ask<Answer>(count: number): Promise<Answer> {
    const request = new TextEncoder().encode(`${count}\n`);
    await this.#requests.write(request).catch(() => {}); // its end is told below
    return await this.#next<Answer>();
  }

  /** Lets the process end, and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#requests.close().catch(() => {}); // it may have ended by itself
    await this.#process.status;
    await this.#answers.return();
    await this.#errors;
  }

  async #next<Answer>(): Promise<Answer> {
    const { value } = await this.#answers.next();
    if (value !== undefined) return JSON.parse(value) as Answer;
    const { code } = await this.#process.status;
    throw new TypeError(
      `Cannot measure "${this.name}": its process must answer; found ` +
        describeEnd(code, await this.#errors, this.ifKilled),
    );
  }
}

/**
 * The worker's side: answers until nobody asks any more.
 *
 * @param hello Written at once, when all is ready.
 * @param work Does that much work and returns the answer.
 */
export async function answerRequests(
  hello: unknown,
  work: (count: number) => unknown,
): Promise<void> {
  const write = async (message: unknown): Promise<void> => {
    const line = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
    for (let at = 0; at < line.length;) {
      at += await Deno.stdout.write(line.subarray(at));
    }
  };
  await write(hello);
  for await (const line of linesOf(Deno.stdin.readable)) {
    await write(await work(Number(line)));
  }
}

/** The peak memory of this process, in MB of 10⁶ bytes. */
export function peakMegabytes(): number {
  const status = Deno.build.os === "linux"
    ? Deno.readTextFileSync("/proc/self/status")
    : "";
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  const bytes = kibibytes === undefined
    ? Deno.memoryUsage().rss
    : Number(kibibytes) * 1024;
  return Math.round(bytes / 1e6);
}

/** SIGKILL, 9, as an exit code. */
const KILLED = 128 + 9;

/**
 * How a process failed, for an error.
 *
 * @param code Its exit code.
 * @param stderr What it wrote.
 * @param ifKilled The way out if it was killed.
 */
export function describeEnd(
  code: number,
  stderr: string,
  ifKilled = "",
): string {
  return `exit code ${code} and the message: ${errorIn(stderr)}` +
    (code === KILLED ? ifKilled : "");
}

/** The line of an output that names the error: Deno writes it first, Python last. */
function errorIn(stderr: string): string {
  const lines = stderr.trim().split("\n");
  return lines.findLast((line) => /^(error|[\w.]*Error)\b/.test(line)) ??
    lines.at(-1)!;
}

/** The whole lines of a stream, as they arrive. */
export async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
