/**
 * ZMTP 3.0, the protocol under ZeroMQ: sockets with the NULL mechanism, just enough to
 * talk to a Jupyter kernel or to its clients, and the bytes that they exchange.
 *
 * A connection is a greeting of 64 bytes each way, a READY command each way, then
 * messages of one or more frames. ZeroMQ RFC 23, "ZMTP 3.0".
 *
 * @module
 */

/** How to connect a socket. */
export type ZmtpOptions = {
  /** DEALER asks and is answered; SUB hears all that is published. */
  kind: "DEALER" | "SUB";
  port: number;
  /** The name by which a ROUTER knows this socket. */
  identity?: string;
  /** Gives up waiting for the port to open. */
  signal: AbortSignal;
};

/** A connected ZeroMQ socket. */
export class ZmtpSocket {
  readonly #connection: Deno.TcpConn;
  readonly #reader: ByteReader;
  #identity = "";
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#reader = new ByteReader(connection);
  }

  /**
   * Connects as soon as the port is open, and shakes hands.
   *
   * @param options Kind of socket, port, and the signal that ends the waiting.
   * @returns The socket. The caller closes it.
   */
  static async connect(options: ZmtpOptions): Promise<ZmtpSocket> {
    const { kind, port, identity = "", signal } = options;
    const connection = await connectWhenOpen(port, signal);
    const close = (): void => connection.close();
    signal.addEventListener("abort", close);
    try {
      connection.setNoDelay(true);
      const socket = new ZmtpSocket(connection);
      await socket.#shakeHands(kind, identity);
      return socket;
    } catch (error) {
      signal.throwIfAborted();
      connection.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", close);
    }
  }

  /**
   * Shakes hands with a peer that has connected.
   *
   * @param connection The accepted connection.
   * @param kind ROUTER to be asked, PUB to publish, REP to echo heartbeats.
   * @returns The socket. The caller closes it.
   */
  static async accept(
    connection: Deno.TcpConn,
    kind: "ROUTER" | "PUB" | "REP",
  ): Promise<ZmtpSocket> {
    connection.setNoDelay(true);
    const socket = new ZmtpSocket(connection);
    try {
      await socket.#shakeHands(kind, "");
      return socket;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** The name that the peer gave itself, or an empty text. */
  get identity(): string {
    return this.#identity;
  }

  async #shakeHands(kind: string, identity: string): Promise<void> {
    await this.#write(greeting());
    const [signature, ...rest] = await this.#reader.take(64);
    if (signature !== 0xff || rest[8] !== 0x7f || (rest[9] ?? 0) < 3) {
      throw new SyntaxError(
        `Cannot speak ZMTP: the peer must greet with version 3 or later; found ${signature}, ${
          rest[8]
        }, version ${rest[9]}`,
      );
    }
    const ready = readyCommand({ "Socket-Type": kind, "Identity": identity });
    await this.#write(encodeFrame({ flags: COMMAND, body: ready }));
    const { flags, body } = await readFrame(this.#reader);
    if (!(flags & COMMAND) || body[0] !== 5) {
      throw new SyntaxError(
        `Cannot speak ZMTP: the peer must answer READY; found ${
          JSON.stringify(new TextDecoder().decode(body))
        }`,
      );
    }
    this.#identity = propertiesOf(body).get("identity") ?? "";
    // A subscription is a message: 1, then the topic, here every topic.
    if (kind === "SUB") await this.#write(encodeMessage([Uint8Array.of(1)]));
  }

  /**
   * Sends one message; messages never mix, however many are sent at once.
   *
   * @param parts The body of each frame.
   */
  send(parts: readonly Uint8Array[]): Promise<void> {
    return this.#write(encodeMessage(parts));
  }

  #write(bytes: Uint8Array): Promise<void> {
    const write = async (): Promise<void> => {
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.#connection.write(bytes.subarray(sent));
      }
    };
    return this.#lastWrite = this.#lastWrite.then(write);
  }

  /** Waits for the next message. */
  receive(): Promise<Uint8Array[]> {
    return readMessage(this.#reader);
  }

  /** Closes the connection; a pending {@linkcode receive} rejects. */
  close(): void {
    this.#connection.close();
  }
}

async function connectWhenOpen(
  port: number,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Frame flags of RFC 23: more frames follow; the length has eight bytes. */
const MORE = 1, LONG = 2;

/** The flag of a frame that is a command, not part of a message. */
export const COMMAND = 4;

/** Frames above this size are refused: no notebook output comes near it. */
const MAX_FRAME_BYTES = 2 ** 30;

const utf8 = new TextEncoder();

/** Anything that bytes can be read from, a TCP connection for one. */
export type ByteSource = {
  read(into: Uint8Array): Promise<number | null>;
};

/** A frame on the wire: flags, length, body. */
export type Frame = { flags: number; body: Uint8Array };

/**
 * One frame as bytes: the flags, the length in one byte or in eight, the body.
 *
 * @example A short frame
 * ```ts
 * import { encodeFrame } from "./zmtp.ts";
 * import assert from "node:assert/strict";
 *
 * const body = new TextEncoder().encode("ok");
 * assert.deepEqual([...encodeFrame({ flags: 0, body })], [0, 2, 111, 107]);
 * ```
 *
 * @param frame Its flags, without the one for a long length, and its body.
 * @returns The bytes to send.
 */
export function encodeFrame({ flags, body }: Frame): Uint8Array {
  if (body.length < 256) {
    return concat([Uint8Array.of(flags, body.length), body]);
  }
  const head = new Uint8Array(9);
  head[0] = flags | LONG;
  new DataView(head.buffer).setBigUint64(1, BigInt(body.length));
  return concat([head, body]);
}

/**
 * A message as bytes: every frame but the last says that more follow.
 *
 * @param parts The body of each frame.
 * @returns The bytes to send.
 */
export function encodeMessage(parts: readonly Uint8Array[]): Uint8Array {
  const last = parts.length - 1;
  return concat(
    parts.map((body, i) => encodeFrame({ flags: i < last ? MORE : 0, body })),
  );
}

/** Takes exact numbers of bytes from a source that delivers them in any pieces. */
export class ByteReader {
  #rest: Uint8Array = new Uint8Array(0);
  readonly #piece = new Uint8Array(2 ** 20);
  readonly #source: ByteSource;

  /** @param source Where the bytes come from. */
  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * Waits for `count` bytes.
   *
   * @param count How many.
   * @returns That many bytes.
   * @throws {Deno.errors.UnexpectedEof} If the source ends before.
   */
  async take(count: number): Promise<Uint8Array> {
    const pieces = [this.#rest];
    let length = this.#rest.length;
    while (length < count) {
      const got = await this.#source.read(this.#piece);
      if (got === null) {
        throw new Deno.errors.UnexpectedEof(
          `Cannot read a frame: ${count} bytes must follow; found ${length} before the peer closed`,
        );
      }
      pieces.push(this.#piece.slice(0, got));
      length += got;
    }
    const all = pieces.length === 1 ? this.#rest : concat(pieces);
    this.#rest = all.subarray(count);
    return all.slice(0, count);
  }
}

/**
 * Reads one frame.
 *
 * @param reader Where the bytes come from.
 * @returns The frame; its flags still tell whether the length was long.
 * @throws {RangeError} If the frame claims more than a gibibyte.
 */
export async function readFrame(reader: ByteReader): Promise<Frame> {
  const [flags = 0] = await reader.take(1);
  const length = (await reader.take(flags & LONG ? 8 : 1)).reduce(
    (sum, byte) => sum * 256 + byte,
    0,
  );
  if (length > MAX_FRAME_BYTES) {
    throw new RangeError(
      `Cannot read a frame: its length must be at most ${MAX_FRAME_BYTES} bytes; found ${length}`,
    );
  }
  return { flags, body: await reader.take(length) };
}

/**
 * Reads one message, and passes over commands between messages.
 *
 * @param reader Where the bytes come from.
 * @returns The body of each frame.
 */
export async function readMessage(reader: ByteReader): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const { flags, body } = await readFrame(reader);
    if (flags & COMMAND) continue;
    parts.push(body);
    if (!(flags & MORE)) return parts;
  }
}

/** Signature, version 3.0, mechanism NULL, not a server: 64 bytes in all. */
export function greeting(): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0]);
  bytes.set(utf8.encode("NULL"), 12);
  return bytes;
}

/** The READY command with its properties, each value behind a four-byte length. */
export function readyCommand(properties: Record<string, string>): Uint8Array {
  const pieces = [Uint8Array.of(5), utf8.encode("READY")];
  for (const [name, value] of Object.entries(properties)) {
    const key = utf8.encode(name), bytes = utf8.encode(value);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length);
    pieces.push(Uint8Array.of(key.length), key, length, bytes);
  }
  return concat(pieces);
}

/** The properties of a READY command, by their names in lower case. */
function propertiesOf(body: Uint8Array): Map<string, string> {
  const latin1 = new TextDecoder("latin1"); // an identity is any bytes
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const properties = new Map<string, string>();
  for (let at = 6; at < body.length;) {
    const nameEnd = at + 1 + body[at]!;
    const end = nameEnd + 4 + view.getUint32(nameEnd);
    const name = latin1.decode(body.subarray(at + 1, nameEnd)).toLowerCase();
    properties.set(name, latin1.decode(body.subarray(nameEnd + 4, end)));
    at = end;
  }
  return properties;
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
  let offset = 0;
  for (const piece of pieces) {
    all.set(piece, offset);
    offset += piece.length;
  }
  return all;
}
