/**
 * How `bench`, `race` and `sweep` speak with the programs that they measure, each a
 * process of its own: a number on a line asks for so much work, a line of JSON
 * answers. So memory is measured apart, and one can wait while another works.
 *
 * @module
 */

/** A program in a process of its own, alive until it is let go. */
export class WorkerProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string, void>;
  readonly #complaints: Promise<string>;

  private constructor(
    private readonly name: string,
    process: Deno.ChildProcess,
  ) {
    this.#process = process;
    this.#requests = process.stdin.getWriter();
    this.#answers = linesOf(process.stdout);
    this.#complaints = new Response(process.stderr).text();
  }

  /**
   * Starts a program and waits until it is ready.
   *
   * @param name Stands in messages.
   * @param command The program and its arguments.
   * @param options `signal` ends the process at once.
   * @returns The process, and the first line that it said.
   * @throws {TypeError} If it ends before it is ready.
   */
  static async start<Hello>(
    name: string,
    [program, ...args]: readonly [string, ...string[]],
    options: { signal?: AbortSignal } = {},
  ): Promise<{ child: WorkerProcess; hello: Hello }> {
    const process = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
      ...options,
    }).spawn();
    const child = new WorkerProcess(name, process);
    return { child, hello: await child.#next<Hello>() };
  }

  /**
   * Asks for work and waits for the answer.
   *
   * @param count How much of it.
   * @throws {TypeError} If the process ends instead of answering.
   */
  async ask<Answer>(count: number): Promise<Answer> {
    await this.#requests.write(new TextEncoder().encode(`${count}\n`));
    return await this.#next<Answer>();
  }

  /** Lets the process end, and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#requests.close().catch(() => {}); // it may have ended by itself
    await this.#process.status;
    await this.#answers.return();
    await this.#complaints;
  }

  async #next<Answer>(): Promise<Answer> {
    const { value } = await this.#answers.next();
    if (value !== undefined) return JSON.parse(value) as Answer;
    const { code } = await this.#process.status;
    throw new TypeError(
      `Cannot measure "${this.name}" as it must answer: it ended with ${code}` +
        ` and said: ${complaintIn(await this.#complaints)}`,
    );
  }
}

/**
 * The program's side: answers until nobody asks any more.
 *
 * @param hello Said at once, when all is ready.
 * @param work Does so much work and returns what to answer.
 */
export async function answerRequests(
  hello: unknown,
  work: (count: number) => unknown,
): Promise<void> {
  const say = async (message: unknown): Promise<void> => {
    const line = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
    for (let at = 0; at < line.length;) {
      at += await Deno.stdout.write(line.subarray(at));
    }
  };
  await say(hello);
  for await (const line of linesOf(Deno.stdin.readable)) {
    await say(await work(Number(line)));
  }
}

/** The most memory that this process had, in MB of 10⁶ bytes. */
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

/** The line that names the error: Deno writes it first, Python last. */
function complaintIn(stderr: string): string {
  const lines = stderr.trim().split("\n");
  return lines.findLast((line) => /^(error|\w*Error)\b/.test(line)) ??
    lines.at(-1)!;
}

async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
