/** What can go wrong between here and a server. @module */

/** A server or a network that does not deliver. */
export class DownloadError extends Error {
  override name = "DownloadError";
  /** Milliseconds after which another try makes sense; undefined: never. */
  readonly retryAfter: number | undefined;
  /** Whether the part that is already here is of no use. */
  readonly dropPart: boolean;

  /**
   * @param message The whole message, in the house's grammar.
   * @param options Whether to try again, and whether from the start.
   */
  constructor(
    message: string,
    options: ErrorOptions & { retryAfter?: number; dropPart?: boolean } = {},
  ) {
    super(message, options);
    this.retryAfter = options.retryAfter;
    this.dropPart = options.dropPart ?? false;
  }
}

/**
 * Ends a wait that has become too long.
 *
 * One exchange with a server has two kinds of silence, before the first byte and
 * between two bytes, and one clock for both.
 */
export class Watchdog implements Disposable {
  readonly #controller = new AbortController();
  readonly #user: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #limit = 0;
  /** Fires when the time is over, or when the user's own signal does. */
  readonly signal: AbortSignal;

  /**
   * @param user The caller's signal, if there is one.
   */
  constructor(user?: AbortSignal) {
    this.#user = user;
    const own = this.#controller.signal;
    this.signal = user ? AbortSignal.any([own, user]) : own;
  }

  /**
   * Sets the clock anew.
   *
   * @param limit Longest silence from now, in milliseconds.
   */
  restart(limit: number): void {
    clearTimeout(this.#timer);
    this.#limit = limit;
    this.#timer = setTimeout(() => this.#controller.abort(), limit);
  }

  /**
   * Says what an error in the exchange really was.
   *
   * @param url The address, for the message.
   * @param error What `fetch` or the body threw.
   * @returns The user's abort, our own error or a missing permission as it is;
   * silence and a broken connection as a {@linkcode DownloadError}.
   */
  explain(url: string, error: unknown): unknown {
    if (this.#user?.aborted) return this.#user.reason;
    if (this.#controller.signal.aborted) {
      return new DownloadError(
        `Cannot download ${url} as the server must answer within ` +
          `${this.#limit / 1000} s: it was silent; is this machine offline?`,
        { retryAfter: 0, cause: error },
      );
    }
    // `fetch` and its body report every trouble on the wire as a TypeError, and
    // leave what it was to the cause.
    if (!(error instanceof TypeError)) return error;
    const { message } = error.cause instanceof Error ? error.cause : error;
    return new DownloadError(
      `Cannot download ${url} as the connection must hold: ${message}`,
      { retryAfter: 200, cause: error },
    );
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
