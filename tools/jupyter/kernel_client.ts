/**
 * A client of the Deno kernel: starts one, runs cells in it, interrupts it, ends it.
 *
 * This kernel publishes outputs after it says idle and after its reply, the later the
 * busier the machine, and clients that stop listening then lose up to a quarter of
 * them. But all outputs pass through one queue. So behind every cell a silent one
 * sends a mark through that queue: when the mark arrives, all that was shown has.
 *
 * @module
 */

import { Channels, onAbort, type OnPublished } from "./channels.ts";
import { KernelError, KernelProcess } from "./kernel_process.ts";
import type { Output } from "./notebook.ts";
import { CellOutputs, type Displays } from "./outputs.ts";
import type { Content } from "./channels.ts";
import {
  BYTES,
  explain,
  MARK,
  PRELUDE,
  SEND_MARK,
  type Thrown,
} from "./prelude.ts";

/** How long to listen where a cell broke what sends the mark. */
const SILENCE_MILLISECONDS = 60;

/** How long after its reply a mark may come; among many megabytes it may get lost. */
const LOST_MILLISECONDS = 5_000;

/** How long a kernel may take to come up, and to go after it was asked to. */
const START_MILLISECONDS = 30_000, SHUTDOWN_MILLISECONDS = 2_000;

/** How often a start is tried: another process may take a port that was free. */
const STARTS = 4;

/** What every execute request says besides its code. */
const EXECUTION = {
  silent: false,
  "store_history": true,
  "user_expressions": {},
  "allow_stdin": false,
  "stop_on_error": true,
};

/** Messages of the silent cell itself. */
const OF_MARK = ["error", "status", "execute_input"];

/** A cell ran for longer than it may. */
export class CellTimeoutError extends Error {
  override readonly name = "CellTimeoutError";
}

/** How to start a kernel. */
export type KernelOptions = {
  /** The folder in which cells run: that of the notebook. */
  folder: string;
  /** Added to the environment of this process. */
  env?: Record<string, string>;
};

/** How to run a cell. */
export type ExecuteOptions = {
  /** How long the cell may take; an hour by default. */
  timeoutSeconds?: number;
  /** Where the outputs go while the cell runs; a new list by default. */
  outputs?: Output[];
  /** Called with every output that is new or changed. */
  onOutput?: (output: Output) => void;
};

/** What became of a cell. */
export type CellResult = {
  status: "ok" | "error";
  outputs: Output[];
};

/**
 * A running Deno kernel.
 *
 * @example One cell
 * ```ts ignore
 * import { Kernel } from "./kernel_client.ts";
 *
 * await using kernel = await Kernel.start({ folder: "notebooks" });
 * const { outputs } = await kernel.execute("console.log(6 * 7)");
 * ```
 */
export class Kernel implements AsyncDisposable {
  readonly #process: KernelProcess;
  readonly #displays: Displays = new Map();
  #isInterrupted = false;
  /** The connections to its process. */
  readonly channels: Channels;
  /** What the kernel says of itself, the reply to `kernel_info_request`. */
  readonly info: Content;

  private constructor(
    process: KernelProcess,
    channels: Channels,
    info: Content,
  ) {
    this.#process = process;
    this.channels = channels;
    this.info = info;
  }

  /** What the kernel says of its language, as a notebook's metadata hold it. */
  get languageInfo(): Content {
    return this.info["language_info"] as Content;
  }

  /**
   * Starts a kernel and waits until it answers and publishes.
   *
   * @param options The folder to run in, and settings for its environment.
   * @returns The kernel. The caller disposes it.
   * @throws {KernelError} If it does not come up.
   */
  static async start(options: KernelOptions): Promise<Kernel> {
    const { folder, env = {} } = options;
    for (let tries = 1;; tries++) {
      const process = await KernelProcess.spawn({ folder, env });
      try {
        return await Kernel.#meet(process);
      } catch (error) {
        const lostPort = process.ended.aborted || error instanceof SyntaxError;
        if (!lostPort || tries === STARTS) throw error;
      }
    }
  }

  /** Connects to a new process, and asks until something is published. */
  static async #meet(process: KernelProcess): Promise<Kernel> {
    const late = new AbortController();
    const timer = setTimeout(() =>
      late.abort(
        new KernelError(
          `Cannot start a kernel: it must answer within ${START_MILLISECONDS} ms; found no answer`,
        ),
      ), START_MILLISECONDS);
    const signal = AbortSignal.any([process.ended, late.signal]);
    let channels: Channels | undefined;
    try {
      channels = await Channels.connect(process, signal);
      let info: Content = {};
      while (!channels.published) {
        info = await channels.ask("shell", "kernel_info_request", {}, signal);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const silently = { ...EXECUTION, code: PRELUDE, silent: true };
      await channels.ask("shell", "execute_request", silently, signal);
      await process.removeConnectionFile();
      return new Kernel(process, channels, info);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      await channels?.[Symbol.asyncDispose]();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Id of the kernel's process. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Runs one cell.
   *
   * @param code Its source.
   * @param options Its time limit, and who hears of its outputs.
   * @returns Whether it failed, and its outputs; a failed cell has an error output.
   * @throws {CellTimeoutError} If it takes too long; the kernel is busy still.
   * @throws {KernelError} If the kernel ends meanwhile.
   */
  async execute(
    code: string,
    options: ExecuteOptions = {},
  ): Promise<CellResult> {
    const { timeoutSeconds = 3_600, outputs = [] } = options;
    const collector = new CellOutputs(
      outputs,
      this.#displays,
      options.onOutput ?? (() => {}),
    );
    const limit = new AbortController();
    const timer = setTimeout(() =>
      limit.abort(
        new CellTimeoutError(
          `Cannot finish the cell: it must end within ${timeoutSeconds} s; found it still running; allow more time, or give it less to do`,
        ),
      ), timeoutSeconds * 1_000);
    const take: OnPublished = (type, content) => collector.take(type, content);
    try {
      const { status } = await this.run({ code }, take, limit.signal);
      return { status: status === "ok" ? "ok" : "error", outputs };
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Runs one cell as a client asks for it.
   *
   * @param request What its execute request says besides the defaults.
   * @param hear Called with all that is published until the last output is in; for a
   *   failed cell the last is an error, explained.
   * @param signal Ends the waiting, as the kernel's end does.
   * @returns The content of the reply.
   * @throws {KernelError} If the kernel ends meanwhile.
   */
  async run(
    request: Content & { code: string },
    hear: OnPublished,
    signal?: AbortSignal,
  ): Promise<Content> {
    const { broken } = this.channels;
    const end = signal ? AbortSignal.any([broken, signal]) : broken;
    const done = Promise.withResolvers<Content>();
    this.#isInterrupted = false;
    let error: Content | undefined;
    using _end = onAbort(end, done.reject);
    const asked = { ...EXECUTION, ...request };
    using _cell = this.channels.request("shell", "execute_request", asked, {
      onPublished: (type, content, message) => {
        if (type === "error") error = content;
        else hear(type, content, message);
      },
      onReply: done.resolve,
    });
    const reply = await done.promise;
    const thrown = await this.#drain(hear, end);
    if (reply["status"] === "error") {
      const isInterrupted = this.#isInterrupted;
      const cell = { code: request.code, isInterrupted, thrown };
      error = await explain(error ?? reply, cell);
    }
    if (error) hear("error", error);
    return { ...reply, ...error };
  }

  /** Waits until all that a cell has shown is published, and for what it threw. */
  async #drain(
    hear: OnPublished,
    end: AbortSignal,
  ): Promise<Thrown | undefined> {
    const request = { ...EXECUTION, code: SEND_MARK, silent: true };
    const marked = Promise.withResolvers<Thrown | undefined>();
    let silence: ReturnType<typeof setTimeout> | undefined;
    using _end = onAbort(end, marked.reject);
    using _mark = this.channels.request("shell", "execute_request", request, {
      onPublished: (type, content, message) => {
        if (type === MARK) marked.resolve(content as Thrown);
        // What comes late is filed under the name of the silent cell; only its
        // error is not the cell's, whose error always comes in time.
        else if (!OF_MARK.includes(type)) hear(type, content, message);
      },
      onReply: ({ status }) => {
        const end = (): void => marked.resolve(undefined);
        const wait = status === "ok" ? LOST_MILLISECONDS : SILENCE_MILLISECONDS;
        silence = setTimeout(end, wait);
      },
    });
    try {
      return await marked.promise;
    } finally {
      clearTimeout(silence);
    }
  }

  /** Asks the kernel to stop its cell: what computes stops, what awaits does not. */
  async interrupt(): Promise<void> {
    this.#isInterrupted = true;
    const soon = AbortSignal.timeout(SHUTDOWN_MILLISECONDS);
    await this.channels.ask("control", "interrupt_request", {}, soon);
  }

  /**
   * Says something to the kernel's main thread, which hears it when it is not busy.
   *
   * @param what `ping` asks for an answer, as all do; `stop` makes the next
   *   output of the cell throw; `collect` collects garbage.
   */
  async nudge(what: keyof typeof BYTES): Promise<void> {
    if (what === "stop") this.#isInterrupted = true;
    await this.#process.nudge(BYTES[what]);
  }

  /** Ends the kernel: asks, gives it two seconds, then kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.channels.broken.aborted) {
      using asked = this.channels.request("control", "shutdown_request", {
        restart: false,
      }, { onReply: () => {} });
      await asked.sent;
      await this.#process.end(SHUTDOWN_MILLISECONDS);
    }
    await this.#process[Symbol.asyncDispose]();
    await this.channels[Symbol.asyncDispose]();
  }
}
