/**
 * Channels and messages of the Jupyter protocol 5.3: shell for cells, control for what
 * cannot wait, iopub for what the kernel publishes.
 *
 * A message is a header, a parent header, metadata and content as JSON, signed by
 * HMAC-SHA256. Jupyter client documentation, "Messaging in Jupyter", section "The
 * wire protocol".
 *
 * @module
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import type { KernelProcess } from "./kernel_process.ts";
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

const DELIMITER = "<IDS|MSG>";
const VERSION = "5.3";

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The content of a message, whatever its type. */
export type Content = Record<string, unknown>;

/** A message to a kernel. */
export type Request = {
  id: string;
  session: string;
  type: string;
  content: Content;
};

/** A message from a kernel. */
export type Message = {
  type: string;
  /** Id of the request that it answers, or undefined. */
  parentId: string | undefined;
  content: Content;
};

/**
 * Signs the four JSON parts of a message.
 *
 * @param parts Header, parent header, metadata, content, as they stand on the wire.
 * @param key The connection's key.
 * @returns The signature, 64 hexadecimal digits.
 */
export function sign(parts: readonly Uint8Array[], key: string): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

/**
 * A request as the frames to send.
 *
 * @param request What to ask.
 * @param key The connection's key.
 * @returns Delimiter, signature and the four JSON parts.
 */
export function packRequest(request: Request, key: string): Uint8Array[] {
  const header = {
    "msg_id": request.id,
    session: request.session,
    username: "bertbook",
    date: new Date().toISOString(),
    "msg_type": request.type,
    version: VERSION,
  };
  const parts = [header, {}, {}, request.content].map((part) =>
    utf8.encode(JSON.stringify(part))
  );
  return [utf8.encode(DELIMITER), utf8.encode(sign(parts, key)), ...parts];
}

/**
 * The message in `frames`, after its signature was checked.
 *
 * @param frames What arrived: routing ids, delimiter, signature, four JSON parts.
 * @param key The connection's key.
 * @returns The message.
 * @throws {SyntaxError} If parts are missing or the signature is another's.
 */
export function unpackMessage(
  frames: readonly Uint8Array[],
  key: string,
): Message {
  const delimiter = frames.findIndex((frame) =>
    text.decode(frame) === DELIMITER
  );
  const [signature, ...parts] = frames.slice(delimiter + 1);
  const [header, parent, , content] = parts;
  if (delimiter < 0 || !signature || !header || !parent || !content) {
    throw new SyntaxError(
      `Cannot read a message: ${DELIMITER}, a signature and four parts must follow; found ${frames.length} frames`,
    );
  }
  const expected = utf8.encode(sign(parts.slice(0, 4), key));
  if (
    signature.length !== expected.length ||
    !timingSafeEqual(signature, expected)
  ) {
    throw new SyntaxError(
      "Cannot trust a message: its signature must be made with this connection's key; found another; another kernel may listen on this port, or this one mixed up an output of many megabytes",
    );
  }
  return {
    type: String(parseRecord(header)["msg_type"]),
    parentId: parseRecord(parent)["msg_id"] as string | undefined,
    content: parseRecord(content),
  };
}

function parseRecord(part: Uint8Array): Content {
  return JSON.parse(text.decode(part)) as Content;
}
