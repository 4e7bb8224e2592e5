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

/** Hears a message that the kernel publishes. */
export type OnPublished = (
  type: string,
  content: Content,
  message?: Message,
) => void;

/** What a request hears. */
export type Listener = {
  onPublished?: OnPublished;
  onReply: (content: Content) => void;
};

/** Answers a cell that asks for a line of text. */
export type OnInput = (request: Content) => Promise<string>;

/** A request under way; `sent` never rejects. Disposing it stops the listening. */
export type Conversation = Disposable & { sent: Promise<void> };

const CHANNELS = ["shell", "control", "stdin", "iopub"] as const;

/** What is known of a kernel to connect to. */
export type Endpoint = Pick<KernelProcess, "ports" | "key" | "ended">;

type Sockets = [ZmtpSocket, ZmtpSocket, ZmtpSocket, ZmtpSocket];

/** A client's connections to one kernel. */
export class Channels implements AsyncDisposable {
  /** Aborted when the kernel ended or a message was no good; the reason says which. */
  readonly broken: AbortSignal;
  readonly #breaks = new AbortController();
  readonly #key: string;
  readonly #session = crypto.randomUUID();
  readonly #sockets: Record<"shell" | "control" | "stdin", ZmtpSocket>;
  readonly #reconnect: () => Promise<ZmtpSocket>;
  #iopub: ZmtpSocket;
  readonly #listeners = new Map<string, Listener>();
  readonly #listening: Promise<unknown>;
  #published = false;
  /** Hears what belongs to no request under way: a timer may print at any time. */
  onStray: OnPublished = () => {};
  /** Hears that Deno mixed up an output; the connection breaks if nothing hears it. */
  onDamaged?: () => void;
  /** Answers `prompt()`; a request must allow it. */
  onInput: OnInput = () => Promise.resolve("");

  private constructor(
    process: Endpoint,
    [shell, control, stdin, iopub]: Sockets,
  ) {
    this.#key = process.key;
    this.#sockets = { shell, control, stdin };
    this.#iopub = iopub;
    const { ended: signal, ports: { iopub: port } } = process;
    this.#reconnect = () => ZmtpSocket.connect({ kind: "SUB", port, signal });
    this.broken = AbortSignal.any([signal, this.#breaks.signal]);
    this.#listening = Promise.all(
      [shell, control, stdin, iopub].map((socket) => this.#listen(socket)),
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
    process: Endpoint,
    signal: AbortSignal,
  ): Promise<Channels> {
    const identity = crypto.randomUUID();
    const sockets: ZmtpSocket[] = [];
    try {
      for (const channel of CHANNELS) {
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
    return new Channels(process, sockets as Sockets);
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
      sent: this.#sockets[channel].send(packMessage(request, this.#key))
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
          const hear = listener ? listener.onPublished : this.onStray;
          hear?.(type, content, message);
        } else if (type === "input_request") {
          this.onInput(content).then((value) => this.#input(value), () => {});
        } else listener?.onReply(content);
      }
    } catch (error) {
      await this.#recover(socket, error);
    }
  }

  /** Listens again where the kernel mixed up what it publishes, if somebody minds. */
  async #recover(socket: ZmtpSocket, error: unknown): Promise<void> {
    if (socket !== this.#iopub || isOver(error) || !this.onDamaged) {
      return this.#stumble(error);
    }
    this.onDamaged();
    socket.close();
    try {
      this.#iopub = await this.#reconnect();
    } catch (error) {
      return this.#stumble(error);
    }
    await this.#listen(this.#iopub);
  }

  #input(value: string): void {
    const session = this.#session, id = crypto.randomUUID();
    const reply = { id, session, type: "input_reply", content: { value } };
    this.#sockets.stdin.send(packMessage(reply, this.#key))
      .catch((error) => this.#stumble(error));
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

/** A message to send. */
export type Outgoing = {
  id: string;
  session: string;
  type: string;
  content: Content;
  /** The header of the request that it belongs to, if it belongs to one. */
  parent?: Content;
  metadata?: Content;
  /** Bytes beside the content, such as those of a widget. */
  buffers?: readonly Uint8Array[];
};

/** A message that arrived. */
export type Message = {
  /** The frames before the delimiter: to whom a reply goes. */
  route: Uint8Array[];
  header: Content;
  type: string;
  /** Id of the request that it answers, or undefined. */
  parentId: string | undefined;
  metadata: Content;
  content: Content;
  buffers: Uint8Array[];
};

/**
 * Signs the four JSON parts of a message.
 *
 * @param parts Header, parent header, metadata, content, as they stand on the wire.
 * @param key The connection's key.
 * @returns The signature, 64 hexadecimal digits.
 */
export function sign(parts: readonly Uint8Array[], key: string): string {
  if (key === "") return ""; // a connection without signatures
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

/**
 * A message as the frames to send.
 *
 * @param message What to say.
 * @param key The connection's key.
 * @returns Delimiter, signature, the four JSON parts, buffers.
 */
export function packMessage(message: Outgoing, key: string): Uint8Array[] {
  const { parent = {}, metadata = {}, content, buffers = [] } = message;
  const header = {
    "msg_id": message.id,
    session: message.session,
    username: "bertbook",
    date: new Date().toISOString(),
    "msg_type": message.type,
    version: VERSION,
  };
  const parts = [header, parent, metadata, content].map((part) =>
    utf8.encode(JSON.stringify(part))
  );
  const signature = utf8.encode(sign(parts, key));
  return [utf8.encode(DELIMITER), signature, ...parts, ...buffers];
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
  const [header, parent, metadata, content, ...buffers] = parts;
  if (
    delimiter < 0 || !signature || !header || !parent || !metadata || !content
  ) {
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
  const ofMessage = parseRecord(header);
  return {
    route: frames.slice(0, delimiter),
    header: ofMessage,
    type: String(ofMessage["msg_type"]),
    parentId: parseRecord(parent)["msg_id"] as string | undefined,
    metadata: parseRecord(metadata),
    content: parseRecord(content),
    buffers,
  };
}

function parseRecord(part: Uint8Array): Content {
  return JSON.parse(text.decode(part)) as Content;
}
