/**
 * The process of a Deno kernel: free ports, the connection file, and its end.
 *
 * @module
 */

/** The kernel is gone, or did not come up. */
export class KernelError extends Error {
  override readonly name = "KernelError";
}

/**
 * The settings that every kernel started here gets: plain text in outputs, and a
 * TensorFlow that is fast and silent.
 */
export const KERNEL_ENVIRONMENT: Readonly<Record<string, string>> = {
  NO_COLOR: "1",
  TF_CPP_MIN_LOG_LEVEL: "3",
  TF_ENABLE_ONEDNN_OPTS: "1",
};

/** The words after `deno` that start a kernel, for the given connection file. */
export function kernelArguments(connectionFile: string): string[] {
  return ["jupyter", "-q", "--kernel", "--conn", connectionFile];
}

/** How much of what the kernel writes to the terminal is kept for its obituary. */
const KEPT_CHARACTERS = 2_000;

/** Where a kernel listens. */
export type Ports = Record<"shell" | "iopub" | "control" | "stdin", number>;

/** A running kernel process. */
export class KernelProcess implements AsyncDisposable {
  readonly ports: Ports;
  readonly key: string;
  /** Aborted when the process ends; the reason is a {@linkcode KernelError}. */
  readonly ended: AbortSignal;
  readonly #process: Deno.ChildProcess;
  readonly #connectionFile: string;
  readonly #obituary: Promise<void>;

  private constructor(
    process: Deno.ChildProcess,
    connection: { file: string; ports: Ports; key: string },
  ) {
    this.#process = process;
    this.#connectionFile = connection.file;
    this.ports = connection.ports;
    this.key = connection.key;
    const end = new AbortController();
    this.ended = end.signal;
    this.#obituary = obituary(process).then((error) => end.abort(error));
  }

  /**
   * Starts the process. It is detached, so Ctrl-C in a terminal reaches us alone.
   *
   * @param options The folder to run in, and settings for its environment.
   * @returns The process, which may not listen yet. The caller disposes it.
   */
  static async spawn(
    options: { folder: string; env: Record<string, string> },
  ): Promise<KernelProcess> {
    const [shell, iopub, control, stdin, heartbeat] = freePorts(5);
    const key = crypto.randomUUID();
    const file = await Deno.makeTempFile({
      prefix: "bertbook-kernel-",
      suffix: ".json",
    });
    try {
      await Deno.writeTextFile(
        file,
        JSON.stringify({
          ip: "127.0.0.1",
          transport: "tcp",
          shell_port: shell,
          iopub_port: iopub,
          control_port: control,
          stdin_port: stdin,
          hb_port: heartbeat,
          key,
          signature_scheme: "hmac-sha256",
        }),
      );
      const process = new Deno.Command(Deno.execPath(), {
        args: kernelArguments(file),
        cwd: options.folder,
        env: { ...KERNEL_ENVIRONMENT, ...options.env },
        detached: true,
        stdin: "piped",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      const ports = {
        shell: shell!,
        iopub: iopub!,
        control: control!,
        stdin: stdin!,
      };
      return new KernelProcess(process, { file, ports, key });
    } catch (error) {
      await Deno.remove(file);
      throw error;
    }
  }

  /** Id of the process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Writes a byte to standard input, which a thread in the kernel reads. */
  async nudge(byte: number): Promise<void> {
    const writer = this.#process.stdin.getWriter();
    try {
      await writer.write(Uint8Array.of(byte));
    } finally {
      writer.releaseLock();
    }
  }

  /** Removes the connection file with its key: once connected, nobody needs it. */
  async removeConnectionFile(): Promise<void> {
    await Deno.remove(this.#connectionFile).catch(() => {});
  }

  /**
   * Gives the process some time to end by itself, then kills it.
   *
   * @param graceMilliseconds How long it may take.
   */
  async end(graceMilliseconds: number): Promise<void> {
    const timer = setTimeout(() => this.#kill(), graceMilliseconds);
    await this.#obituary;
    clearTimeout(timer);
  }

  #kill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      // It ended by itself in the meantime.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Kills the process if it still runs, and frees what belongs to it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    await this.#obituary;
    await this.#process.stdin.close().catch(() => {});
    await this.removeConnectionFile();
  }
}

/** How a process ends that finds no more memory, or that Linux ends for that reason. */
const OUT_OF_MEMORY: readonly string[] = ["SIGABRT", "SIGKILL", "SIGTRAP"];

/** Waits for the process to end, and says how it did, with its last words. */
async function obituary(process: Deno.ChildProcess): Promise<KernelError> {
  let words = "";
  const stop = new AbortController();
  const listening = process.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write: (piece) => {
        words = (words + piece).slice(-KEPT_CHARACTERS);
      },
    }),
    { signal: stop.signal },
  ).catch(() => {});
  const { code, signal } = await process.status;
  // A process that the kernel started may hold the other end open for longer.
  const patience = setTimeout(() => stop.abort(), 100);
  await listening;
  clearTimeout(patience);
  const isOutOfMemory = signal !== null && OUT_OF_MEMORY.includes(signal);
  return new KernelError(
    `Cannot run cells: the kernel must be alive; found it ended with ${
      signal ?? `code ${code}`
    }${
      isOutOfMemory
        ? "; probably its memory was exhausted: use a smaller batchSize"
        : ""
    }${words.trim() && `\n${words.trim()}`}`,
  );
}

/** Ports that are free now; another process may still take one before the kernel. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}
