/**
 * The channels of a kernel: shell for cells, control for what cannot wait, iopub for
 * what the kernel publishes.
 *
 * @module
 */

import type { KernelProcess } from "./kernel_process.ts";
import { type Content, packRequest, unpackMessage } from "./wire.ts";
import { ZmtpSocket } from "./zmtp.ts";

/** What a request hears. */
export type Listener = {
  onPublished?: (type: string, content: Content) => void;
  onReply: (content: Content) => void;
};

/** A request under way; `sent` never rejects. Disposing it stops the listening. */
export type Conversation = Disposable & { sent: Promise<void> };

/** A client's connections to one kernel. */
export class Channels implements AsyncDisposable {
  /** Aborted when the kernel ended or a message was no good; the reason says which. */
  readonly broken: AbortSignal;
  readonly #breaks = new AbortController();
  readonly #key: string;
  readonly #session = crypto.randomUUID();
  readonly #sockets: { shell: ZmtpSocket; control: ZmtpSocket };
  readonly #iopub: ZmtpSocket;
  readonly #listeners = new Map<string, Listener>();
  readonly #listening: Promise<unknown>;
  #published = false;

  private constructor(
    process: KernelProcess,
    [shell, control, iopub]: [ZmtpSocket, ZmtpSocket, ZmtpSocket],
  ) {
    this.#key = process.key;
    this.#sockets = { shell, control };
    this.#iopub = iopub;
    this.broken = AbortSignal.any([process.ended, this.#breaks.signal]);
    this.#listening = Promise.all(
      [shell, control, iopub].map((socket) => this.#listen(socket)),
    );
  }

  /**
   * Connects to a kernel as soon as it listens.
   *
   * @param process The kernel.
   * @param signal Ends the waiting.
   * @returns The channels. The caller disposes them, after the process.
   */
  static async connect(
    process: KernelProcess,
    signal: AbortSignal,
  ): Promise<Channels> {
    const identity = crypto.randomUUID();
    const sockets: ZmtpSocket[] = [];
    try {
      for (const channel of ["shell", "control", "iopub"] as const) {
        const kind = channel === "iopub" ? "SUB" : "DEALER";
        const port = process.ports[channel];
        sockets.push(
          await ZmtpSocket.connect({ kind, port, identity, signal }),
        );
      }
    } catch (error) {
      for (const socket of sockets) socket.close();
      throw error;
    }
    return new Channels(
      process,
      sockets as [ZmtpSocket, ZmtpSocket, ZmtpSocket],
    );
  }

  /** Whether anything was published yet: a new subscription takes a moment to count. */
  get published(): boolean {
    return this.#published;
  }

  /**
   * Sends a request and listens to what comes of it.
   *
   * @param channel Where to send it.
   * @param type Its message type.
   * @param content Its content.
   * @param listener Hears the reply and what is published meanwhile.
   * @returns The conversation; the caller disposes it.
   */
  request(
    channel: "shell" | "control",
    type: string,
    content: Content,
    listener: Listener,
  ): Conversation {
    const id = crypto.randomUUID();
    this.#listeners.set(id, listener);
    const request = { id, session: this.#session, type, content };
    return {
      sent: this.#sockets[channel].send(packRequest(request, this.#key))
        .catch((error) => this.#stumble(error)),
      [Symbol.dispose]: () => void this.#listeners.delete(id),
    };
  }

  /**
   * Sends a request and waits for its reply alone.
   *
   * @param channel Where to send it.
   * @param type Its message type.
   * @param content Its content.
   * @param signal Ends the waiting, as the kernel's end does.
   * @returns The content of the reply.
   */
  async ask(
    channel: "shell" | "control",
    type: string,
    content: Content,
    signal: AbortSignal,
  ): Promise<Content> {
    const { promise, resolve, reject } = Promise.withResolvers<Content>();
    const either = AbortSignal.any([signal, this.broken]);
    using _stop = onAbort(either, reject);
    using _conversation = this.request(channel, type, content, {
      onReply: resolve,
    });
    return await promise;
  }

  /** Hands what arrives to whoever waits for it, until the socket closes. */
  async #listen(socket: ZmtpSocket): Promise<void> {
    try {
      for (;;) {
        const message = unpackMessage(await socket.receive(), this.#key);
        const { type, parentId = "", content } = message;
        const listener = this.#listeners.get(parentId);
        if (socket === this.#iopub) {
          this.#published = true;
          listener?.onPublished?.(type, content);
        } else listener?.onReply(content);
      }
    } catch (error) {
      this.#stumble(error);
    }
  }

  /** A connection that is over means that its kernel ends, or that we closed it. */
  #stumble(error: unknown): void {
    if (!isOver(error)) this.#breaks.abort(error);
  }

  /** Closes the connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of Object.values(this.#sockets)) socket.close();
    this.#iopub.close();
    await this.#listening;
  }
}

/**
 * Calls back once, when the signal is aborted or at once if it was.
 *
 * @param signal The signal.
 * @param call Gets the reason.
 * @returns Disposing it takes the call back.
 */
export function onAbort(
  signal: AbortSignal,
  call: (reason: unknown) => void,
): Disposable {
  const listener = (): void => call(signal.reason);
  if (signal.aborted) listener();
  else signal.addEventListener("abort", listener, { once: true });
  return {
    [Symbol.dispose]: () => signal.removeEventListener("abort", listener),
  };
}

/** Whether a socket's error says no more than that the connection is over. */
function isOver(error: unknown): boolean {
  const { UnexpectedEof, ConnectionReset, BrokenPipe } = Deno.errors;
  const { BadResource, Interrupted } = Deno.errors;
  return [UnexpectedEof, ConnectionReset, BrokenPipe, BadResource, Interrupted]
    .some((kind) => error instanceof kind);
}
