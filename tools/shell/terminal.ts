/** Status line of a terminal, and long work that Ctrl-C ends. @module */

// deno-lint-ignore-file no-console -- it speaks to a terminal

/** Milliseconds between two lines of a log file. */
const LOG_EVERY = 5_000;

/** Writes a line. */
export type Log = (text: string) => void;

/** Shows the current progress; a log file receives a line only every few seconds. */
export class StatusLine {
  readonly #log: Log;
  readonly #terminal: typeof Deno.stdout | undefined;
  #drawn = false;
  #loggedAt = 0;
  #logged = "";

  /**
   * @param log Where lines are written: `console.error`, if the standard output is for
   * other programs. Another function receives lines only, also in a terminal.
   */
  constructor(log: Log = console.log) {
    this.#log = log;
    const stream = log === console.error
      ? Deno.stderr
      : log === console.log
      ? Deno.stdout
      : undefined;
    this.#terminal = stream?.isTerminal() ? stream : undefined;
  }

  /**
   * Replaces the line.
   *
   * @param text The progress, one line.
   */
  update(text: string): void {
    if (this.#terminal) {
      const { columns } = Deno.consoleSize();
      this.#terminal.writeSync(
        new TextEncoder().encode(`\r\x1b[2K${text.slice(0, columns - 1)}`),
      );
      this.#drawn = true;
    } else if (
      Date.now() - this.#loggedAt >= LOG_EVERY && text !== this.#logged
    ) {
      this.#loggedAt = Date.now();
      this.#logged = text;
      this.#log(text);
    }
  }

  /**
   * Ends the line with a text that stays.
   *
   * @param text The result, one line.
   */
  finish(text: string): void {
    this[Symbol.dispose]();
    this.#loggedAt = Date.now();
    this.#log(text);
  }

  /** Removes the line. */
  [Symbol.dispose](): void {
    if (this.#drawn) {
      this.#terminal!.writeSync(new TextEncoder().encode("\r\x1b[2K"));
    }
    this.#drawn = false;
  }
}

/**
 * Seconds as people read them.
 *
 * @param seconds A duration, in seconds.
 * @returns `12.3 s` or `2 min 05 s`.
 */
export function duration(seconds: number): string {
  if (seconds < 99.5) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${
    String(whole % 60).padStart(2, "0")
  } s`;
}

/** The signals that end long work, and the exit codes that shells give them. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Listens to the signals that end long work: Ctrl-C, a supervisor's, a closed terminal's.
 *
 * @param listener Receives the exit code of each signal.
 * @returns Disposing it ends the listening.
 */
export function onEndSignal(listener: (exitCode: number) => void): Disposable {
  const listeners = Object.entries(EXIT_CODES)
    .filter(([name]) => Deno.build.os !== "windows" || name === "SIGINT")
    .map(([name, code]) =>
      [name as Deno.Signal, () => listener(code)] as const
    );
  for (const each of listeners) Deno.addSignalListener(...each);
  return {
    [Symbol.dispose](): void {
      for (const each of listeners) Deno.removeSignalListener(...each);
    },
  };
}

/** Milliseconds within which npx, Deno and the terminal pass on one Ctrl-C. */
const SAME_SIGNAL = 1000;

/**
 * Lets Ctrl-C and the other signals end long work, which cleans up after itself; the
 * same signal again ends the process at once.
 *
 * @param work Receives a signal that is then aborted; what it throws then is ignored.
 * @param log Where it is said that the work was stopped.
 * @returns The exit code: 0, or that of the signal which stopped the work.
 * @throws What the work throws without a signal.
 */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<void>,
  log: Log = console.log,
): Promise<number> {
  const stop = new AbortController();
  let stoppedWith = 0, stoppedAt = 0;
  using _ = onEndSignal((code) => {
    const isAgain = code === stoppedWith &&
      performance.now() - stoppedAt > SAME_SIGNAL;
    if (isAgain) Deno.exit(code);
    if (stop.signal.aborted) return;
    [stoppedWith, stoppedAt] = [code, performance.now()];
    stop.abort();
  });
  try {
    await work(stop.signal);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    log("\nStopped");
    return stoppedWith;
  }
}
